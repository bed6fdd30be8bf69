/* SPDX-License-Identifier: MIT */
/*
 * See loaded-objects.h.
 */
#include "loaded-objects.h"

#include "array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_OBJECT_NONE

void aspan_objects_fini(struct aspan_objects *objects)
{
	for (size_t i = 0; i < objects->space_count; i++) {
		free(objects->spaces[i].ranges);
	}
	free(objects->objects);
	free(objects->spaces);
	aspan_text_map_fini(&objects->by_text);
	aspan_names_fini(&objects->paths);
	aspan_text_map_fini(&objects->space_of_pid);
	aspan_id_map_fini(&objects->space_of_process);
	*objects = (struct aspan_objects){ 0 };
}

static int add_space(struct aspan_objects *objects, uint32_t trace, const char *pid,
		     uint32_t *index)
{
	struct aspan_object_space *space = ASPAN_ARRAY_APPEND(objects, spaces, space);
	int result;

	if (!space) {
		return -ENOMEM;
	}
	space->owner = NONE;
	*index = (uint32_t) (objects->space_count - 1);
	result = aspan_text_map_set(&objects->space_of_pid, trace, pid, *index);
	objects->space_count -= result != 0;
	return result;
}

static bool is_same_process(const struct aspan_origin *a, const struct aspan_origin *b)
{
	return a->trace == b->trace && a->has_vpid == b->has_vpid && a->vpid == b->vpid &&
	       a->pid_namespace == b->pid_namespace;
}

#define PID_BYTES 64

static void write_pid(char pid[PID_BYTES], const struct aspan_origin *origin)
{
	snprintf(pid, PID_BYTES, "%d:%" PRIu64 ":%" PRIu64, origin->has_vpid, origin->vpid,
		 origin->pid_namespace);
}

static struct aspan_object_space *find_space(struct aspan_objects *objects,
					     const struct aspan_origin *origin)
{
	char pid[PID_BYTES];
	uint32_t index;

	if (objects->space_count > 0 && is_same_process(origin, &objects->last_origin)) {
		return &objects->spaces[objects->last_space];
	}
	write_pid(pid, origin);
	index = aspan_text_map_find(&objects->space_of_pid, origin->trace, pid);
	if (index == ASPAN_TEXT_MAP_NONE && add_space(objects, origin->trace, pid, &index)) {
		return NULL;
	}
	objects->last_origin = *origin;
	objects->last_space = index;
	return &objects->spaces[index];
}

/* What tells objects apart; the caller frees it. */
static char *describe(const struct aspan_object *object)
{
	char id[2 * ASPAN_BUILD_ID_MAX + 1] = "";
	char *text;

	for (size_t i = 0; i < object->build_id_size; i++) {
		sprintf(id + 2 * i, "%02x", object->build_id[i]);
	}
	if (asprintf(&text, "%d %d %" PRIx64 " %s %s", object->is_position_independent,
		     object->has_build_id, object->size_bytes, id, object->path) < 0) {
		return NULL;
	}
	return text;
}

static int add_object(struct aspan_objects *objects, const struct aspan_object *object,
		      const char *text, uint32_t *index)
{
	struct aspan_object *added = ASPAN_ARRAY_APPEND(objects, objects, object);
	uint32_t path;
	int result = added ? aspan_names_intern(&objects->paths, object->path, &path) : -ENOMEM;

	if (result) {
		return result;
	}
	*added = *object;
	added->path = objects->paths.texts[path];
	*index = (uint32_t) (objects->object_count - 1);
	return aspan_text_map_set(&objects->by_text, 0, text, *index);
}

static int intern(struct aspan_objects *objects, const struct aspan_object *object, uint32_t *index)
{
	char *text = describe(object);
	int result = 0;

	if (!text) {
		return -ENOMEM;
	}
	*index = aspan_text_map_find(&objects->by_text, 0, text);
	if (*index == ASPAN_TEXT_MAP_NONE) {
		result = add_object(objects, object, text, index);
	}
	free(text);
	return result;
}

