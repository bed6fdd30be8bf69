/* SPDX-License-Identifier: MIT */
/*
 * The slots of a hash table that is made for its limit at once, probed one after the other.
 *
 * There are at least twice as many as the limit, so a search always comes to a free one.
 */
#ifndef ASPAN_BIND_SLOTS_H
#define ASPAN_BIND_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct aspan_bind_slots {
	void *memory; /* zero at first */
	size_t count; /* a power of two */
	size_t limit; /* how many may be used */
};

/* Returns 0 or -ENOMEM. */
int aspan_bind_slots_init(struct aspan_bind_slots *slots, size_t limit, size_t slot_bytes);

void aspan_bind_slots_fini(struct aspan_bind_slots *slots, size_t slot_bytes);

/* Where what has this hash is looked for first, and where next. */
static inline size_t aspan_bind_slots_first(const struct aspan_bind_slots *slots, uint64_t hash)
{
	return hash & (slots->count - 1);
}

static inline size_t aspan_bind_slots_next(const struct aspan_bind_slots *slots, size_t index)
{
	return (index + 1) & (slots->count - 1);
}

#endif
