/* SPDX-License-Identifier: MIT */
/*
 * A report: what the model knows at the end, put in order for a writer.
 *
 * The big picture. Everything is told apart down to *places*: a place is a group, a path of spans, a thread and a call
 * site where blocks were allocated, as far as somebody asked for each of them. A row of a breakdown is the sum of its
 * places, so breakdowns agree with each other, and a writer that wants another view (folded stacks, samples) adds up places.
 *
 * Each group also has one place that is *unseen*: blocks that lived before the trace began or whose events
 * were lost, of which group_stats or a free tells. There is no span, thread or call site to it.
 *
 * Texts are as in the trace: a writer escapes them. It borrows from the model, which must live longer and not be
 * fed meanwhile. Writers for people are here (report-text.h); those that need a library are beside that library's users.
 */
#ifndef ASPAN_ANALYSIS_REPORT_H
#define ASPAN_ANALYSIS_REPORT_H

#include "group.h"
#include "model.h"
#include "numbers.h"
#include "questions.h"
#include "tag-string.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An index that leads nowhere. */
#define ASPAN_REPORT_NONE UINT32_MAX

struct aspan_report_process {
	const struct aspan_process *process;
	const char *hostname; /* NULL if unknown */
	struct aspan_coverage coverage;
	const char *text; /* "server(1234)"; with more than one host "host:server(1234)" */
};

struct aspan_report_group {
	const struct aspan_group *group;
	const struct aspan_process *process;
	const char *hostname; /* NULL if unknown */
	uint32_t process_index;
	const char *name;
	struct aspan_tags tags;
	const char *text; /* "parser tenant=42" */
	struct aspan_group_result result;
};

struct aspan_report_thread {
	uint32_t process;
	uint64_t vtid;
	const char *name; /* NULL if unknown */
	const char
		*text; /* "worker(1235)"; with more than one process "server(1234)/worker(1235)" */
};

/*
 * A code address that called the allocator, or its caller in a call stack. Names are NULL where nobody knows. Each address is a row
 * of a breakdown; addresses of one source line are one row only if the events themselves named them (babeltrace2's
 * debug-info before the sink), since the names that are looked up at the end come too late for peaks.
 */
struct aspan_callsite {
	uint64_t address;
	uint32_t process;
	const char *binary;
	const char *function;
	const char *file;
	uint64_t line; /* 0: unknown */
	const char *text; /* the best of all that */
	/* In `callsites`: the function that this one was inlined into, at the place of the call. 0: it was not. */
	uint32_t inlined_into;
};

/* A node of the tree of call stacks: a frame, and its caller's. Node 0 is the root. A parent comes before its children. */
struct aspan_report_stack_node {
	uint32_t parent; /* NONE: the root has none */
	uint32_t callsite; /* in `callsites`; NONE: the root */
};

/* A node of the tree of span paths. Node 0 is the root: in no span. A parent comes before its children. */
struct aspan_report_node {
	uint32_t parent; /* NONE: the root has none */
	const char *name; /* NULL: the root, and a span whose span_enter is not in the trace */
};

/* Where blocks were allocated. What nobody asked for is NONE. */
struct aspan_report_place {
	uint32_t group; /* in `groups`; always there */
	uint32_t node; /* in `nodes` */
	uint32_t thread; /* in `threads` */
	uint32_t callsite; /* in `callsites`; NONE too where the trace has no ip */
	uint32_t stack; /* in `stack_nodes`: that of the call site; 0: no stack is known */
	bool is_unseen;
	struct aspan_numbers numbers; /* without the peak */
	/* At the end; of an unseen place it can be below zero: so much of what other places hold has been freed. */
	struct aspan_live live;
	struct aspan_live never_freed; /* the same of what was allocated in the window */
	int64_t bytes_at_total_peak; /* when everything was highest; may be below zero as well */
};

/* A part of a sum: a place, and what of it. */
struct aspan_report_part {
	uint32_t place;
	int64_t bytes;
};

enum aspan_key_state {
	ASPAN_KEY_VALUE,
	ASPAN_KEY_NONE, /* it has none: no such tag, in no span, no ip in the trace */
	ASPAN_KEY_UNSEEN, /* events do not tell: of an unseen place */
};

struct aspan_report_key {
	enum aspan_key_state state;
	const char *text; /* never NULL: "parser tenant=42", "(no span)" */
	uint32_t index; /* in `groups`, `threads`, `processes`, `callsites`; else NONE */
};

/* From this bucket of the timeline to the next point: what the row held at the bucket's moment, and at most within it. */
struct aspan_report_point {
	uint32_t bucket;
	uint64_t bytes;
	uint64_t max_bytes; /* of this bucket; in buckets without a point, `bytes` */
};

struct aspan_report_row {
	struct aspan_report_key keys[ASPAN_BREAKDOWN_KEYS_MAX];
	struct aspan_numbers numbers;
	/* With PEAK: who made up the row's own peak, and the peak of everything; the largest first. */
	struct aspan_report_part *peak_parts;
	size_t peak_part_count;
	/* With LEAKS: what was never freed, by place; the most bytes first. */
	struct aspan_report_part *never_freed_parts;
	size_t never_freed_part_count;
	/* With TIMELINE. Before the first point it held nothing. */
	struct aspan_report_point *points;
	size_t point_count;
};

