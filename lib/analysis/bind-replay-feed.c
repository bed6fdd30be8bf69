/* SPDX-License-Identifier: MIT */
/*
 * Allocations, and whatever else allocspan recorded: to which group they come, and on to the model.
 */
#include "bind-replay-state.h"

#define ROOT_GROUP_ID 1

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
	int result;

	switch (event->type) {
	case ASPAN_EVENT_PROCESS_BEGIN:
		result = aspan_bind_replay_threads_begin(&replay->threads, event);
		return result ? result : aspan_model_feed(model, event);
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
