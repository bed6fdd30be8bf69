/* SPDX-License-Identifier: MIT */
/*
 * One process of a trace: who it is, how it began and ended, and what it held.
 *
 * A process is a pid of a PID namespace from one beginning to the next. Where the trace has `process_begin`, that is the
 * beginning: a pid that is used again, a forked child and a program that replaced another one by exec are processes
 * of their own. Traces of older versions have none; there a group id that is registered twice is the sign.
 *
 * A forked child counts from zero. What it inherited is its parent's: a free of a block that the child never allocated
 * counts as a free, and changes nothing of what the child holds.
 */
#ifndef ASPAN_ANALYSIS_MODEL_PROCESS_H
#define ASPAN_ANALYSIS_MODEL_PROCESS_H

#include "block-map.h"
#include "completeness.h"
#include "coverage.h"
#include "events.h"
#include "id-map.h"

#include <stdbool.h>
#include <stdint.h>

struct aspan_model;

struct aspan_process_begin {
	bool is_told; /* by process_begin, or by a ledger */
	uint32_t how; /* enum aspan_trace_begin_how */
	uint64_t time_ns; /* of the event; 0: there is none */
	uint64_t start_ns; /* CLOCK_MONOTONIC, as the process says it */
	uint64_t pid_namespace; /* as the process says it; 0: unknown */
	uint64_t parent_vpid; /* 0: unknown */
	uint64_t parent_start_ns; /* 0: it was not forked, or that is unknown */
	uint32_t parent; /* index in the model, or NONE */
	char *exe; /* NULL: unknown */
	/* What lived at the fork. */
	bool is_inherited_known;
	struct aspan_live inherited;
};

struct aspan_process_end {
	bool is_told; /* by process_end */
	uint32_t how; /* enum aspan_trace_end_how */
	uint64_t time_ns;
	uint64_t start_ns; /* of whom the event says that it ends */
	struct aspan_counts counts; /* what the process says of itself */
	struct aspan_counts seen; /* what the trace had told by then */
	uint64_t lost_count; /* events that the process knows it could not make */
};

/* How much of what a ledger counts the session was to record. */
enum aspan_ledger_cover {
	ASPAN_LEDGER_COVER_UNKNOWN,
	ASPAN_LEDGER_COVER_WHOLE, /* all, and the recording began before the process */
	ASPAN_LEDGER_COVER_PART, /* a filter left some out */
};

/* What the process's ledger says of it (lib/ledger/account.h), without groups. */
struct aspan_process_ledger {
	bool is_there;
	bool is_exact; /* else all counts are lower bounds */
	bool is_live_known; /* inherited blocks can be told from its own */
	bool is_closed; /* the process ended in a way that it saw */
	enum aspan_ledger_cover cover;
	bool is_running; /* it went on when the recording ended */
	uint64_t
		calls_in_flight; /* at most so many threads were in the middle of one when it ended */
	uint64_t forks; /* how many children it made */
	uint32_t end_how; /* enum aspan_trace_end_how; if closed */
	bool has_losses; /* something could not be counted, tracked or recorded */
	struct aspan_counts counts;
	struct aspan_counts retired; /* of groups that are not there any more */
};

struct aspan_process {
	uint32_t trace;
	uint32_t next_of_key; /* another process with the same key in the trace's map, or NONE */
	bool has_vpid;
	uint64_t vpid;
	uint64_t pid_namespace; /* as the context of its events says it; 0: unknown */
	char *procname; /* NULL if the trace does not say */
	bool has_main_name; /* procname is that of the main thread */
	bool has_gap; /* an event must be missing, whatever the tracer says */
	bool is_mixed; /* its events contradict each other: they are of several processes */
	bool is_whole; /* it began in the trace: all that it counts is later */
	bool is_forked; /* and had blocks of its parent then */
	bool has_hidden_child; /* a clone whose events bear this process's pid */
	bool has_unseen_frees; /* it says that it did not see blocks being freed */
	bool has_no_memory; /* it says that it could not keep track of something */
	uint64_t first_ns; /* of its first event; 0: it has none */
	uint64_t misuse_count;
	uint64_t
		missing_children; /* that it forked, and of which neither an event nor a ledger tells; by aspan_model_conclude() */
	struct aspan_process_begin begin;
	struct aspan_process_end end;
	struct aspan_process_ledger ledger;
	struct aspan_process_cuts cuts;
	struct aspan_proof proof;
	uint32_t first_group; /* in the model, or NONE; the others follow by next_of_process */
	struct aspan_id_map groups;
	struct aspan_block_map blocks;
};

void aspan_process_fini(struct aspan_process *process);

/* The process of an event; of a pid that was used again, the latest. Gives an index; may move the model's array, as all that follow. */
int aspan_model_find_process(struct aspan_model *model, const struct aspan_event *event,
			     uint32_t *index);

/* A new process with the pid of the event's, which is gone if there is one and gets no more events. */
int aspan_model_replace_process(struct aspan_model *model, const struct aspan_event *event,
				uint32_t *index);

/* A new process; *index is the latest with its pid from now on. */
int aspan_model_add_process(struct aspan_model *model, const struct aspan_origin *origin,
			    uint64_t time_ns, uint32_t *index);

/* The latest process of a pid, or NONE. */
uint32_t aspan_model_find_latest(const struct aspan_model *model,
				 const struct aspan_origin *origin);

/* The process of a pid that began at this time, or NONE. */
uint32_t aspan_model_find_started(const struct aspan_model *model,
				  const struct aspan_origin *origin, uint64_t start_ns);

/* aspan_model_replace_process(), without the event. */
int aspan_model_supersede(struct aspan_model *model, const struct aspan_origin *origin,
			  uint64_t time_ns, uint32_t *index);

/* Takes process_begin, and gives whose it is. */
int aspan_model_begin_process(struct aspan_model *model, const struct aspan_event *event,
			      uint32_t *index);

/* Takes process_end. */
void aspan_model_end_process(struct aspan_model *model, const struct aspan_event *event);

/*
 * The context procname is the name of the thread. That of the main thread is the one people know, and its last
 * one, as a program that replaced a shell by exec began with the shell's.
 */
int aspan_model_note_procname(struct aspan_process *process, const struct aspan_origin *origin);

/* What a misuse says of the process's figures. */
void aspan_process_note_misuse(struct aspan_process *process, const char *what);

/* The PID namespace, from whoever told it; 0: unknown. */
static inline uint64_t aspan_process_get_namespace(const struct aspan_process *process)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there are as many as process_count says */
	return process->pid_namespace ? process->pid_namespace : process->begin.pid_namespace;
}

/* What the trace tells that all groups of the process did. */
struct aspan_counts aspan_model_count_seen(const struct aspan_model *model,
					   const struct aspan_process *process);

/* How it began, as the trace calls it; NULL: unknown. */
const char *aspan_process_get_begin_word(const struct aspan_process *process);

/* Its ledger is open, and it is gone. */
#define ASPAN_PROCESS_KILLED "killed"

/* How it ended, as the trace calls it, or KILLED; NULL: it runs, or that is unknown. */
const char *aspan_process_get_end_word(const struct aspan_process *process);

#endif