/* The first range that ends behind the address. */
static size_t find_position(const struct aspan_object_space *space, uint64_t address)
{
	size_t low = 0, high = space->range_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (space->ranges[middle].end <= address) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static void remove_ranges(struct aspan_object_space *space, size_t position, size_t count)
{
	space->range_count -= count;
	/* Without any range yet there is no array. */
	if (count > 0) {
		memmove(&space->ranges[position], &space->ranges[position + count],
			(space->range_count - position) * sizeof(*space->ranges));
	}
	space->generation++;
}

static int insert(struct aspan_object_space *space, const struct aspan_object_range *range)
{
	size_t position = find_position(space, range->begin);
	size_t end = position;

	while (end < space->range_count && space->ranges[end].begin < range->end) {
		end++;
	}
	remove_ranges(space, position, end - position);
	if (!ASPAN_ARRAY_APPEND(space, ranges, range)) {
		return -ENOMEM;
	}
	memmove(&space->ranges[position + 1], &space->ranges[position],
		(space->range_count - 1 - position) * sizeof(*space->ranges));
	space->ranges[position] = *range;
	return 0;
}

static int load(struct aspan_objects *objects, struct aspan_object_space *space,
		const struct aspan_object_event *event)
{
	struct aspan_object object = {
		.path = event->path,
		.size_bytes = event->size_bytes,
		.is_position_independent = event->is_position_independent,
		.has_build_id = event->has_build_id,
	};
	struct aspan_object_range range = { .begin = event->base,
					    .end = event->base + event->size_bytes };
	int result;

	if (range.end <= range.begin || !*event->path) {
		return 0;
	}
	result = intern(objects, &object, &range.object);
	return result ? result : insert(space, &range);
}

static struct aspan_object_range *find_base(struct aspan_object_space *space, uint64_t base)
{
	size_t position = find_position(space, base);

	return position < space->range_count && space->ranges[position].begin == base ?
		       &space->ranges[position] :
		       NULL;
}

static int set_build_id(struct aspan_objects *objects, struct aspan_object_space *space,
			const struct aspan_object_event *event)
{
	struct aspan_object_range *range = find_base(space, event->base);
	struct aspan_object object;

	if (!range) {
		return 0;
	}
	object = objects->objects[range->object];
	object.has_build_id = true;
	object.build_id_size = event->build_id_size < ASPAN_BUILD_ID_MAX ? event->build_id_size :
									   ASPAN_BUILD_ID_MAX;
	memset(object.build_id, 0, sizeof(object.build_id));
	memcpy(object.build_id, event->build_id, object.build_id_size);
	space->generation++;
	return intern(objects, &object, &range->object);
}

static void unload(struct aspan_object_space *space, uint64_t base)
{
	struct aspan_object_range *range = find_base(space, base);

	if (range) {
		remove_ranges(space, (size_t) (range - space->ranges), 1);
	}
}

int aspan_objects_take(struct aspan_objects *objects, const struct aspan_origin *origin,
		       const struct aspan_object_event *event)
{
	struct aspan_object_space *space = find_space(objects, origin);

	if (!space) {
		return -ENOMEM;
	}
	switch (event->change) {
	case ASPAN_OBJECT_START:
		remove_ranges(space, 0, space->range_count);
		space->is_new = true;
		return 0;
	case ASPAN_OBJECT_LOAD:
		return load(objects, space, event);
	case ASPAN_OBJECT_BUILD_ID:
		return set_build_id(objects, space, event);
	default:
		unload(space, event->base);
		return 0;
	}
}

/* A process has one origin for ever. */
static struct aspan_object_space *find_space_of(struct aspan_objects *objects,
						const struct aspan_origin *origin, uint32_t process)
{
	uint32_t index = aspan_id_map_find(&objects->space_of_process, process);
	struct aspan_object_space *space;

	if (index != ASPAN_ID_MAP_NONE) {
		return &objects->spaces[index];
	}
	space = find_space(objects, origin);
	if (!space || aspan_id_map_set(&objects->space_of_process, process,
				       (uint32_t) (space - objects->spaces))) {
		return NULL;
	}
	return space;
}

struct aspan_object_space *aspan_objects_get_space(struct aspan_objects *objects,
						   const struct aspan_origin *origin,
						   uint32_t process)
{
	struct aspan_object_space *space = find_space_of(objects, origin, process);

	if (!space) {
		return NULL;
	}
	if (space->owner != process && space->owner != NONE && !space->is_new) {
		remove_ranges(space, 0, space->range_count);
	}
	space->owner = process;
	space->is_new = false;
	return space;
}

const struct aspan_object_range *aspan_object_space_find(const struct aspan_object_space *space,
							 uint64_t address)
{
	size_t position = find_position(space, address);

	return position < space->range_count && space->ranges[position].begin <= address ?
		       &space->ranges[position] :
		       NULL;
}

const struct aspan_object_range *aspan_objects_find_last(const struct aspan_objects *objects,
							 const struct aspan_origin *origin,
							 uint32_t process, uint64_t address)
{
	char pid[PID_BYTES];
	uint32_t index;

	write_pid(pid, origin);
	index = aspan_text_map_find(&objects->space_of_pid, origin->trace, pid);
	return index != ASPAN_TEXT_MAP_NONE && objects->spaces[index].owner == process ?
		       aspan_object_space_find(&objects->spaces[index], address) :
		       NULL;
}
