/* SPDX-License-Identifier: MIT */
/*
 * What a reader tells the model: one plain struct for each event of the trace schema.
 *
 * Times are in nanoseconds since the Unix epoch, sizes in bytes. Strings are borrowed for the call. A fact
 * of the schema that no question needs yet has no member here.
 */
#ifndef ASPAN_ANALYSIS_EVENTS_H
#define ASPAN_ANALYSIS_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(symbol, name in the trace) */
#define ASPAN_EVENT_TYPES(X)                                                                       \
	X(ALLOC, alloc)                                                                            \
	X(ALLOC_STACK, alloc_stack)                                                                \
	X(FREE, free)                                                                              \
	X(SPAN_ENTER, span_enter)                                                                  \
	X(SPAN_EXIT, span_exit)                                                                    \
	X(GROUP_REGISTER, group_register)                                                          \
	X(GROUP_RELEASE, group_release)                                                            \
	X(GROUP_STATS, group_stats)                                                                \
	X(BUDGET_EXCEEDED, budget_exceeded)                                                        \
	X(MISUSE, misuse)                                                                          \
	X(PROCESS_BEGIN, process_begin)                                                            \
	X(PROCESS_END, process_end)

enum aspan_event_type {
#define ASPAN_EVENT_SYMBOL(symbol, name) ASPAN_EVENT_##symbol,
	ASPAN_EVENT_TYPES(ASPAN_EVENT_SYMBOL)
#undef ASPAN_EVENT_SYMBOL
		ASPAN_EVENT_TYPE_COUNT,
	ASPAN_EVENT_OTHER = ASPAN_EVENT_TYPE_COUNT, /* not of allocspan; counted */
};

/* Totals of a group, as in the events `group_stats` and in the model. */
struct aspan_counts {
	uint64_t alloc_count;
	uint64_t alloc_bytes;
	uint64_t free_count;
	uint64_t free_bytes;
};

/* Blocks and their bytes; signed, as a base and a difference may be below zero on the way. */
struct aspan_live {
	int64_t count;
	int64_t bytes;
};

/* What the events `process_begin` and `process_end` tell, of the same names there. */
struct aspan_process_facts {
	uint64_t how; /* enum aspan_trace_begin_how, aspan_trace_end_how */
	uint64_t vpid;
	uint64_t start_ns;
	/* Of process_begin. */
	uint64_t pid_namespace;
	uint64_t parent_vpid;
	uint64_t parent_start_ns;
	const char *exe; /* may be empty */
	uint64_t inherited_count, inherited_bytes; /* ASPAN_INHERITED_UNKNOWN */
	/* Of process_end. */
	struct aspan_counts counts;
	uint64_t lost_count;
};

/* The source of a code address; NULL and 0 for what is not known. */
struct aspan_code {
	const char *binary;
	const char *function;
	const char *file;
	uint64_t line;
};

/* Which trace, process and thread an event is of. */
struct aspan_origin {
	uint32_t trace; /* from aspan_model_add_trace() */
	uint32_t host; /* the same number for all traces of a host */
	bool has_vpid;
	uint64_t vpid;
	uint64_t pid_namespace; /* 0 if the trace does not say */
	uint64_t vtid; /* 0 if the trace does not say */
	const char *procname; /* NULL if the trace does not say */
	bool is_salvaged; /* of a trace of what waited when its process ended: that is of another trace */
	bool is_exact; /* a record tells the pid; a context may be of the process that cloned this one */
};

struct aspan_event {
	enum aspan_event_type type;
	uint64_t time_ns;
	struct aspan_origin origin;
	/* The group: of `free` the source group. 0: none. */
	uint64_t group_id;
	/* Of the group. NULL where the event has none, and of what follows, where the schema has none. */
	const char *tags;
	const char *name; /* of `misuse` what was wrong */
	uint64_t address;
	uint64_t size_bytes;
	uint64_t current_group_id; /* of `free` */
	struct aspan_counts counts; /* of `group_stats`; of `span_exit` what happened inside */
	uint64_t live_count, live_bytes; /* of `group_stats` */
	const struct aspan_process_facts *process; /* of `process_begin` and `process_end` */
	/* What follows is only there for a model that was asked for more than groups. */
	uint64_t span_id; /* 0: none */
	uint64_t parent_span_id; /* of `span_enter` */
	uint64_t kind; /* of `alloc` and `free`: enum aspan_trace_kind */
	uint64_t ip; /* the code that called; 0 if the trace does not say */
	const struct aspan_code
		*code; /* what that is; NULL if nobody knows, or it was told for this ip before */
	/* Of `alloc_stack`: return addresses, the innermost first. */
	const uint64_t *frames;
	size_t frame_count;
};

#endif
