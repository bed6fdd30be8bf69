/* SPDX-License-Identifier: MIT */
/*
 * The door between liballocspan and the LTTng-UST provider.
 *
 * liballocspan must run where liblttng-ust is absent, so it links nothing of LTTng: it opens
 * liballocspan-tp.so at its start and asks for this table. Until then, and for ever where that fails,
 * `enabled` points to zeros.
 *
 * One X-macro lists the events once: name, parameters, arguments. Both sides are generated from it.
 */
#ifndef ASPAN_TP_TRACE_EVENTS_H
#define ASPAN_TP_TRACE_EVENTS_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "packed-event.h"
#include "trace-kind.h"

/* X(event, (parameters), (arguments)); the order and the types are those of allocspan-provider.h. */
#define ASPAN_TRACE_EVENTS(X)                                                                      \
	X(alloc,                                                                                   \
	  (const void *ptr, size_t size, uint64_t group_id, uint64_t span_id, unsigned int kind,   \
	   const char *tags, void *ip),                                                            \
	  (ptr, size, group_id, span_id, kind, tags, ip))                                          \
	X(free,                                                                                    \
	  (const void *ptr, size_t size, uint64_t source_group_id, uint64_t current_group_id,      \
	   uint64_t span_id, unsigned int kind, const char *tags, void *ip),                       \
	  (ptr, size, source_group_id, current_group_id, span_id, kind, tags, ip))                 \
	X(span_enter,                                                                              \
	  (uint64_t span_id, uint64_t parent_span_id, const char *name, uint64_t group_id,         \
	   const char *tags, void *ip),                                                            \
	  (span_id, parent_span_id, name, group_id, tags, ip))                                     \
	X(span_exit,                                                                               \
	  (uint64_t span_id, const char *name, uint64_t group_id, uint64_t alloc_count,            \
	   uint64_t alloc_bytes, uint64_t free_count, uint64_t free_bytes, void *ip),              \
	  (span_id, name, group_id, alloc_count, alloc_bytes, free_count, free_bytes, ip))         \
	X(group_register, (uint64_t group_id, const char *name, const char *tags, void *ip),       \
	  (group_id, name, tags, ip))                                                              \
	X(group_release, (uint64_t group_id, const char *name, const char *tags, void *ip),        \
	  (group_id, name, tags, ip))                                                              \
	X(group_stats,                                                                             \
	  (uint64_t group_id, const char *name, const char *tags, uint64_t live_blocks,            \
	   uint64_t live_bytes, uint64_t alloc_count, uint64_t alloc_bytes, uint64_t free_count,   \
	   uint64_t free_bytes, void *ip),                                                         \
	  (group_id, name, tags, live_blocks, live_bytes, alloc_count, alloc_bytes, free_count,    \
	   free_bytes, ip))                                                                        \
	X(budget_exceeded,                                                                         \
	  (uint64_t group_id, const char *name, const char *tags, uint64_t live_bytes,             \
	   uint64_t budget_bytes, void *ip),                                                       \
	  (group_id, name, tags, live_bytes, budget_bytes, ip))                                    \
	X(alloc_stack,                                                                             \
	  (const void *ptr, uint64_t group_id, const uintptr_t *frames, size_t depth, void *ip),   \
	  (ptr, group_id, frames, depth, ip))                                                      \
	X(misuse, (const char *what, uint64_t group_id, uint64_t span_id, void *ip),               \
	  (what, group_id, span_id, ip))                                                           \
	X(process_begin,                                                                           \
	  (unsigned int how, int32_t vpid, uint64_t pid_ns, uint64_t start_time,                   \
	   int32_t parent_vpid, uint64_t parent_start_time, const char *exe,                       \
	   uint64_t inherited_live_blocks, uint64_t inherited_live_bytes, void *ip),               \
	  (how, vpid, pid_ns, start_time, parent_vpid, parent_start_time, exe,                     \
	   inherited_live_blocks, inherited_live_bytes, ip))                                       \
	X(process_end,                                                                             \
	  (unsigned int how, int32_t vpid, uint64_t start_time, uint64_t alloc_count,              \
	   uint64_t alloc_bytes, uint64_t free_count, uint64_t free_bytes, uint64_t lost_count,    \
	   void *ip),                                                                              \
	  (how, vpid, start_time, alloc_count, alloc_bytes, free_count, free_bytes, lost_count,    \
	   ip))

/* The same for the provider `allocspan_packed`; here the name is the member of the table below. */
#define ASPAN_PACKED_EVENTS(X)                                                                     \
	X(packed_events, (const struct aspan_packed_event *event, void *ip), (event, ip))

#define ASPAN_ALL_EVENTS(X) ASPAN_TRACE_EVENTS(X) ASPAN_PACKED_EVENTS(X)

/*
 * `enabled->EVENT` is LTTng's own flag: non-zero while a session records the event. `emit->EVENT`
 * records it; it may be called from any thread and in a signal handler, and allocates nothing.
 * `sessions->EVENT` is LTTng's list of probes: it changes when a session starts or stops recording.
 */
struct aspan_trace_events {
	size_t size_bytes; /* of this struct: tells a table of another version */
#define ASPAN_TRACE_EVENT_MEMBERS(event, parameters, arguments)                                    \
	struct {                                                                                   \
		const int *enabled;                                                                \
		void *const *sessions;                                                             \
		void(*emit) parameters;                                                            \
	} event;
	ASPAN_ALL_EVENTS(ASPAN_TRACE_EVENT_MEMBERS)
#undef ASPAN_TRACE_EVENT_MEMBERS
	/*
	 * What liblttng-ust-fork calls around fork(): without it, a child may find LTTng's locks taken for ever. The
	 * child's is called instead of the parent's and starts LTTng's threads again.
	 */
	void (*before_fork)(sigset_t *saved);
	void (*after_fork_in_parent)(sigset_t *saved);
	void (*after_fork_in_child)(sigset_t *saved);
	/*
	 * Makes what LTTng keeps for a thread, which allocates: `emit` would do it, and so must not be a thread's first
	 * contact with LTTng in a signal handler.
	 */
	void (*init_thread)(void);
};

/* The one symbol that liballocspan-tp.so exports besides LTTng's: `const struct aspan_trace_events`. */
#define ASPAN_TRACE_EVENTS_SYMBOL "aspan_trace_events"

#endif
