/* SPDX-License-Identifier: MIT */
/*
 * The LTTng-UST provider `allocspan_packed`: one event that carries many allocation events of one thread.
 * packed-format.md is its schema.
 *
 * A provider of its own, so that enabling `allocspan:*` never records an allocation twice.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER allocspan_packed

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "packed-provider.h"

#if !defined(ALLOCSPAN_PACKED_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define ALLOCSPAN_PACKED_PROVIDER_H

#include <lttng/tracepoint.h>

#include <stdint.h>

#include "packed-event.h"
#include "packed-format.h"

LTTNG_UST_TRACEPOINT_EVENT(allocspan_packed, events,
	LTTNG_UST_TP_ARGS(
		const struct aspan_packed_event *, event,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint8_t, version, ASPAN_PACKED_VERSION)
		lttng_ust_field_integer(int32_t, vpid, event->vpid)
		lttng_ust_field_integer(int32_t, vtid, event->vtid)
		lttng_ust_field_string(thread_name, event->thread_name)
		lttng_ust_field_integer(uint64_t, record_index, event->record_index)
		lttng_ust_field_integer(uint32_t, record_count, event->record_count)
		lttng_ust_field_integer(uint64_t, begin_ns, event->begin_ns)
		lttng_ust_field_integer(uint64_t, flush_ns, event->flush_ns)
		lttng_ust_field_integer(uint64_t, span_id, event->span_id)
		lttng_ust_field_string(groups, event->groups)
		lttng_ust_field_string(records, event->records)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan_packed, events, LTTNG_UST_TRACEPOINT_LOGLEVEL_DEBUG)

#undef LTTNG_UST_TP_IP_PARAM
#define LTTNG_UST_TP_IP_PARAM ip

#endif /* ALLOCSPAN_PACKED_PROVIDER_H */

#include <lttng/tracepoint-event.h>
