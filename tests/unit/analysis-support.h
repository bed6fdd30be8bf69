/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the model share: a model that is fed events in a few words.
 *
 * Time goes on by one nanosecond an event. All events are of trace 0; `from` chooses the process.
 */
#ifndef ASPAN_TEST_ANALYSIS_SUPPORT_H
#define ASPAN_TEST_ANALYSIS_SUPPORT_H

#include "model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PARSER ",group=parser,"
#define CACHE ",group=cache,"

static struct aspan_model *model;
static uint64_t now_ns;
static struct aspan_origin from;

static inline int start_model(void **state)
{
	uint32_t trace;

	(void) state;
	model = aspan_model_create();
	now_ns = 1000;
	assert_non_null(model);
	assert_int_equal(aspan_model_add_trace(model, "host", &trace), 0);
	from = (struct aspan_origin){ .trace = trace, .has_vpid = true, .vpid = 100, .vtid = 100 };
	return 0;
}

static inline int end_model(void **state)
{
	(void) state;
	aspan_model_destroy(model);
	return 0;
}

static inline void feed(struct aspan_event event)
{
	event.time_ns = ++now_ns;
	event.origin = from;
	assert_int_equal(aspan_model_feed(model, &event), 0);
}

static inline void group_register(uint64_t id, const char *tags)
{
	feed((struct aspan_event){
		.type = ASPAN_EVENT_GROUP_REGISTER, .group_id = id, .name = "name", .tags = tags });
}

static inline void group_release(uint64_t id, const char *tags)
{
	feed((struct aspan_event){
		.type = ASPAN_EVENT_GROUP_RELEASE, .group_id = id, .name = "name", .tags = tags });
}

static inline void allocate(uint64_t address, uint64_t size, uint64_t id, const char *tags)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC,
				   .address = address,
				   .size_bytes = size,
				   .group_id = id,
				   .tags = tags });
}

static inline void release_under(uint64_t address, uint64_t size, uint64_t id, const char *tags,
				 uint64_t current)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_FREE,
				   .address = address,
				   .size_bytes = size,
				   .group_id = id,
				   .current_group_id = current,
				   .tags = tags });
}

static inline void release(uint64_t address, uint64_t size, uint64_t id, const char *tags)
{
	release_under(address, size, id, tags, id);
}

static inline void checkpoint(uint64_t id, const char *tags, struct aspan_counts counts)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_GROUP_STATS,
				   .group_id = id,
				   .name = "name",
				   .tags = tags,
				   .counts = counts });
}

/* The result of the only group with this id and these tags of the process `from` (of the latest with its pid). */
static inline struct aspan_group_result result_of(uint64_t id, const char *tags)
{
	struct aspan_group *found = NULL;

	for (size_t i = 0; i < model->group_count; i++) {
		struct aspan_group *group = &model->groups[i];

		if (group->id == id && strcmp(group->tags, tags) == 0 &&
		    model->processes[group->process].vpid == from.vpid) {
			found = group;
		}
	}
	assert_non_null(found);
	return aspan_model_get_result(model, found);
}

/* Whether something shows that events are missing. */
static inline bool shows_losses(void)
{
	for (size_t i = 0; i < model->process_count; i++) {
		if (aspan_model_has_losses(model, &model->processes[i])) {
			return true;
		}
	}
	return false;
}

#define assert_counts(result, allocs, alloc_size, frees, free_size)                                \
	do {                                                                                       \
		struct aspan_counts counts_ = (result).counts;                                     \
		assert_int_equal(counts_.alloc_count, allocs);                                     \
		assert_int_equal(counts_.alloc_bytes, alloc_size);                                 \
		assert_int_equal(counts_.free_count, frees);                                       \
		assert_int_equal(counts_.free_bytes, free_size);                                   \
	} while (0)

#define assert_live(result, blocks, bytes, peak, certain)                                          \
	do {                                                                                       \
		struct aspan_group_result result_ = (result);                                      \
		assert_int_equal(result_.live_count, blocks);                                      \
		assert_int_equal(result_.live_bytes, bytes);                                       \
		assert_int_equal(result_.peak_live_bytes, peak);                                   \
		assert_int_equal(result_.is_certain, certain);                                     \
	} while (0)

#endif
