/* SPDX-License-Identifier: MIT */
/*
 * What a replay consists of: for the files bind-replay*.c, and nobody else.
 */
#ifndef ASPAN_ANALYSIS_BIND_REPLAY_STATE_H
#define ASPAN_ANALYSIS_BIND_REPLAY_STATE_H

#include "bind-replay.h"

#include "bind-replay-groups.h"
#include "bind-replay-threads.h"

enum aspan_bind_replay_role {
	ASPAN_BIND_REPLAY_BEGIN,
	ASPAN_BIND_REPLAY_END,
	ASPAN_BIND_REPLAY_LABEL
};

struct aspan_bind_replay_point {
	uint32_t binding;
	enum aspan_bind_replay_role role;
	const struct aspan_bind_event *event;
	char *name; /* "provider:name" */
	bool has_occurred;
};

struct aspan_bind_replay_binding {
	struct aspan_bind_spec spec;
	bool is_matched;
	uint64_t last_event; /* that began or ended a pair: its number */
	uint64_t begin_count;
	uint64_t unended_count;
	uint64_t unbegun_count;
	uint64_t other_count;
};

struct aspan_bind_replay {
	struct aspan_bind_replay_binding **bindings;
	size_t binding_count;
	struct aspan_bind_replay_point *points;
	size_t point_count;
	struct aspan_bind_replay_threads threads;
	struct aspan_bind_groups groups;
	struct aspan_text_map
		live_groups; /* by process and tags: those that the program registered itself */
	char **names; /* of events in the trace */
	size_t name_count;
	uint64_t event_count; /* of the program's own */
};

static inline const struct aspan_bind_spec *
aspan_bind_replay_spec(const struct aspan_bind_replay *replay,
		       const struct aspan_bind_replay_point *point)
{
	return &replay->bindings[point->binding]->spec;
}

#endif
