/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay-objects.h. A process has some tens of objects: a list will do.
 */
#include "bind-replay-objects.h"

#include "symbol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct aspan_bind_replay_object {
	uint64_t base;
	uint64_t size_bytes;
	char *path;
};

static void forget_names(struct aspan_bind_replay_objects *objects)
{
	for (size_t i = 0; i < objects->name_count; i++) {
		free(objects->names[i]);
	}
	free(objects->names);
	objects->names = NULL;
	objects->name_count = 0;
	aspan_id_map_fini(&objects->known);
}

void aspan_bind_replay_objects_fini(struct aspan_bind_replay_objects *objects)
{
	for (size_t i = 0; i < objects->count; i++) {
		free(objects->objects[i].path);
	}
	free(objects->objects);
	forget_names(objects);
	*objects = (struct aspan_bind_replay_objects){ .objects = NULL };
}

static void remove_at(struct aspan_bind_replay_objects *objects, uint64_t base)
{
	for (size_t i = 0; i < objects->count; i++) {
		if (objects->objects[i].base == base) {
			free(objects->objects[i].path);
			objects->objects[i] = objects->objects[--objects->count];
			return;
		}
	}
}

int aspan_bind_replay_objects_add(struct aspan_bind_replay_objects *objects, uint64_t base,
				  uint64_t size_bytes, const char *path)
{
	struct aspan_bind_replay_object *moved;
	char *copy = strdup(path);

	/* Every session that starts has all objects told again. */
	forget_names(objects);
	remove_at(objects, base);
	moved = reallocarray(objects->objects, objects->count + 1, sizeof(*moved));
	if (moved) {
		objects->objects = moved;
	}
	if (!moved || !copy) {
		free(copy);
		return -ENOMEM;
	}
	moved[objects->count++] = (struct aspan_bind_replay_object){ base, size_bytes, copy };
	return 0;
}

static const struct aspan_bind_replay_object *
find_object(const struct aspan_bind_replay_objects *objects, uint64_t address)
{
	for (size_t i = 0; i < objects->count; i++) {
		const struct aspan_bind_replay_object *object = &objects->objects[i];

		if (address >= object->base && address - object->base < object->size_bytes) {
			return object;
		}
	}
	return NULL;
}

static int keep_name(struct aspan_bind_replay_objects *objects, uint64_t address, const char *text)
{
	char **moved =
		reallocarray(objects->names, objects->name_count + 1, sizeof(*objects->names));
	char *copy = moved ? strdup(text) : NULL;

	objects->names = moved ? moved : objects->names;
	if (!copy || aspan_id_map_set(&objects->known, address, (uint32_t) objects->name_count)) {
		free(copy);
		return -ENOMEM;
	}
	objects->names[objects->name_count++] = copy;
	return 0;
}

int aspan_bind_replay_objects_name(struct aspan_bind_replay_objects *objects, uint64_t address,
				   const char **name)
{
	const struct aspan_bind_replay_object *object = find_object(objects, address);
	uint32_t index = aspan_id_map_find(&objects->known, address);
	char text[ASPAN_BIND_TEXT_BYTES];
	int result = 0;

	*name = NULL;
	if (!object) {
		return 0;
	}
	if (index == ASPAN_ID_MAP_NONE) {
		index = (uint32_t) objects->name_count;
		if (!aspan_bind_symbol_find(text, object->path, address - object->base)) {
			aspan_bind_symbol_place(text, object->path, address - object->base);
		}
		result = keep_name(objects, address, text);
	}
	*name = result ? NULL : objects->names[index];
	return result;
}
