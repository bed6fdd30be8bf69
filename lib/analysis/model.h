/* SPDX-License-Identifier: MIT */
/*
 * The model: takes the events of one or more traces in the order of their times, and knows for every
 * group what it allocated, freed, holds, and held at most.
 *
 * Rules:
 * - One pass. Memory grows with live blocks, groups and processes, never with the number of events.
 * - A group is one of a process, and a process is one of a trace: the same ids in two of them are two
 *   groups. A pid that is used again (or a program that replaced itself by exec) is a new process: process_begin says so
 *   (model-process.h). In traces without it, its first groups are registered under ids that the old one has registered, and not
 *   released: a released group that is interned while blocks of it live is registered again.
 * - Questions beyond groups are answered by a tally (tally.h), which is told what each event means.
 * - What a lost event would have told is taken from later ones where they tell it (group.h); the model never
 *   gives a negative number, and says which numbers are not certain.
 */
#ifndef ASPAN_ANALYSIS_MODEL_H
#define ASPAN_ANALYSIS_MODEL_H

#include "block-map.h"
#include "events.h"
#include "group.h"
#include "id-map.h"
#include "loaded-objects.h"
#include "misuses.h"
#include "model-process.h"
#include "questions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aspan_trace {
	char *hostname; /* NULL if the trace does not say */
	struct aspan_id_map processes; /* by the mixed pid and namespace: the latest of each */
	uint64_t discarded_events;
	bool has_losses; /* events or packets discarded, however many */
	bool tells_begins; /* its processes are of a version that tells beginnings and ends */
	/* Packets that are missing before its streams begin, and when the last of these begins (coverage.h). */
	uint64_t overwritten_packets, overwritten_until_ns;
	bool lacks_vpid; /* some events do not say of which process they are */
	bool has_records; /* its allocations say it themselves, whatever its contexts (model-unnamed.h) */
	uint32_t living_count; /* processes that have begun and not ended, as far as events tell */
};

struct aspan_model;

/*
 * Is told of each event in the window after the model took it; not of those that are not of allocspan. `group` is that
 * which the event is of, or ID_MAP_NONE. 0 or negative errno, which is then the result of feeding the event.
 */
typedef int aspan_model_observer(void *data, const struct aspan_model *model,
				 const struct aspan_event *event, uint32_t process, uint32_t group);

/* What the code at an address is, for people; texts are the namer's until its next call. */
struct aspan_frame_name {
	struct aspan_code code; /* where the address is; of inlined functions, the innermost */
	/* The functions that it was inlined into, from the innermost out: each at the place of the call. */
	const struct aspan_code *inlined_into;
	size_t inlined_count;
};

/*
 * Names the code before a return address, from what was loaded there. 1; 0 if it does not know; -ENOMEM. It opens files that a
 * trace names, and so is not part of this library.
 */
typedef int aspan_model_namer(void *data, const struct aspan_object *object, uint64_t object_base,
			      uint64_t address, struct aspan_frame_name *name);

struct aspan_model {
	struct aspan_trace *traces;
	size_t trace_count, trace_capacity;
	struct aspan_process *processes;
	size_t process_count, process_capacity;
	struct aspan_group *groups;
	size_t group_count, group_capacity;

	uint64_t event_counts[ASPAN_EVENT_TYPE_COUNT];
	uint64_t other_event_count;
	uint64_t discarded_events;
	uint64_t discarded_packets;
	bool has_unknown_discards; /* there are more, and the trace does not say how many */
	bool is_cut_short; /* reading failed before the end */
	struct aspan_misuses misuses;
	uint32_t unread_ledger_count; /* files that could not be read */
	uint32_t unjoined_ledger_count; /* of processes that may be those of events without a pid */
	uint64_t unnamed_event_count; /* nobody knows whose they are (model-unnamed.h) */
	uint64_t first_ns, last_ns; /* of all events; 0 before the first */

