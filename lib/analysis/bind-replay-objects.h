/* SPDX-License-Identifier: MIT */
/*
 * The objects that a process of a trace has loaded, for the names of functions: as LTTng's lttng_ust_statedump:bin_info and
 * lttng_ust_dl:dlopen tell them. The names come from the files, as while the program runs (symbol.h).
 */
#ifndef ASPAN_ANALYSIS_BIND_REPLAY_OBJECTS_H
#define ASPAN_ANALYSIS_BIND_REPLAY_OBJECTS_H

#include "id-map.h"

#include "value-text.h"

#include <stddef.h>
#include <stdint.h>

/* All zero is empty. */
struct aspan_bind_replay_objects {
	struct aspan_bind_replay_object *objects;
	size_t count;
	/* What was asked before: files are read once for each address. */
	struct aspan_id_map known; /* to an index of names */
	char **names;
	size_t name_count;
};

void aspan_bind_replay_objects_fini(struct aspan_bind_replay_objects *objects);

/* Adds one, which replaces what was there before. 0 or -ENOMEM. */
int aspan_bind_replay_objects_add(struct aspan_bind_replay_objects *objects, uint64_t base,
				  uint64_t size_bytes, const char *path);

/* What the code at an address is called, in *name until an object is added; NULL if it is in no object. 0 or -ENOMEM. */
int aspan_bind_replay_objects_name(struct aspan_bind_replay_objects *objects, uint64_t address,
				   const char **name);

#endif