struct aspan_report_breakdown {
	struct aspan_breakdown_question question;
	struct aspan_report_row *rows; /* in the order asked for */
	size_t row_count;
};

/*
 * The timeline: buckets of equal width. Each has a moment, when everything together was highest in it, so that a
 * stacked picture of the moments keeps all peaks.
 */
struct aspan_report_moment {
	uint64_t time_ns;
	uint64_t bytes; /* everything */
};

struct aspan_report_timeline {
	uint64_t begin_ns, bucket_ns;
	struct aspan_report_moment *moments;
	size_t bucket_count; /* 0: nobody asked */
};

/* Memory of one group that was freed while another one, or none, was active. */
struct aspan_report_handover {
	uint32_t source_group; /* in `groups` */
	uint32_t current_group; /* in `groups`; NONE: none was active, or it is not known */
	uint64_t current_id; /* in the process; 0: none was active */
	struct aspan_blocks freed;
};

/* What happened inside spans of one name, by their span_exit; exact where events of blocks were lost. */
struct aspan_report_span {
	const char *name;
	uint64_t entry_count; /* that ended in the window */
	uint64_t open_count; /* entered, and not ended when the trace did */
	struct aspan_counts counts;
	uint64_t duration_ns; /* of those whose begin is known, together and the longest */
	uint64_t longest_ns;
	uint64_t timed_count;
};

struct aspan_report_entry {
	const char *name;
	uint32_t thread;
	uint64_t enter_ns; /* 0: not known */
	uint64_t exit_ns;
	struct aspan_counts counts;
};

/* Not recorded, though its parent was; as `allocspan record` saw it. Texts are NULL where they are not known. */
struct aspan_report_unrecorded {
	uint64_t pid, parent_pid; /* as the recorder sees them */
	const char *name, *exe, *command;
	const char *why; /* a word; never NULL */
	const char *text; /* the same for people */
};

struct aspan_report {
	const struct aspan_model *model;
	const struct aspan_questions *questions;
	bool is_complete; /* it is proved that nothing is missing */
	bool is_doubtful; /* something shows that numbers may be wrong */
	/* The window that the counts are of: of a whole trace its first and its last event. */
	uint64_t begin_ns, end_ns;
	struct aspan_coverage coverage; /* since when the trace has all of everybody in it */

	struct aspan_report_process *processes; /* as in the model */
	size_t process_count;
	struct aspan_report_group *groups; /* the highest peak first */
	size_t group_count;
	struct aspan_report_thread *threads;
	size_t thread_count;
	struct aspan_callsite *callsites;
	size_t callsite_count;
	struct aspan_report_stack_node *stack_nodes; /* none where the trace has no stacks */
	size_t stack_node_count;
	struct aspan_report_node *nodes;
	size_t node_count;
	struct aspan_report_place *places;
	size_t place_count;

	/*
	 * The first is everything in one row; then those that were asked for, and tags that were found. Where only groups
	 * are asked for, there is one, by group; and then there are no places.
	 */
	struct aspan_report_breakdown *breakdowns;
	size_t breakdown_count;
	struct aspan_report_timeline timeline;
	struct aspan_report_handover *handovers; /* the most bytes first */
	size_t handover_count;
	struct aspan_report_span *spans; /* the most bytes first */
	size_t span_count;
	/* Single span entries: those that allocated most, and those that kept most (allocated minus freed). */
	struct aspan_report_entry *worst_by_bytes, *worst_by_net;
	size_t worst_by_bytes_count, worst_by_net_count;

	struct aspan_report_unrecorded *unrecorded;
	size_t unrecorded_count;
	uint64_t unrecorded_more; /* that are only counted */

	/* One line each: what the trace lacks, and what to do about it. */
	char **notes;
	size_t note_count;
	char **texts; /* what `text` members point to */
	size_t text_count;
};

/*
 * Judges what the model has, which gets no more events and ledgers, and reports it. aspan_report_fini() frees what it makes, also
 * after a failure. 0 or -ENOMEM.
 */
int aspan_report_init(struct aspan_report *report, struct aspan_model *model);
void aspan_report_fini(struct aspan_report *report);

/* Adds a line to the notes. 0 or -ENOMEM. */
int aspan_report_add_note(struct aspan_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a process that nothing recorded; texts are copied. 0 or -ENOMEM. */
int aspan_report_add_unrecorded(struct aspan_report *report,
				const struct aspan_report_unrecorded *process);

/* Adds the notes on such processes, when all are there. 0 or -ENOMEM. */
int aspan_report_note_unrecorded(struct aspan_report *report);

/* The breakdown of this question, or NULL if nobody asked. */
const struct aspan_report_breakdown *
aspan_report_find_breakdown(const struct aspan_report *report,
			    const struct aspan_breakdown_question *question);

/* "request/parse" of a node, names apart by `separator`; the caller frees it. NULL without memory. */
char *aspan_report_get_path(const struct aspan_report *report, uint32_t node,
			    const char *separator);

#endif
