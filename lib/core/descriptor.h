/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: a name with tags, checked, copied, and stored once however many groups have it.
 *
 * A descriptor is one piece of memory: the header, the tag array, and the strings, among them the tag string of the
 * trace schema (`,group=parser,key=value,`), made once so that recording an event copies it and no more.
 *
 * Invariant: immutable while a group refers to it, so it is read without the lock.
 */
#ifndef ASPAN_CORE_DESCRIPTOR_H
#define ASPAN_CORE_DESCRIPTOR_H

#include <allocspan/token.h>

#include <stddef.h>
#include <stdint.h>

struct aspan_descriptor {
	struct aspan_descriptor *next; /* in its bucket */
	uint64_t hash;
	size_t size_bytes; /* of all */
	uint32_t group_count; /* how many groups refer to it */
	struct allocspan_token *interned; /* the group that allocspan_token_intern() gives */
	const char *name;
	const char *tag_string;
	size_t tag_count;
	struct allocspan_tag tags[];
};

/* Whether the length of a name is right: 0, -EINVAL or -ENAMETOOLONG. */
int aspan_name_check(const char *name);

/* Checks all that a caller can get wrong: 0, -EINVAL, -ENAMETOOLONG or -E2BIG. */
int aspan_descriptor_check(const char *name, const struct allocspan_tag *tags, size_t tag_count);

/*
 * The descriptor with this name and these tags, made if there is none, with `group_count` one higher; NULL
 * without memory. The arguments have been checked. Call with the lock held.
 */
struct aspan_descriptor *aspan_descriptor_get(const char *name, const struct allocspan_tag *tags,
					      size_t tag_count);

/* One group less; frees the descriptor with its last. Call with the lock held. */
void aspan_descriptor_put(struct aspan_descriptor *descriptor);

#endif
