/* SPDX-License-Identifier: MIT */
/*
 * The program's own events: begin, end and label. What each does follows lib/bind/probe.c step by step.
 */
#include "bind-replay-state.h"
#include "bind-replay-value.h"

static bool all_hold(const struct aspan_bind_event *event, const struct aspan_bind_field *fields)
{
	for (size_t i = 0; i < event->condition_count; i++) {
		const struct aspan_bind_condition *condition = &event->conditions[i];

		if (aspan_bind_field_is(&fields[i], condition->value) == condition->is_negated) {
			return false;
		}
	}
	return true;
}

/* The group for the values of a begin event. */
static int find_group(struct aspan_bind_replay *replay,
		      const struct aspan_bind_replay_thread *thread,
		      const struct aspan_bind_replay_point *point,
		      const struct aspan_bind_field *inputs, const struct aspan_origin *origin,
		      uint32_t *group)
{
	struct aspan_bind_replay_binding *binding = replay->bindings[point->binding];
	const struct aspan_bind_groups_place place = { thread->process, point->binding, origin };
	char texts[ASPAN_BIND_INPUTS_MAX][ASPAN_BIND_TEXT_BYTES];
	const char *symbol = NULL;
	bool is_other = false;
	int result = 0;

	for (size_t i = 0; i < binding->spec.input_count; i++) {
		aspan_bind_field_text(texts[i], &inputs[i]);
	}
	if (binding->spec.has_symbol) {
		result = aspan_bind_replay_objects_name(
			aspan_bind_replay_thread_objects(&replay->threads, thread),
			inputs[binding->spec.by_input].bits, &symbol);
	}
	if (!result) {
		result = aspan_bind_groups_find(&replay->groups, &binding->spec, &place, texts,
						symbol, group, &is_other);
	}
	binding->other_count += is_other;
	return result;
}

static int begin(struct aspan_bind_replay *replay, struct aspan_bind_replay_thread *thread,
		 const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields,
		 const struct aspan_origin *origin)
{
	struct aspan_bind_replay_binding *binding = replay->bindings[point->binding];
	char key[ASPAN_BIND_TEXT_BYTES];
	struct aspan_bind_replay_entry entry = {
		.binding = point->binding,
		.key = binding->is_matched ? key : NULL,
		.unended_count = &binding->unended_count,
		.last_event = &binding->last_event,
	};
	int result;

	binding->begin_count++;
	if (binding->is_matched) {
		aspan_bind_field_text(key, fields++);
		aspan_bind_replay_close_key(thread, point->binding, key, true);
	} else if (!binding->spec.is_nested) {
		aspan_bind_replay_close(thread, point->binding, 0);
	}
	result = find_group(replay, thread, point, fields, origin, &entry.group);
	return result ? result : aspan_bind_replay_open(thread, &entry);
}

static void end(struct aspan_bind_replay *replay, struct aspan_bind_replay_thread *thread,
		const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields)
{
	struct aspan_bind_replay_binding *binding = replay->bindings[point->binding];
	char key[ASPAN_BIND_TEXT_BYTES];
	bool has_begun;

	if (binding->is_matched) {
		aspan_bind_field_text(key, fields);
		has_begun = aspan_bind_replay_close_key(thread, point->binding, key, false) ||
			    aspan_bind_replay_end_elsewhere(&replay->threads, thread->process,
							    point->binding, key);
	} else {
		has_begun = aspan_bind_replay_close(thread, point->binding, replay->event_count);
	}
	binding->unbegun_count += !has_begun;
}

static int label(struct aspan_bind_replay *replay, uint32_t process,
		 const struct aspan_bind_replay_point *point, const struct aspan_bind_field *fields)
{
	const struct aspan_bind_groups_place place = { process, point->binding, NULL };
	char value[ASPAN_BIND_TEXT_BYTES];
	char text[ASPAN_BIND_TEXT_BYTES];

	aspan_bind_field_text(value, &fields[0]);
	aspan_bind_field_text(text, &fields[1]);
	return aspan_bind_groups_set_label(&replay->groups, aspan_bind_replay_spec(replay, point),
					   &place, value, text);
}

static int take(struct aspan_bind_replay *replay, struct aspan_bind_replay_thread *thread,
		const struct aspan_bind_replay_hit *hit, const struct aspan_origin *origin)
{
	const struct aspan_bind_field *rest = hit->fields + hit->point->event->condition_count;

	switch (hit->point->role) {
	case ASPAN_BIND_REPLAY_BEGIN:
		return begin(replay, thread, hit->point, rest, origin);
	case ASPAN_BIND_REPLAY_END:
		end(replay, thread, hit->point, rest);
		return 0;
	default:
		return label(replay, thread->process, hit->point, rest);
	}
}

/* Notes which bindings the event concerns. */
static void note_event(struct aspan_bind_replay *replay, const struct aspan_bind_replay_hit *hits,
		       size_t hit_count)
{
	replay->event_count++;
	for (size_t i = 0; i < hit_count; i++) {
		const struct aspan_bind_replay_point *point = hits[i].point;

		if (point->role != ASPAN_BIND_REPLAY_LABEL &&
		    all_hold(point->event, hits[i].fields)) {
			replay->bindings[point->binding]->last_event = replay->event_count;
		}
	}
}

int aspan_bind_replay_take(struct aspan_bind_replay *replay,
			   const struct aspan_bind_replay_hit *hits, size_t hit_count,
			   const struct aspan_origin *origin)
{
	struct aspan_bind_replay_thread *thread;
	int result = aspan_bind_replay_threads_find(&replay->threads, origin, &thread);

	if (result) {
		return result;
	}
	note_event(replay, hits, hit_count);
	for (size_t i = 0; !result && i < hit_count; i++) {
		if (all_hold(hits[i].point->event, hits[i].fields)) {
			aspan_bind_replay_settle(thread);
			result = take(replay, thread, &hits[i], origin);
		}
	}
	return result;
}

int aspan_bind_replay_add_object(struct aspan_bind_replay *replay,
				 const struct aspan_origin *origin, uint64_t base,
				 uint64_t size_bytes, const char *path)
{
	struct aspan_bind_replay_thread *thread;
	int result = aspan_bind_replay_threads_find(&replay->threads, origin, &thread);

	return result ? result :
			aspan_bind_replay_objects_add(
				aspan_bind_replay_thread_objects(&replay->threads, thread), base,
				size_bytes, path);
}
