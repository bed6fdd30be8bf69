/* SPDX-License-Identifier: MIT */
/* A provider that is not ours, with a field of each type that LTTng-UST has: what goes through a filter stays what it is. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER zoo

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "packed-read-zoo-provider.h"

#if !defined(PACKED_READ_ZOO_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define PACKED_READ_ZOO_PROVIDER_H

#include <lttng/tracepoint.h>

#include <stdint.h>

LTTNG_UST_TRACEPOINT_ENUM(zoo, signs,
	LTTNG_UST_TP_ENUM_VALUES(
		lttng_ust_field_enum_value("below", -1)
		lttng_ust_field_enum_value("null", 0)
		lttng_ust_field_enum_range("above", 1, 9)))

LTTNG_UST_TRACEPOINT_EVENT(zoo, animal,
	LTTNG_UST_TP_ARGS(int, number, const char *, name, const int16_t *, numbers),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(int8_t, small, (int8_t) number)
		lttng_ust_field_integer_hex(uint64_t, large, (uint64_t) number)
		lttng_ust_field_integer_network(uint16_t, swapped, (uint16_t) number)
		lttng_ust_field_float(float, single, (float) number / 4)
		lttng_ust_field_float(double, twofold, (double) number / 8)
		lttng_ust_field_string(name, name)
		lttng_ust_field_string(empty, "")
		lttng_ust_field_array(int16_t, numbers, numbers, 3)
		lttng_ust_field_array_text(char, letters, name, 2)
		lttng_ust_field_sequence(int16_t, counted, numbers, uint32_t, number)
		lttng_ust_field_sequence_text(char, spelled, name, uint8_t, number)
		lttng_ust_field_enum(zoo, signs, int, sign, number)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(zoo, animal, LTTNG_UST_TRACEPOINT_LOGLEVEL_NOTICE)

#endif

#include <lttng/tracepoint-event.h>