	/* What of the trace counts; what was before only sets the state that it begins with. */
	uint64_t from_ns, to_ns;
	bool has_window_begun;
	bool is_past_window; /* the rest of the trace can change nothing */

	struct aspan_questions questions;
	struct aspan_tally *tally; /* NULL: groups alone are asked for */
	uint32_t last_process; /* of the last event, or NONE */
	uint32_t last_group; /* of the last event, or NONE: it is of none */
	aspan_model_observer *observer; /* NULL: nobody watches */
	void *observer_data;
	aspan_model_namer *namer; /* NULL: the trace alone says what code is */
	void *namer_data;
};

/* A model of groups alone, and all of the trace. NULL without memory. */
struct aspan_model *aspan_model_create(void);

/* What shall be answered beyond that, which is copied. Once, before all else. 0 or -ENOMEM. */
int aspan_model_ask(struct aspan_model *model, const struct aspan_questions *questions);

/* Whether events must tell more than group, address, size and tags. */
static inline bool aspan_model_wants_detail(const struct aspan_model *model)
{
	return model->tally;
}

/* One can watch. Before the first event. */
void aspan_model_set_observer(struct aspan_model *model, aspan_model_observer *observer,
			      void *data);

/* Who names call sites and the frames of stacks when a report is made. */
void aspan_model_set_namer(struct aspan_model *model, aspan_model_namer *namer, void *data);

/* Whether code is asked for, and with it what processes load. */
bool aspan_model_wants_objects(const struct aspan_model *model);

/* A process loaded something, or its tracer said so. 0 or -ENOMEM. */
int aspan_model_take_object(struct aspan_model *model, const struct aspan_origin *origin,
			    const struct aspan_object_event *event);

/* Blocks of which events will soon be fed, most likely of the process of the last one: they are fetched meanwhile. */
bool aspan_model_wants_prefetch(const struct aspan_model *model);
void aspan_model_prefetch(const struct aspan_model *model, uint64_t address);

/* NULL is allowed. */
void aspan_model_destroy(struct aspan_model *model);

/* Announces a trace; hostname is copied and may be NULL. *trace is for aspan_origin. 0 or -ENOMEM. */
int aspan_model_add_trace(struct aspan_model *model, const char *hostname, uint32_t *trace);

/* Allocations of this trace are packed records, which tell the pid even where the context vpid is missing. Before its events. */
void aspan_model_note_records(struct aspan_model *model, uint32_t trace);

/* Takes an event; its time is not before that of the last. 0 or -ENOMEM. */
int aspan_model_feed(struct aspan_model *model, const struct aspan_event *event);

/* The tracer discarded events, or packets of events, of this trace; *count is NULL if unknown. */
void aspan_model_note_discarded_events(struct aspan_model *model, uint32_t trace,
				       const uint64_t *count);
void aspan_model_note_discarded_packets(struct aspan_model *model, uint32_t trace,
					const uint64_t *count);

/* Reading ended before the trace did. */
void aspan_model_note_cut_short(struct aspan_model *model);

/* The trace has a place for the event process_begin, whether or not one is there. */
void aspan_model_note_begins_are_told(struct aspan_model *model, uint32_t trace);

/* Whether it is proved that everything that happened while the tracer ran is in the model; false before it is judged. */
bool aspan_model_is_complete(const struct aspan_model *model);

/* Whether events of this process may be missing: something shows that some are, and nothing proves that none are. */
bool aspan_model_has_losses(const struct aspan_model *model, const struct aspan_process *process);

/* Whether what is known of this process may be too low or wrong: as far as anything shows, or nothing tells its end. */
bool aspan_model_is_doubtful(const struct aspan_model *model, const struct aspan_process *process);

/* How many events of allocspan there were. */
uint64_t aspan_model_count_events(const struct aspan_model *model);

struct aspan_group_result aspan_model_get_result(const struct aspan_model *model,
						 const struct aspan_group *group);

#endif
