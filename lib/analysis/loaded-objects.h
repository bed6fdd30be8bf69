/* SPDX-License-Identifier: MIT */
/*
 * Programs and libraries that processes have loaded, and where: what LTTng's state dump and its events of dlopen() tell.
 *
 * The big picture. An *object* is a file as the trace knows it; equal ones are one, so that memory does not grow with how often
 * a library is loaded. A *space* is what lies where in a process now: ranges that do not overlap, in the order of their
 * addresses. Spaces are found by pid, as these events come before a process has a group, and may come from processes that
 * never have one.
 *
 * Rules:
 * - What is loaded over an old range replaces it: an unload may be missing from the trace. lttng_ust_dl:dlclose is none: the
 *   library stays while somebody else has it open.
 * - A pid that is used again, or a program that replaced itself, has a space of its own. A new state dump (`start`) begins one;
 *   without it, that the model has a new process for the pid does (aspan_objects_get_space()).
 * - Nothing here opens a file.
 */
#ifndef ASPAN_ANALYSIS_LOADED_OBJECTS_H
#define ASPAN_ANALYSIS_LOADED_OBJECTS_H

#include "events.h"
#include "id-map.h"
#include "names.h"
#include "text-map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASPAN_OBJECT_NONE UINT32_MAX
#define ASPAN_BUILD_ID_MAX 64 /* bytes; a longer one is cut */

struct aspan_object {
	const char *path; /* as in the trace */
	uint64_t size_bytes;
	bool is_position_independent;
	bool has_build_id; /* it has one, which may not be known (yet): build_id_size is 0 then */
	uint8_t build_id[ASPAN_BUILD_ID_MAX];
	size_t build_id_size;
};

struct aspan_object_range {
	uint64_t begin, end; /* end is not in it */
	uint32_t object;
};

struct aspan_object_space {
	struct aspan_object_range *ranges;
	size_t range_count, range_capacity;
	uint32_t owner; /* the process that looked last, or OBJECT_NONE */
	bool is_new; /* begun by a state dump since its owner looked */
	uint32_t generation; /* grows with each change */
};

struct aspan_objects {
	struct aspan_object *objects;
	size_t object_count, object_capacity;
	struct aspan_text_map by_text;
	struct aspan_names paths;
	struct aspan_object_space *spaces;
	size_t space_count, space_capacity;
	struct aspan_text_map space_of_pid;
	struct aspan_id_map space_of_process; /* of the model, which is asked for with each event */
	/* Of whom the last space is: nearly always that of the next. */
	struct aspan_origin last_origin;
	uint32_t last_space;
};

enum aspan_object_change {
	ASPAN_OBJECT_START, /* a state dump begins */
	ASPAN_OBJECT_LOAD,
	ASPAN_OBJECT_BUILD_ID, /* of what was loaded there */
	ASPAN_OBJECT_UNLOAD,
};

/* What an event tells. Strings and bytes are borrowed. */
struct aspan_object_event {
	enum aspan_object_change change;
	uint64_t base; /* but of START */
	uint64_t size_bytes; /* of LOAD, as what follows */
	const char *path;
	bool is_position_independent;
	bool has_build_id;
	uint8_t build_id[ASPAN_BUILD_ID_MAX]; /* of BUILD_ID */
	size_t build_id_size;
};

/* An all-zero table is an empty one. */
void aspan_objects_fini(struct aspan_objects *objects);

/* Takes an event; what is absurd is left out. 0 or -ENOMEM. */
int aspan_objects_take(struct aspan_objects *objects, const struct aspan_origin *origin,
		       const struct aspan_object_event *event);

/* The space of a process of the model, by the origin of its latest event. Valid until the next call. NULL without memory. */
struct aspan_object_space *aspan_objects_get_space(struct aspan_objects *objects,
						   const struct aspan_origin *origin,
						   uint32_t process);

/* What lies at an address of this process, if it is still the one with the space; or NULL. */
const struct aspan_object_range *aspan_objects_find_last(const struct aspan_objects *objects,
							 const struct aspan_origin *origin,
							 uint32_t process, uint64_t address);

/* What lies at an address, or NULL. */
const struct aspan_object_range *aspan_object_space_find(const struct aspan_object_space *space,
							 uint64_t address);

#endif
