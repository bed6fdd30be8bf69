/* SPDX-License-Identifier: MIT */
/*
 * Bindings over a trace: gives allocations to groups by replaying begin and end events of each thread, as
 * liballocspan-bind does while a program runs (include/allocspan/bind.h).
 *
 * The big picture
 * ---------------
 *
 *    begin, end, label events of the program --> per thread: what is open; per process: groups
 *    allocations without a group of their own --> the innermost open group of their thread
 *    frees of blocks that came to a group so  --> that group
 *
 * What comes out are events of the trace schema for the model: group_register, alloc and free.
 *
 * Rules:
 * - The same SPECs give the same groups with the same numbers as live binding, apart from ids, and as far as fields of the
 *   trace are what the arguments of the tracepoint are.
 * - Allocations that have a group of their own keep it: the program said so. Those of `root` do not.
 * - Memory grows with live blocks, groups, threads and processes, never with the number of events.
 */
#ifndef ASPAN_ANALYSIS_BIND_REPLAY_H
#define ASPAN_ANALYSIS_BIND_REPLAY_H

#include "events.h"
#include "model.h"

#include "signature.h"
#include "spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest number of fields that one point wants. */
#define ASPAN_BIND_FIELDS_MAX (ASPAN_BIND_CONDITIONS_MAX + ASPAN_BIND_INPUTS_MAX + 1)

struct aspan_bind_replay;

/* The value of a field. */
struct aspan_bind_field {
	enum aspan_bind_kind kind; /* INTEGER, POINTER (hexadecimal), STRING, FLOAT or DOUBLE */
	bool is_signed;
	uint64_t bits; /* of a number */
	const char *string;
};

/* One event of a SPEC in one of its roles. The same event may be several. */
struct aspan_bind_replay_point;

struct aspan_bind_replay *aspan_bind_replay_create(void);

/* NULL is allowed. */
void aspan_bind_replay_destroy(struct aspan_bind_replay *replay);

/* Adds a SPEC. 0; -EINVAL with a message; or -ENOMEM. Before the first event. */
int aspan_bind_replay_add(struct aspan_bind_replay *replay, const char *spec_text, char *message,
			  size_t message_bytes);

/* The next point after `previous` (NULL: the first) that an event, "provider:name", is; or NULL. */
struct aspan_bind_replay_point *aspan_bind_replay_find(struct aspan_bind_replay *replay,
						       const char *event,
						       struct aspan_bind_replay_point *previous);

/* The fields that a point wants, in the order in which it takes them. Returns how many. */
size_t
aspan_bind_replay_get_fields(const struct aspan_bind_replay *replay,
			     const struct aspan_bind_replay_point *point,
			     const struct aspan_bind_argument *fields[ASPAN_BIND_FIELDS_MAX]);

/* The trace has an event of this name, wanted or not: for suggestions. */
void aspan_bind_replay_note_name(struct aspan_bind_replay *replay, const char *event);

/* A point that an event is, and what it wants of it. */
struct aspan_bind_replay_hit {
	const struct aspan_bind_replay_point *point;
	struct aspan_bind_field fields[ASPAN_BIND_FIELDS_MAX];
};

/* Takes an event of the program, with all points that it is, in the order in which they are found. 0 or -ENOMEM. */
int aspan_bind_replay_take(struct aspan_bind_replay *replay,
			   const struct aspan_bind_replay_hit *hits, size_t hit_count,
			   const struct aspan_origin *origin);

/* Whether a SPEC wants to know which objects the processes have loaded. */
bool aspan_bind_replay_wants_objects(const struct aspan_bind_replay *replay);

/* A process has loaded an object: its first segment is at `base`. 0 or -ENOMEM. */
int aspan_bind_replay_add_object(struct aspan_bind_replay *replay,
				 const struct aspan_origin *origin, uint64_t base,
				 uint64_t size_bytes, const char *path);

/* Takes an allocation or a free that has no group: `event` gives address and size too. 0 or -ENOMEM. */
int aspan_bind_replay_alloc(struct aspan_bind_replay *replay, struct aspan_model *model,
			    const struct aspan_event *event);
int aspan_bind_replay_free(struct aspan_bind_replay *replay, struct aspan_model *model,
			   const struct aspan_event *event);

/* Feeds an event of allocspan itself to the model, with another group where it is of `root`. 0 or -ENOMEM. */
int aspan_bind_replay_feed(struct aspan_bind_replay *replay, struct aspan_model *model,
			   const struct aspan_event *event);

/* Makes the groups known that nothing was allocated in, as they are while a program runs. At the end. 0 or -ENOMEM. */
int aspan_bind_replay_finish(struct aspan_bind_replay *replay, struct aspan_model *model);

/* Whether anything was ever begun. */
bool aspan_bind_replay_has_begun(const struct aspan_bind_replay *replay);

/* The note number `index`: one line that says what did not come as expected; NULL after the last. The caller frees it. */
char *aspan_bind_replay_get_note(const struct aspan_bind_replay *replay, size_t index);

struct aspan_report;

/* Adds the notes to those of a report. 0 or -ENOMEM. */
int aspan_bind_replay_add_notes(const struct aspan_bind_replay *replay,
				struct aspan_report *report);

#endif
