/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay.h: the SPECs, and which of their points an event of the trace is.
 */
#include "bind-replay-state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct aspan_bind_replay *aspan_bind_replay_create(void)
{
	return calloc(1, sizeof(struct aspan_bind_replay));
}

void aspan_bind_replay_destroy(struct aspan_bind_replay *replay)
{
	if (!replay) {
		return;
	}
	for (size_t i = 0; i < replay->binding_count; i++) {
		free(replay->bindings[i]);
	}
	for (size_t i = 0; i < replay->point_count; i++) {
		free(replay->points[i].name);
	}
	for (size_t i = 0; i < replay->name_count; i++) {
		free(replay->names[i]);
	}
	aspan_bind_replay_threads_fini(&replay->threads);
	aspan_bind_groups_fini(&replay->groups);
	aspan_text_map_fini(&replay->live_groups);
	free(replay->bindings);
	free(replay->points);
	free(replay->names);
	free(replay);
}

static int add_points(struct aspan_bind_replay *replay, const struct aspan_bind_event *events,
		      size_t count, enum aspan_bind_replay_role role)
{
	for (size_t i = 0; i < count; i++) {
		struct aspan_bind_replay_point *moved =
			reallocarray(replay->points, replay->point_count + 1, sizeof(*moved));
		char *name;

		if (!moved) {
			return -ENOMEM;
		}
		replay->points = moved;
		if (asprintf(&name, "%s:%s", events[i].provider, events[i].name) < 0) {
			return -ENOMEM;
		}
		moved[replay->point_count++] = (struct aspan_bind_replay_point){
			.binding = (uint32_t) (replay->binding_count - 1),
			.role = role,
			.event = &events[i],
			.name = name,
		};
	}
	return 0;
}

int aspan_bind_replay_add(struct aspan_bind_replay *replay, const char *spec_text, char *message,
			  size_t message_bytes)
{
	struct aspan_bind_replay_binding **moved =
		reallocarray(replay->bindings, replay->binding_count + 1,
			     sizeof(struct aspan_bind_replay_binding *));
	struct aspan_bind_replay_binding *binding = calloc(1, sizeof(*binding));
	const struct aspan_bind_spec *spec;
	int result;

	if (moved) {
		replay->bindings = moved;
	}
	if (!moved || !binding) {
		free(binding);
		return -ENOMEM;
	}
	result = aspan_bind_spec_parse(&binding->spec, spec_text, strlen(spec_text), message,
				       message_bytes);
	if (result) {
		free(binding);
		return result;
	}
	replay->bindings[replay->binding_count++] = binding;
	spec = &binding->spec;
	binding->is_matched = spec->match.name_count > 0;
	result = add_points(replay, spec->begins, spec->begin_count, ASPAN_BIND_REPLAY_BEGIN);
	if (!result) {
		result = add_points(replay, spec->ends, spec->end_count, ASPAN_BIND_REPLAY_END);
	}
	if (!result && spec->label.name) {
		result = add_points(replay, &spec->label, 1, ASPAN_BIND_REPLAY_LABEL);
	}
	return result;
}

struct aspan_bind_replay_point *aspan_bind_replay_find(struct aspan_bind_replay *replay,
						       const char *event,
						       struct aspan_bind_replay_point *previous)
{
	size_t first = previous ? (size_t) (previous - replay->points) + 1 : 0;

	for (size_t i = first; i < replay->point_count; i++) {
		if (strcmp(replay->points[i].name, event) == 0) {
			replay->points[i].has_occurred = true;
			return &replay->points[i];
		}
	}
	return NULL;
}

size_t aspan_bind_replay_get_fields(const struct aspan_bind_replay *replay,
				    const struct aspan_bind_replay_point *point,
				    const struct aspan_bind_argument *fields[ASPAN_BIND_FIELDS_MAX])
{
	const struct aspan_bind_spec *spec = aspan_bind_replay_spec(replay, point);
	size_t count = 0;

	for (size_t i = 0; i < point->event->condition_count; i++) {
		fields[count++] = &point->event->conditions[i].argument;
	}
	if (point->role == ASPAN_BIND_REPLAY_LABEL) {
		fields[count++] = &spec->label_key;
		fields[count++] = &spec->label_name;
		return count;
	}
	if (spec->match.name_count > 0) {
		fields[count++] = &spec->match;
	}
	for (size_t i = 0; point->role == ASPAN_BIND_REPLAY_BEGIN && i < spec->input_count; i++) {
		fields[count++] = spec->inputs[i];
	}
	return count;
}

bool aspan_bind_replay_has_begun(const struct aspan_bind_replay *replay)
{
	for (size_t i = 0; i < replay->binding_count; i++) {
		if (replay->bindings[i]->begin_count > 0) {
			return true;
		}
	}
	return false;
}

bool aspan_bind_replay_wants_objects(const struct aspan_bind_replay *replay)
{
	for (size_t i = 0; i < replay->binding_count; i++) {
		if (replay->bindings[i]->spec.has_symbol) {
			return true;
		}
	}
	return false;
}
