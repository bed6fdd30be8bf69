/* SPDX-License-Identifier: MIT */
/*
 * The threads of all processes: what each has open, and what it did last.
 *
 * Spans are replayed from span_enter and span_exit. They may be exited out of order, and events may be missing: the
 * `parent_span_id` of an enter and the `span_id` of an allocation say where the thread really is, and the stack follows.
 * A trace that does not name its threads (no context vtid) has one for each process.
 */
#ifndef ASPAN_ANALYSIS_THREAD_TABLE_H
#define ASPAN_ANALYSIS_THREAD_TABLE_H

#include "events.h"
#include "id-map.h"
#include "span-tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_open_span {
	uint64_t span_id;
	uint32_t node;
	uint64_t enter_ns; /* 0: not known */
};

/* The block that realloc() takes from a thread with a `free`, and gives back with the next `alloc`. */
struct aspan_moving_block {
	bool is_there;
	uint32_t chain; /* in growth.h */
	uint64_t address;
	uint64_t size_bytes;
};

/* The stack that alloc_stack told of; the next event of the thread that has to do with blocks is the alloc of this one. */
struct aspan_pending_stack {
	bool is_there;
	uint64_t address; /* of the block */
	uint64_t ip;
	uint32_t stack; /* in call-tree.h */
	uint32_t loss_count; /* of the tally, when it came */
};

struct aspan_thread {
	uint32_t process;
	uint64_t vtid;
	char *name; /* NULL if the trace does not say */
	struct aspan_open_span *open;
	size_t open_count, open_capacity;
	/* Of its last allocation, if nobody has freed that since. */
	bool has_last_alloc;
	uint64_t last_alloc;
	struct aspan_moving_block moving;
	struct aspan_pending_stack pending;
	/* Where it allocated last, so that it is found without a search. */
	uint32_t group, node, callsite, stack, place;
};

struct aspan_thread_process {
	struct aspan_id_map threads; /* by vtid */
	struct aspan_id_map span_names; /* by span id */
};

struct aspan_thread_table {
	struct aspan_thread *threads;
	size_t thread_count, thread_capacity;
	struct aspan_thread_process *processes; /* by the model's index */
	size_t process_count, process_capacity;
	struct aspan_span_tree tree;
	uint32_t last_thread; /* of the last event, or NONE */
};

/* 0 or -ENOMEM, as all that follow. */
int aspan_thread_table_init(struct aspan_thread_table *table);
void aspan_thread_table_fini(struct aspan_thread_table *table);

/* The thread of an event. Adding one moves the array. */
int aspan_thread_table_find(struct aspan_thread_table *table, uint32_t process,
			    const struct aspan_origin *origin, uint32_t *thread);

/* Takes a span_enter. */
int aspan_thread_table_enter(struct aspan_thread_table *table, uint32_t thread,
			     const struct aspan_event *event);

/* Takes a span_exit; *entered_ns is 0 if the enter is not in the trace. */
int aspan_thread_table_exit(struct aspan_thread_table *table, uint32_t thread,
			    const struct aspan_event *event, uint64_t *entered_ns);

/* The node of a span that the thread says it is in. */
int aspan_thread_table_find_node(struct aspan_thread_table *table, uint32_t thread,
				 uint64_t span_id, uint32_t *node);

#endif
