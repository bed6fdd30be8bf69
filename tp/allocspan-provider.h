/* SPDX-License-Identifier: MIT */
/*
 * The LTTng-UST provider `allocspan`: the trace schema, which is public API.
 *
 * Adding an event or a field is compatible; renaming or removing one is not. README.md of this
 * folder describes each field.
 *
 * Every event takes `ip`, the address of the code that called the library or the allocator: LTTng
 * records it as the `ip` context and not as a field. LTTng allows ten arguments an event.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER allocspan

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "allocspan-provider.h"

#if !defined(ALLOCSPAN_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define ALLOCSPAN_PROVIDER_H

#include <lttng/tracepoint.h>

#include <stddef.h>
#include <stdint.h>

#include "trace-kind.h"
#include "trace-process.h"

#define ALLOCSPAN_TP_ENUM_VALUE(symbol, label) lttng_ust_field_enum_value(#label, symbol)
LTTNG_UST_TRACEPOINT_ENUM(allocspan, kind,
	LTTNG_UST_TP_ENUM_VALUES(ASPAN_TRACE_KINDS(ALLOCSPAN_TP_ENUM_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(allocspan, begin,
	LTTNG_UST_TP_ENUM_VALUES(ASPAN_TRACE_BEGINS(ALLOCSPAN_TP_ENUM_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(allocspan, end,
	LTTNG_UST_TP_ENUM_VALUES(ASPAN_TRACE_ENDS(ALLOCSPAN_TP_ENUM_VALUE)))

LTTNG_UST_TRACEPOINT_EVENT(allocspan, alloc,
	LTTNG_UST_TP_ARGS(
		const void *, ptr,
		size_t, size,
		uint64_t, group_id,
		uint64_t, span_id,
		unsigned int, kind,
		const char *, tags,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, ptr, (uintptr_t) ptr)
		lttng_ust_field_integer(uint64_t, size, size)
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_integer(uint64_t, span_id, span_id)
		lttng_ust_field_enum(allocspan, kind, uint8_t, kind, kind)
		lttng_ust_field_string(tags, tags)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, alloc, LTTNG_UST_TRACEPOINT_LOGLEVEL_DEBUG)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, free,
	LTTNG_UST_TP_ARGS(
		const void *, ptr,
		size_t, size,
		uint64_t, source_group_id,
		uint64_t, current_group_id,
		uint64_t, span_id,
		unsigned int, kind,
		const char *, tags,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, ptr, (uintptr_t) ptr)
		lttng_ust_field_integer(uint64_t, size, size)
		lttng_ust_field_integer(int64_t, delta, -(int64_t) size)
		lttng_ust_field_integer(uint64_t, source_group_id, source_group_id)
		lttng_ust_field_integer(uint64_t, current_group_id, current_group_id)
		lttng_ust_field_integer(uint64_t, span_id, span_id)
		lttng_ust_field_enum(allocspan, kind, uint8_t, kind, kind)
		lttng_ust_field_string(tags, tags)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, free, LTTNG_UST_TRACEPOINT_LOGLEVEL_DEBUG)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, span_enter,
	LTTNG_UST_TP_ARGS(
		uint64_t, span_id,
		uint64_t, parent_span_id,
		const char *, name,
		uint64_t, group_id,
		const char *, tags,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, span_id, span_id)
		lttng_ust_field_integer(uint64_t, parent_span_id, parent_span_id)
		lttng_ust_field_string(name, name)
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_string(tags, tags)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, span_enter, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, span_exit,
	LTTNG_UST_TP_ARGS(
		uint64_t, span_id,
		const char *, name,
		uint64_t, group_id,
		uint64_t, alloc_count,
		uint64_t, alloc_bytes,
		uint64_t, free_count,
		uint64_t, free_bytes,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, span_id, span_id)
		lttng_ust_field_string(name, name)
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_integer(uint64_t, alloc_count, alloc_count)
		lttng_ust_field_integer(uint64_t, alloc_bytes, alloc_bytes)
		lttng_ust_field_integer(uint64_t, free_count, free_count)
		lttng_ust_field_integer(uint64_t, free_bytes, free_bytes)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, span_exit, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

LTTNG_UST_TRACEPOINT_EVENT_CLASS(allocspan, group_class,
	LTTNG_UST_TP_ARGS(
		uint64_t, group_id,
		const char *, name,
		const char *, tags,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_string(name, name)
		lttng_ust_field_string(tags, tags)))

LTTNG_UST_TRACEPOINT_EVENT_INSTANCE(allocspan, group_class, allocspan, group_register,
	LTTNG_UST_TP_ARGS(
		uint64_t, group_id,
		const char *, name,
		const char *, tags,
		void *, ip))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, group_register, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

LTTNG_UST_TRACEPOINT_EVENT_INSTANCE(allocspan, group_class, allocspan, group_release,
	LTTNG_UST_TP_ARGS(
		uint64_t, group_id,
		const char *, name,
		const char *, tags,
		void *, ip))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, group_release, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, group_stats,
	LTTNG_UST_TP_ARGS(
		uint64_t, group_id,
		const char *, name,
		const char *, tags,
		uint64_t, live_blocks,
		uint64_t, live_bytes,
		uint64_t, alloc_count,
		uint64_t, alloc_bytes,
		uint64_t, free_count,
		uint64_t, free_bytes,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_string(name, name)
		lttng_ust_field_string(tags, tags)
		lttng_ust_field_integer(uint64_t, live_blocks, live_blocks)
		lttng_ust_field_integer(uint64_t, live_bytes, live_bytes)
		lttng_ust_field_integer(uint64_t, alloc_count, alloc_count)
		lttng_ust_field_integer(uint64_t, alloc_bytes, alloc_bytes)
		lttng_ust_field_integer(uint64_t, free_count, free_count)
		lttng_ust_field_integer(uint64_t, free_bytes, free_bytes)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, group_stats, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, budget_exceeded,
	LTTNG_UST_TP_ARGS(
		uint64_t, group_id,
		const char *, name,
		const char *, tags,
		uint64_t, live_bytes,
		uint64_t, budget_bytes,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_string(name, name)
		lttng_ust_field_string(tags, tags)
		lttng_ust_field_integer(uint64_t, live_bytes, live_bytes)
		lttng_ust_field_integer(uint64_t, budget_bytes, budget_bytes)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, budget_exceeded, LTTNG_UST_TRACEPOINT_LOGLEVEL_WARNING)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, alloc_stack,
	LTTNG_UST_TP_ARGS(
		const void *, ptr,
		uint64_t, group_id,
		const uintptr_t *, frames,
		size_t, depth,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer_hex(uintptr_t, ptr, (uintptr_t) ptr)
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_sequence_hex(uintptr_t, frames, frames, size_t, depth)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, alloc_stack, LTTNG_UST_TRACEPOINT_LOGLEVEL_DEBUG)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, misuse,
	LTTNG_UST_TP_ARGS(
		const char *, what,
		uint64_t, group_id,
		uint64_t, span_id,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_string(what, what)
		lttng_ust_field_integer(uint64_t, group_id, group_id)
		lttng_ust_field_integer(uint64_t, span_id, span_id)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, misuse, LTTNG_UST_TRACEPOINT_LOGLEVEL_WARNING)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, process_begin,
	LTTNG_UST_TP_ARGS(
		unsigned int, how,
		int32_t, vpid,
		uint64_t, pid_ns,
		uint64_t, start_time,
		int32_t, parent_vpid,
		uint64_t, parent_start_time,
		const char *, exe,
		uint64_t, inherited_live_blocks,
		uint64_t, inherited_live_bytes,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_enum(allocspan, begin, uint8_t, how, how)
		lttng_ust_field_integer(int32_t, vpid, vpid)
		lttng_ust_field_integer(uint64_t, pid_ns, pid_ns)
		lttng_ust_field_integer(uint64_t, start_time, start_time)
		lttng_ust_field_integer(int32_t, parent_vpid, parent_vpid)
		lttng_ust_field_integer(uint64_t, parent_start_time, parent_start_time)
		lttng_ust_field_string(exe, exe)
		lttng_ust_field_integer(uint64_t, inherited_live_blocks, inherited_live_blocks)
		lttng_ust_field_integer(uint64_t, inherited_live_bytes, inherited_live_bytes)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, process_begin, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

LTTNG_UST_TRACEPOINT_EVENT(allocspan, process_end,
	LTTNG_UST_TP_ARGS(
		unsigned int, how,
		int32_t, vpid,
		uint64_t, start_time,
		uint64_t, alloc_count,
		uint64_t, alloc_bytes,
		uint64_t, free_count,
		uint64_t, free_bytes,
		uint64_t, lost_count,
		void *, ip),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_enum(allocspan, end, uint8_t, how, how)
		lttng_ust_field_integer(int32_t, vpid, vpid)
		lttng_ust_field_integer(uint64_t, start_time, start_time)
		lttng_ust_field_integer(uint64_t, alloc_count, alloc_count)
		lttng_ust_field_integer(uint64_t, alloc_bytes, alloc_bytes)
		lttng_ust_field_integer(uint64_t, free_count, free_count)
		lttng_ust_field_integer(uint64_t, free_bytes, free_bytes)
		lttng_ust_field_integer(uint64_t, lost_count, lost_count)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(allocspan, process_end, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)

#define LTTNG_UST_TP_IP_PARAM ip

#endif /* ALLOCSPAN_PROVIDER_H */

#include <lttng/tracepoint-event.h>
