/* SPDX-License-Identifier: MIT */
/*
 * The provider of test-bind-*.c: tracepoints with every sort of argument.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER bound

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bind-provider.h"

#if !defined(TEST_BIND_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TEST_BIND_PROVIDER_H

#include <lttng/tracepoint.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef TEST_BIND_TYPES
#define TEST_BIND_TYPES
enum colour { COLOUR_RED, COLOUR_GREEN = 7, COLOUR_BLUE = -3 };
struct large { long words[4]; };
struct small { int number; };
typedef struct small unknown_t;
#endif

/* clang-format off */
LTTNG_UST_TRACEPOINT_EVENT(bound, integers,
	LTTNG_UST_TP_ARGS(int8_t, i8, uint8_t, u8, int16_t, i16, uint16_t, u16, int32_t, i32,
		uint32_t, u32, int64_t, i64, uint64_t, u64, bool, flag, enum colour, colour),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, i8, i8)))

LTTNG_UST_TRACEPOINT_EVENT(bound, words,
	LTTNG_UST_TP_ARGS(char, c, signed char, sc, unsigned char, uc, short int, s,
		long unsigned int, ul, long long, ll, size_t, size, const int *, pointer,
		unsigned, u, ssize_t, ssize),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, s, s)))

LTTNG_UST_TRACEPOINT_EVENT(bound, mixed,
	LTTNG_UST_TP_ARGS(int, a, double, x, const char *, text, float, y, long, b, double, z,
		uint16_t, c, float, w, short, d, unsigned long, e),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, a, a)))

LTTNG_UST_TRACEPOINT_EVENT(bound, floats,
	LTTNG_UST_TP_ARGS(double, f0, float, f1, double, f2, double, f3, double, f4, double, f5,
		double, f6, double, f7, float, f8, double, f9),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_float(double, f0, f0)))

LTTNG_UST_TRACEPOINT_EVENT(bound, wide,
	LTTNG_UST_TP_ARGS(long double, wide_float, int, after_float, __int128, wide_integer, int,
		after_integer, int, i2, int, i3, int, i4, long double, second, short, last),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, last, last)))

LTTNG_UST_TRACEPOINT_EVENT(bound, values,
	LTTNG_UST_TP_ARGS(int, before, struct large, large, int, after),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, before, before)))

LTTNG_UST_TRACEPOINT_EVENT(bound, unknown,
	LTTNG_UST_TP_ARGS(int, before, unknown_t, strange, int, after),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, before, before)))

LTTNG_UST_TRACEPOINT_EVENT(bound, string,
	LTTNG_UST_TP_ARGS(const char *, text),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_string(text, text)))

LTTNG_UST_TRACEPOINT_EVENT(bound, done,
	LTTNG_UST_TP_ARGS(),
	LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(bound, callback_register,
	LTTNG_UST_TP_ARGS(const void *, callback, const char *, symbol),
	LTTNG_UST_TP_FIELDS(lttng_ust_field_string(symbol, symbol)))

LTTNG_UST_TRACEPOINT_EVENT(bound, callback_start,
	LTTNG_UST_TP_ARGS(const void *, callback_arg),
	LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(bound, callback_end,
	LTTNG_UST_TP_ARGS(const void *, callback_arg),
	LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(bound, api,
	LTTNG_UST_TP_ARGS(const char *, function, int, phase),
	LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(bound, request_begin,
	LTTNG_UST_TP_ARGS(uint64_t, id),
	LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(bound, request_done,
	LTTNG_UST_TP_ARGS(uint64_t, id),
	LTTNG_UST_TP_FIELDS())
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>
