/* SPDX-License-Identifier: MIT */
/*
 * See waiting-groups.h.
 */
#include "waiting-groups.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "tags.h"

#define FIRST_PLACES 64
/* Of any 32-bit number: spreads slots, which are neighbours, over the table. */
#define SPREAD UINT32_C(0x9e3779b1)

void aspan_waiting_groups_init(struct aspan_waiting_groups *groups,
			       struct aspan_ledger_image *image,
			       const struct aspan_ledger_section *section)
{
	*groups = (struct aspan_waiting_groups){ .image = image, .section = section };
}

void aspan_waiting_groups_fini(struct aspan_waiting_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		free((char *) (uintptr_t) groups->groups[i].tags);
	}
	free(groups->groups);
	free(groups->slots);
	free(groups->indexes);
	*groups = (struct aspan_waiting_groups){ .image = NULL };
}

/* Where the slot is in the table, or would be. */
static size_t find_place(const struct aspan_waiting_groups *groups, uint32_t slot)
{
	size_t place = (size_t) (slot * SPREAD) & (groups->place_count - 1);

	while (groups->indexes[place] && groups->slots[groups->indexes[place] - 1] != slot) {
		place = (place + 1) & (groups->place_count - 1);
	}
	return place;
}

static bool enlarge_table(struct aspan_waiting_groups *groups)
{
	size_t place_count = groups->place_count ? groups->place_count * 2 : FIRST_PLACES;
	uint32_t *indexes = calloc(place_count, sizeof(*indexes));

	if (!indexes) {
		return false;
	}
	free(groups->indexes);
	groups->indexes = indexes;
	groups->place_count = place_count;
	for (size_t i = 0; i < groups->count; i++) {
		indexes[find_place(groups, groups->slots[i])] = (uint32_t) i + 1;
	}
	return true;
}

static bool make_room(struct aspan_waiting_groups *groups)
{
	size_t capacity = groups->capacity ? groups->capacity * 2 : FIRST_PLACES / 2;
	void *moved;

	if (groups->count < groups->capacity) {
		return true;
	}
	moved = reallocarray(groups->groups, capacity, sizeof(*groups->groups));
	if (!moved) {
		return false;
	}
	groups->groups = moved;
	moved = reallocarray(groups->slots, capacity, sizeof(*groups->slots));
	if (!moved) {
		return false;
	}
	groups->slots = moved;
	groups->capacity = capacity;
	return enlarge_table(groups);
}

/* Of the slot, which has one; *group, whose id is 0 before, stays so if it is not in the file. */
static int read_group(struct aspan_waiting_groups *groups, uint32_t slot,
		      struct aspan_ledger_group *group)
{
	uint64_t entry = groups->section->address +
			 (uint64_t) (slot >> ASPAN_LEDGER_SEGMENT_SHIFT) * sizeof(uint64_t);
	uint64_t within = (slot & (ASPAN_LEDGER_SEGMENT_GROUPS - 1)) * sizeof(*group);
	uint64_t segment = 0;
	int result;

	if ((slot >> ASPAN_LEDGER_SEGMENT_SHIFT) >=
	    groups->section->size_bytes / sizeof(uint64_t)) {
		return 0;
	}
	result = aspan_ledger_image_share(groups->image, entry, &segment, sizeof(segment),
					  "the directory of groups");
	if (!result && segment) {
		result = aspan_ledger_image_share(groups->image, segment + within, group,
						  sizeof(*group), "a group");
	}
	if (result) {
		group->id = 0;
	}
	return result < 0 ? result : 0;
}

static int add_group(struct aspan_waiting_groups *groups, uint32_t slot, uint32_t *index)
{
	struct aspan_ledger_group group = { .id = 0 };
	const char *tags = NULL;
	int result = read_group(groups, slot, &group);

	*index = ASPAN_WAITING_NO_GROUP;
	if (result || group.id == 0) {
		return result;
	}
	if (!make_room(groups)) {
		return aspan_ledger_fail_without_memory(groups->image);
	}
	result = aspan_ledger_read_tags(groups->image, group.id, group.tags, group.tags_bytes,
					&tags);
	if (result) {
		free((char *) (uintptr_t) tags);
		return result;
	}
	*index = (uint32_t) groups->count;
	groups->slots[groups->count] = slot;
	groups->groups[groups->count] =
		(struct aspan_waiting_group){ .id = group.id, .tags = tags };
	groups->count++;
	groups->indexes[find_place(groups, slot)] = *index + 1;
	return 0;
}

int aspan_waiting_groups_find(struct aspan_waiting_groups *groups, uint32_t slot, uint32_t *index)
{
	if (groups->place_count) {
		uint32_t found = groups->indexes[find_place(groups, slot)];

		if (found) {
			*index = found - 1;
			return 0;
		}
	}
	return add_group(groups, slot, index);
}
