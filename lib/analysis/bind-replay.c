/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay.h. What an event does follows lib/bind/probe.c step by step.
 */
#include "bind-replay.h"

#include "bind-replay-groups.h"
#include "bind-replay-threads.h"

#include "near-names.h"
#include "value-text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_GROUP_ID 1

enum role { BEGIN, END, LABEL };

struct aspan_bind_replay_point {
	uint32_t binding;
	enum role role;
	const struct aspan_bind_event *event;
	char *name; /* "provider:name" */
	bool has_occurred;
};

struct binding {
	struct aspan_bind_spec spec;
	bool is_matched;
	uint64_t begin_count;
	uint64_t unended_count;
	uint64_t unbegun_count;
	uint64_t other_count;
};

struct aspan_bind_replay {
	struct binding **bindings;
	size_t binding_count;
	struct aspan_bind_replay_point *points;
	size_t point_count;
	struct aspan_bind_replay_threads threads;
	struct aspan_bind_groups groups;
	struct aspan_text_map
		live_groups; /* by process and tags: those that the program registered itself */
	char **names; /* of events in the trace */
	size_t name_count;
};

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
		      size_t count, enum role role)
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
	struct binding **moved =
		reallocarray(replay->bindings, replay->binding_count + 1, sizeof(struct binding *));
	struct binding *binding = calloc(1, sizeof(*binding));
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
	result = add_points(replay, spec->begins, spec->begin_count, BEGIN);
	if (!result) {
		result = add_points(replay, spec->ends, spec->end_count, END);
	}
	if (!result && spec->label.name) {
		result = add_points(replay, &spec->label, 1, LABEL);
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

static const struct aspan_bind_spec *spec_of(const struct aspan_bind_replay *replay,
					     const struct aspan_bind_replay_point *point)
{
	return &replay->bindings[point->binding]->spec;
}

size_t aspan_bind_replay_get_fields(const struct aspan_bind_replay *replay,
				    const struct aspan_bind_replay_point *point,
				    const struct aspan_bind_argument *fields[ASPAN_BIND_FIELDS_MAX])
{
	const struct aspan_bind_spec *spec = spec_of(replay, point);
	size_t count = 0;

	for (size_t i = 0; i < point->event->condition_count; i++) {
		fields[count++] = &point->event->conditions[i].argument;
	}
	if (point->role == LABEL) {
		fields[count++] = &spec->label_key;
		fields[count++] = &spec->label_name;
		return count;
	}
	if (spec->match.name_count > 0) {
		fields[count++] = &spec->match;
	}
	for (size_t i = 0; point->role == BEGIN && i < spec->input_count; i++) {
		fields[count++] = spec->inputs[i];
	}
	return count;
}

void aspan_bind_replay_note_name(struct aspan_bind_replay *replay, const char *event)
{
	char **moved;
	char *copy;

	for (size_t i = 0; i < replay->name_count; i++) {
		if (strcmp(replay->names[i], event) == 0) {
			return;
		}
	}
	moved = reallocarray(replay->names, replay->name_count + 1, sizeof(char *));
	copy = moved ? strdup(event) : NULL;
	replay->names = moved ? moved : replay->names;
	/* Without memory there is a suggestion less. */
	if (copy) {
		replay->names[replay->name_count++] = copy;
	}
}

static uint64_t group_id(const struct aspan_bind_replay *replay, uint32_t group)
{
	return group == ASPAN_BIND_NO_GROUP ? 0 : aspan_bind_groups_get(&replay->groups, group)->id;
}

/* An event about a group that the replay knows; the model gets to know it with the first. */
static int feed(struct aspan_bind_replay *replay, struct aspan_model *model,
		const struct aspan_event *event, enum aspan_event_type type, uint32_t group)
{
	struct aspan_bind_replay_group *known = &replay->groups.groups[group];
	struct aspan_event fed = *event;
	int result = 0;

	fed.group_id = known->id;
	fed.tags = known->tags;
	fed.name = known->name;
	if (!known->is_announced) {
		known->is_announced = true;
		fed.type = ASPAN_EVENT_GROUP_REGISTER;
		result = aspan_model_feed(model, &fed);
	}
	fed.type = type;
	return result || type == ASPAN_EVENT_GROUP_REGISTER ? result :
							      aspan_model_feed(model, &fed);
}

static void text_of(char text[ASPAN_BIND_TEXT_BYTES], const struct aspan_bind_field *field)
{
	uint32_t narrow_bits = (uint32_t) field->bits;
	double number;
	float narrow;

	switch (field->kind) {
	case ASPAN_BIND_STRING:
		aspan_bind_text_of_string(text, field->string);
		return;
	case ASPAN_BIND_POINTER:
		aspan_bind_text_of_address(text, field->bits);
		return;
	case ASPAN_BIND_FLOAT:
		memcpy(&narrow, &narrow_bits, sizeof(narrow));
		aspan_bind_text_of_float(text, narrow);
		return;
	case ASPAN_BIND_DOUBLE:
		memcpy(&number, &field->bits, sizeof(number));
		aspan_bind_text_of_double(text, number);
		return;
	default:
		break;
	}
	if (field->is_signed) {
		aspan_bind_text_of_signed(text, (int64_t) field->bits);
	} else {
		aspan_bind_text_of_unsigned(text, field->bits);
	}
}

/* Whether a value is what a condition names: numbers are compared as numbers, 0x10 is 16. */
static bool is_value(const struct aspan_bind_field *field, const char *value)
{
	char text[ASPAN_BIND_TEXT_BYTES];

	if (field->kind == ASPAN_BIND_STRING) {
		return strcmp(field->string, value) == 0;
	}
	if (field->kind == ASPAN_BIND_FLOAT || field->kind == ASPAN_BIND_DOUBLE) {
		text_of(text, field);
		return strtod(text, NULL) == strtod(value, NULL);
	}
	return field->bits ==
	       (*value == '-' ? (uint64_t) strtoll(value, NULL, 0) : strtoull(value, NULL, 0));
}

static bool all_hold(const struct aspan_bind_event *event, const struct aspan_bind_field *fields)
{
	for (size_t i = 0; i < event->condition_count; i++) {
		const struct aspan_bind_condition *condition = &event->conditions[i];

		if (is_value(&fields[i], condition->value) == condition->is_negated) {
			return false;
		}
	}
	return true;
}

/* The group for the values of a begin event. */
static int find_group(struct aspan_bind_replay *replay, uint32_t process,
		      const struct aspan_bind_replay_point *point,
		      const struct aspan_bind_field *inputs, const struct aspan_origin *origin,
		      uint32_t *group)
{
	struct binding *binding = replay->bindings[point->binding];
	const struct aspan_bind_groups_place place = { process, point->binding, origin };
	char texts[ASPAN_BIND_INPUTS_MAX][ASPAN_BIND_TEXT_BYTES];
	bool is_other;
	int result;

	for (size_t i = 0; i < binding->spec.input_count; i++) {
		text_of(texts[i], &inputs[i]);
	}
	result = aspan_bind_groups_find(&replay->groups, &binding->spec, &place, texts, group,
					&is_other);
	binding->other_count += is_other;
	return result;
}

static int begin(struct aspan_bind_replay *replay, struct aspan_bind_replay_thread *thread,
		 const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields,
		 const struct aspan_origin *origin)
{
	struct binding *binding = replay->bindings[point->binding];
	char key[ASPAN_BIND_TEXT_BYTES];
	struct aspan_bind_replay_entry entry = {
		.binding = point->binding,
		.key = binding->is_matched ? key : NULL,
		.unended_count = &binding->unended_count,
	};
	int result;

	binding->begin_count++;
	if (binding->is_matched) {
		text_of(key, fields++);
		aspan_bind_replay_close_key(thread, point->binding, key, true);
	} else if (!binding->spec.is_nested) {
		aspan_bind_replay_close(thread, point->binding, true);
	}
	result = find_group(replay, thread->process, point, fields, origin, &entry.group);
	return result ? result : aspan_bind_replay_open(thread, &entry);
}

static void end(struct aspan_bind_replay *replay, struct aspan_bind_replay_thread *thread,
		const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields)
{
	struct binding *binding = replay->bindings[point->binding];
	char key[ASPAN_BIND_TEXT_BYTES];
	bool has_begun;

	if (binding->is_matched) {
		text_of(key, fields);
		has_begun = aspan_bind_replay_close_key(thread, point->binding, key, false) ||
			    aspan_bind_replay_end_elsewhere(&replay->threads, thread->process,
							    point->binding, key);
	} else {
		has_begun = aspan_bind_replay_close(thread, point->binding, false);
	}
	binding->unbegun_count += !has_begun;
}

static int label(struct aspan_bind_replay *replay, uint32_t process,
		 const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields)
{
	const struct aspan_bind_groups_place place = { process, point->binding, NULL };
	char value[ASPAN_BIND_TEXT_BYTES];
	char text[ASPAN_BIND_TEXT_BYTES];

	text_of(value, &fields[0]);
	text_of(text, &fields[1]);
	return aspan_bind_groups_set_label(&replay->groups, spec_of(replay, point), &place, value,
					   text);
}

int aspan_bind_replay_take(struct aspan_bind_replay *replay,
			   const struct aspan_bind_replay_point *point,
			   const struct aspan_bind_field *fields, const struct aspan_origin *origin)
{
	const struct aspan_bind_field *rest = fields + point->event->condition_count;
	struct aspan_bind_replay_thread *thread;
	int result;

	if (!all_hold(point->event, fields)) {
		return 0;
	}
	result = aspan_bind_replay_threads_find(&replay->threads, origin, &thread);
	if (result) {
		return result;
	}
	aspan_bind_replay_settle(thread);
	switch (point->role) {
	case BEGIN:
		return begin(replay, thread, point, rest, origin);
	case END:
		end(replay, thread, point, rest);
		return 0;
	default:
		return label(replay, thread->process, point, rest);
	}
}

int aspan_bind_replay_alloc(struct aspan_bind_replay *replay, struct aspan_model *model,
			    const struct aspan_event *event)
{
	struct aspan_block block = { .address = event->address, .size_bytes = event->size_bytes };
	struct aspan_block replaced;
	struct aspan_bind_replay_thread *thread;
	int result = aspan_bind_replay_threads_find(&replay->threads, &event->origin, &thread);

	if (result) {
		return result;
	}
	block.group = aspan_bind_replay_active_group(thread);
	if (block.group == ASPAN_BIND_NO_GROUP) {
		return event->group_id ? aspan_model_feed(model, event) : 0;
	}
	result = aspan_block_map_add(aspan_bind_replay_thread_blocks(&replay->threads, thread),
				     &block, &replaced);
	if (result < 0) {
		return result;
	}
	return feed(replay, model, event, ASPAN_EVENT_ALLOC, block.group);
}

int aspan_bind_replay_free(struct aspan_bind_replay *replay, struct aspan_model *model,
			   const struct aspan_event *event)
{
	struct aspan_event fed = *event;
	struct aspan_block block;
	struct aspan_bind_replay_thread *thread;
	int result = aspan_bind_replay_threads_find(&replay->threads, &event->origin, &thread);

	if (result) {
		return result;
	}
	if (fed.current_group_id <= ROOT_GROUP_ID &&
	    aspan_bind_replay_active_group(thread) != ASPAN_BIND_NO_GROUP) {
		fed.current_group_id = group_id(replay, aspan_bind_replay_active_group(thread));
	}
	if (!aspan_block_map_take(aspan_bind_replay_thread_blocks(&replay->threads, thread),
				  event->address, &block)) {
		return event->group_id ? aspan_model_feed(model, &fed) : 0;
	}
	fed.size_bytes = block.size_bytes;
	return feed(replay, model, &fed, ASPAN_EVENT_FREE, block.group);
}

/* Without memory the group is listed once more, with nothing in it. */
static void note_live_group(struct aspan_bind_replay *replay, const struct aspan_event *event)
{
	struct aspan_bind_replay_thread *thread;

	if (event->group_id != 0 && event->tags &&
	    aspan_bind_replay_threads_find(&replay->threads, &event->origin, &thread) == 0) {
		aspan_text_map_set(&replay->live_groups, thread->process, event->tags, 0);
	}
}

int aspan_bind_replay_feed(struct aspan_bind_replay *replay, struct aspan_model *model,
			   const struct aspan_event *event)
{
	switch (event->type) {
	case ASPAN_EVENT_ALLOC:
		return event->group_id == ROOT_GROUP_ID ?
			       aspan_bind_replay_alloc(replay, model, event) :
			       aspan_model_feed(model, event);
	case ASPAN_EVENT_FREE:
		return aspan_bind_replay_free(replay, model, event);
	case ASPAN_EVENT_GROUP_STATS:
		/* What left `root` is still in its checkpoints. */
		return event->group_id == ROOT_GROUP_ID ? 0 : aspan_model_feed(model, event);
	case ASPAN_EVENT_GROUP_REGISTER:
	case ASPAN_EVENT_SPAN_ENTER:
		note_live_group(replay, event);
		return aspan_model_feed(model, event);
	default:
		return aspan_model_feed(model, event);
	}
}

int aspan_bind_replay_finish(struct aspan_bind_replay *replay, struct aspan_model *model)
{
	int result = 0;

	for (size_t i = 0; !result && i < replay->groups.count; i++) {
		const struct aspan_bind_replay_group *group = &replay->groups.groups[i];
		const struct aspan_event event = {
			.time_ns = model->last_ns,
			.origin = group->origin,
		};

		/* One that was also bound live is known by its own id. */
		if (!group->is_announced &&
		    aspan_text_map_find(&replay->live_groups, group->process, group->tags) ==
			    ASPAN_TEXT_MAP_NONE) {
			result = feed(replay, model, &event, ASPAN_EVENT_GROUP_REGISTER,
				      (uint32_t) i);
		}
	}
	return result;
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

static char *describe_missing(const struct aspan_bind_replay *replay,
			      const struct aspan_bind_replay_point *point)
{
	struct aspan_bind_near_names near = { .meant = point->name };
	char suggestions[ASPAN_BIND_NEAR_NAMES_MAX * ASPAN_BIND_NAME_BYTES];
	char *text;

	for (size_t i = 0; i < replay->name_count; i++) {
		char *colon = strchr(replay->names[i], ':');

		if (colon) {
			*colon = '\0';
			aspan_bind_near_names_add(&near, replay->names[i], colon + 1);
			*colon = ':';
		}
	}
	aspan_bind_near_names_text(&near, suggestions, sizeof(suggestions));
	return asprintf(&text, "%s: the trace has no such event%s", point->name, suggestions) < 0 ?
		       NULL :
		       text;
}

static char *describe_counts(const struct binding *binding)
{
	char *text;
	int length;

	length = asprintf(&text,
			  "%s: %llu begins without an end, %llu ends without a begin, "
			  "%llu begins in the group '" ASPAN_BIND_OTHER "'",
			  binding->spec.default_name, (unsigned long long) binding->unended_count,
			  (unsigned long long) binding->unbegun_count,
			  (unsigned long long) binding->other_count);
	return length < 0 ? NULL : text;
}

char *aspan_bind_replay_get_note(const struct aspan_bind_replay *replay, size_t index)
{
	for (size_t i = 0; i < replay->point_count; i++) {
		if (!replay->points[i].has_occurred && index-- == 0) {
			return describe_missing(replay, &replay->points[i]);
		}
	}
	for (size_t i = 0; i < replay->binding_count; i++) {
		const struct binding *binding = replay->bindings[i];

		if ((binding->unended_count || binding->unbegun_count || binding->other_count) &&
		    index-- == 0) {
			return describe_counts(binding);
		}
	}
	return NULL;
}
