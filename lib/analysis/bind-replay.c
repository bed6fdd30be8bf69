/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay.h. What a thread has open follows lib/bind/open-spans.c and probe.c step by step.
 */
#include "bind-replay.h"

#include "bind-replay-groups.h"

#include "near-names.h"
#include "value-text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
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

/* What a thread has begun and not ended. */
struct entry {
	uint32_t binding;
	uint32_t group;
	char *key; /* of a pair that is matched by one; else NULL */
	bool is_ended; /* by another thread: left with the next event of this one */
};

struct thread {
	uint32_t process;
	struct entry *entries; /* the innermost last */
	size_t count, capacity;
};

struct process {
	uint32_t trace;
	uint64_t vpid;
	uint64_t pid_namespace;
	uint32_t next_of_key; /* another process with the same key, or NONE */
	struct aspan_block_map blocks; /* that came to a group here */
};

struct aspan_bind_replay {
	struct binding **bindings;
	size_t binding_count;
	struct aspan_bind_replay_point *points;
	size_t point_count;
	struct process *processes;
	size_t process_count;
	struct aspan_id_map process_map;
	struct thread *threads;
	size_t thread_count;
	struct aspan_id_map thread_map; /* by process and vtid */
	struct aspan_bind_groups groups;
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
	for (size_t i = 0; i < replay->process_count; i++) {
		aspan_block_map_fini(&replay->processes[i].blocks);
	}
	for (size_t i = 0; i < replay->thread_count; i++) {
		for (size_t e = 0; e < replay->threads[i].count; e++) {
			free(replay->threads[i].entries[e].key);
		}
		free(replay->threads[i].entries);
	}
	for (size_t i = 0; i < replay->name_count; i++) {
		free(replay->names[i]);
	}
	aspan_id_map_fini(&replay->process_map);
	aspan_id_map_fini(&replay->thread_map);
	aspan_bind_groups_fini(&replay->groups);
	free(replay->bindings);
	free(replay->points);
	free(replay->processes);
	free(replay->threads);
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

int aspan_bind_replay_add(struct aspan_bind_replay *replay, const char *text, char *message,
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
	result = aspan_bind_spec_parse(&binding->spec, text, strlen(text), message, message_bytes);
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

static int add_process(struct aspan_bind_replay *replay, const struct aspan_origin *origin,
		       uint64_t key, uint32_t *index)
{
	struct process *moved =
		reallocarray(replay->processes, replay->process_count + 1, sizeof(*moved));

	if (!moved) {
		return -ENOMEM;
	}
	replay->processes = moved;
	*index = (uint32_t) replay->process_count;
	moved[*index] = (struct process){
		.trace = origin->trace,
		.vpid = origin->vpid,
		.pid_namespace = origin->pid_namespace,
		.next_of_key = aspan_id_map_find(&replay->process_map, key),
	};
	if (aspan_id_map_set(&replay->process_map, key, *index)) {
		return -ENOMEM;
	}
	replay->process_count++;
	return 0;
}

static int find_process(struct aspan_bind_replay *replay, const struct aspan_origin *origin,
			uint32_t *index)
{
	uint64_t key = origin->vpid ^ (origin->pid_namespace << 24) ^
		       ((uint64_t) origin->trace << 56);

	*index = aspan_id_map_find(&replay->process_map, key);
	while (*index != NONE) {
		const struct process *process = &replay->processes[*index];

		if (process->trace == origin->trace && process->vpid == origin->vpid &&
		    process->pid_namespace == origin->pid_namespace) {
			return 0;
		}
		*index = process->next_of_key;
	}
	return add_process(replay, origin, key, index);
}

/* The thread of an event; threads move when one is added. */
static int find_thread(struct aspan_bind_replay *replay, const struct aspan_origin *origin,
		       struct thread **thread)
{
	uint32_t process, index;
	struct thread *moved;
	uint64_t key;
	int result = find_process(replay, origin, &process);

	if (result) {
		return result;
	}
	/* Thread numbers of Linux have 22 bits. */
	key = ((uint64_t) process << 32) | (uint32_t) origin->vtid;
	index = aspan_id_map_find(&replay->thread_map, key);
	if (index == ASPAN_ID_MAP_NONE) {
		moved = reallocarray(replay->threads, replay->thread_count + 1, sizeof(*moved));
		if (!moved) {
			return -ENOMEM;
		}
		replay->threads = moved;
		index = (uint32_t) replay->thread_count;
		if (aspan_id_map_set(&replay->thread_map, key, index)) {
			return -ENOMEM;
		}
		moved[replay->thread_count++] = (struct thread){ .process = process };
	}
	*thread = &replay->threads[index];
	return 0;
}

/* The group that a thread's allocations come to, or NONE. */
static uint32_t active_group(const struct thread *thread)
{
	return thread->count > 0 ? thread->entries[thread->count - 1].group : NONE;
}

static uint64_t group_id(const struct aspan_bind_replay *replay, uint32_t group)
{
	return group == NONE ? 0 : aspan_bind_groups_get(&replay->groups, group)->id;
}

/* An event about a group that the replay knows. */
static int feed(struct aspan_bind_replay *replay, struct aspan_model *model,
		const struct aspan_event *event, enum aspan_event_type type, uint32_t group)
{
	const struct aspan_bind_replay_group *known = aspan_bind_groups_get(&replay->groups, group);
	struct aspan_event fed = *event;

	fed.type = type;
	fed.group_id = known->id;
	fed.tags = known->tags;
	fed.name = known->name;
	return aspan_model_feed(model, &fed);
}

static int leave(struct aspan_bind_replay *replay, struct aspan_model *model, struct thread *thread,
		 size_t index, const struct aspan_event *event)
{
	struct entry entry = thread->entries[index];

	free(entry.key);
	thread->count--;
	memmove(&thread->entries[index], &thread->entries[index + 1],
		(thread->count - index) * sizeof(entry));
	return feed(replay, model, event, ASPAN_EVENT_SPAN_EXIT, entry.group);
}

/* Leaves what other threads ended. */
static int settle(struct aspan_bind_replay *replay, struct aspan_model *model,
		  struct thread *thread, const struct aspan_event *event)
{
	int result = 0;

	for (size_t i = thread->count; !result && i-- > 0;) {
		if (thread->entries[i].is_ended) {
			result = leave(replay, model, thread, i, event);
		}
	}
	return result;
}

/* Ends the innermost open pair of a binding with what was begun inside. 0, 1 if there is none, or -ENOMEM. */
static int close_innermost(struct aspan_bind_replay *replay, struct aspan_model *model,
			   struct thread *thread, uint32_t binding, bool is_unended,
			   const struct aspan_event *event)
{
	size_t index = thread->count;
	int result = 0;

	while (index > 0 && thread->entries[index - 1].binding != binding) {
		index--;
	}
	if (index == 0) {
		return 1;
	}
	index--;
	for (size_t i = thread->count - 1; !result && i > index; i--) {
		struct binding *inner = replay->bindings[thread->entries[i].binding];

		if (!inner->is_matched) {
			inner->unended_count++;
			result = leave(replay, model, thread, i, event);
		}
	}
	replay->bindings[binding]->unended_count += is_unended;
	return result ? result : leave(replay, model, thread, index, event);
}

static struct entry *find_key(struct thread *thread, uint32_t binding, const char *key)
{
	for (size_t i = thread->count; i-- > 0;) {
		struct entry *entry = &thread->entries[i];

		if (entry->binding == binding && !entry->is_ended && strcmp(entry->key, key) == 0) {
			return entry;
		}
	}
	return NULL;
}

/* 0, 1 if this thread has no open pair with the key, or -ENOMEM. */
static int close_key(struct aspan_bind_replay *replay, struct aspan_model *model,
		     struct thread *thread, uint32_t binding, const char *key, bool is_unended,
		     const struct aspan_event *event)
{
	const struct entry *entry = find_key(thread, binding, key);

	if (!entry) {
		return 1;
	}
	replay->bindings[binding]->unended_count += is_unended;
	return leave(replay, model, thread, (size_t) (entry - thread->entries), event);
}

static bool end_elsewhere(struct aspan_bind_replay *replay, uint32_t process, uint32_t binding,
			  const char *key)
{
	for (size_t i = 0; i < replay->thread_count; i++) {
		struct entry *entry = replay->threads[i].process == process ?
					      find_key(&replay->threads[i], binding, key) :
					      NULL;

		if (entry) {
			entry->is_ended = true;
			return true;
		}
	}
	return false;
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

static int push(struct thread *thread, uint32_t binding, uint32_t group, const char *key)
{
	struct entry *moved = thread->entries;
	char *copy = key ? strdup(key) : NULL;

	if (thread->count == thread->capacity) {
		size_t capacity = thread->capacity ? 2 * thread->capacity : 8;

		moved = reallocarray(thread->entries, capacity, sizeof(*moved));
		if (moved) {
			thread->entries = moved;
			thread->capacity = capacity;
		}
	}
	if (!moved || (key && !copy)) {
		free(copy);
		return -ENOMEM;
	}
	moved[thread->count++] = (struct entry){ .binding = binding, .group = group, .key = copy };
	return 0;
}

/* The group for the values of a begin event. */
static int find_group(struct aspan_bind_replay *replay, struct aspan_model *model, uint32_t process,
		      uint32_t binding_index, const struct aspan_bind_field *inputs,
		      const struct aspan_event *event, uint32_t *group)
{
	struct binding *binding = replay->bindings[binding_index];
	char texts[ASPAN_BIND_INPUTS_MAX][ASPAN_BIND_TEXT_BYTES];
	bool is_new, is_other;
	int result;

	for (size_t i = 0; i < binding->spec.input_count; i++) {
		text_of(texts[i], &inputs[i]);
	}
	result = aspan_bind_groups_find(&replay->groups, &binding->spec,
					&(struct aspan_bind_groups_place){
						.process = process,
						.binding = binding_index,
					},
					texts, group, &is_new, &is_other);
	binding->other_count += is_other;
	return result || !is_new ? result :
				   feed(replay, model, event, ASPAN_EVENT_GROUP_REGISTER, *group);
}

static int begin(struct aspan_bind_replay *replay, struct aspan_model *model, struct thread *thread,
		 const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields,
		 const struct aspan_event *event)
{
	struct binding *binding = replay->bindings[point->binding];
	char key[ASPAN_BIND_TEXT_BYTES];
	uint32_t group;
	int result = 0;

	binding->begin_count++;
	if (binding->is_matched) {
		text_of(key, fields++);
		result = close_key(replay, model, thread, point->binding, key, true, event);
	} else if (!binding->spec.is_nested) {
		result = close_innermost(replay, model, thread, point->binding, true, event);
	}
	if (result >= 0) {
		result = find_group(replay, model, thread->process, point->binding, fields, event,
				    &group);
	}
	if (!result) {
		result = push(thread, point->binding, group, binding->is_matched ? key : NULL);
	}
	return result ? result : feed(replay, model, event, ASPAN_EVENT_SPAN_ENTER, group);
}

static int end(struct aspan_bind_replay *replay, struct aspan_model *model, struct thread *thread,
	       const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields,
	       const struct aspan_event *event)
{
	struct binding *binding = replay->bindings[point->binding];
	char key[ASPAN_BIND_TEXT_BYTES];
	int result;

	if (!binding->is_matched) {
		result = close_innermost(replay, model, thread, point->binding, false, event);
	} else {
		text_of(key, fields);
		result = close_key(replay, model, thread, point->binding, key, false, event);
		if (result > 0 && end_elsewhere(replay, thread->process, point->binding, key)) {
			result = 0;
		}
	}
	if (result > 0) {
		binding->unbegun_count++;
		result = 0;
	}
	return result;
}

static int label(struct aspan_bind_replay *replay, uint32_t process,
		 const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields)
{
	char value[ASPAN_BIND_TEXT_BYTES];
	char text[ASPAN_BIND_TEXT_BYTES];

	text_of(value, &fields[0]);
	text_of(text, &fields[1]);
	return aspan_bind_groups_set_label(&replay->groups, spec_of(replay, point),
					   &(struct aspan_bind_groups_place){
						   .process = process,
						   .binding = point->binding,
					   },
					   value, text);
}

int aspan_bind_replay_take(struct aspan_bind_replay *replay, struct aspan_model *model,
			   const struct aspan_bind_replay_point *point,
			   const struct aspan_bind_field *fields, const struct aspan_event *event)
{
	const struct aspan_bind_field *rest = fields + point->event->condition_count;
	struct thread *thread;
	int result;

	if (!all_hold(point->event, fields)) {
		return 0;
	}
	result = find_thread(replay, &event->origin, &thread);
	if (!result) {
		result = settle(replay, model, thread, event);
	}
	if (result) {
		return result;
	}
	switch (point->role) {
	case BEGIN:
		return begin(replay, model, thread, point, rest, event);
	case END:
		return end(replay, model, thread, point, rest, event);
	default:
		return label(replay, thread->process, point, rest);
	}
}

int aspan_bind_replay_alloc(struct aspan_bind_replay *replay, struct aspan_model *model,
			    const struct aspan_event *event)
{
	struct aspan_block block = { .address = event->address, .size_bytes = event->size_bytes };
	struct aspan_block replaced;
	struct thread *thread;
	int result = find_thread(replay, &event->origin, &thread);

	if (result) {
		return result;
	}
	block.group = active_group(thread);
	if (block.group == NONE) {
		return event->group_id ? aspan_model_feed(model, event) : 0;
	}
	result = aspan_block_map_add(&replay->processes[thread->process].blocks, &block, &replaced);
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
	struct thread *thread;
	int result = find_thread(replay, &event->origin, &thread);

	if (result) {
		return result;
	}
	if (fed.current_group_id <= ROOT_GROUP_ID && active_group(thread) != NONE) {
		fed.current_group_id = group_id(replay, active_group(thread));
	}
	if (!aspan_block_map_take(&replay->processes[thread->process].blocks, event->address,
				  &block)) {
		return event->group_id ? aspan_model_feed(model, &fed) : 0;
	}
	fed.size_bytes = block.size_bytes;
	return feed(replay, model, &fed, ASPAN_EVENT_FREE, block.group);
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
	default:
		return aspan_model_feed(model, event);
	}
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
