/* SPDX-License-Identifier: MIT */
/*
 * See walk.h. Here: sums, and the groups' own counts; walk-threads.c has those of threads.
 */
#include "walk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How much of a directory is read at once. */
#define DIRECTORY_PART 512

int aspan_ledger_walk_init(struct aspan_ledger_walk *walk, struct aspan_ledger_image *image,
			   const struct aspan_ledger_sections *sections)
{
	*walk = (struct aspan_ledger_walk){ .image = image };
	return aspan_ledger_sections_take_transfer(sections, image, &walk->transfer);
}

void aspan_ledger_walk_fini(struct aspan_ledger_walk *walk)
{
	for (size_t i = 0; i < walk->segment_count; i++) {
		free(walk->segments[i]);
	}
	free(walk->segments);
	*walk = (struct aspan_ledger_walk){ .image = NULL };
}

static void add(struct aspan_ledger_walk *walk, uint64_t *to, uint64_t number)
{
	if (__builtin_add_overflow(*to, number, to)) {
		walk->has_overflow = true;
	}
}

void aspan_ledger_walk_add(struct aspan_ledger_walk *walk, struct aspan_account_counts *to,
			   const struct aspan_account_counts *counts)
{
	add(walk, &to->alloc_count, counts->alloc_count);
	add(walk, &to->alloc_bytes, counts->alloc_bytes);
	add(walk, &to->free_count, counts->free_count);
	add(walk, &to->free_bytes, counts->free_bytes);
	add(walk, &to->inherited_free_count, counts->inherited_free_count);
	add(walk, &to->inherited_free_bytes, counts->inherited_free_bytes);
}

void aspan_ledger_walk_add_part(struct aspan_ledger_walk *walk, struct aspan_account_counts *to,
				const struct aspan_account_counts *counts, unsigned int what)
{
	struct aspan_account_counts part = *counts;

	if (!(what & ASPAN_LEDGER_WALK_ALLOCS)) {
		part.alloc_count = 0;
		part.alloc_bytes = 0;
	}
	if (!(what & ASPAN_LEDGER_WALK_FREES)) {
		part.free_count = 0;
		part.free_bytes = 0;
		part.inherited_free_count = 0;
		part.inherited_free_bytes = 0;
	}
	aspan_ledger_walk_add(walk, to, &part);
}

static struct aspan_account_counts from_plain(const struct aspan_ledger_plain_counts *plain)
{
	return (struct aspan_account_counts){
		.alloc_count = plain->alloc_count,
		.alloc_bytes = plain->alloc_bytes,
		.free_count = plain->free_count,
		.free_bytes = plain->free_bytes,
		.inherited_free_count = plain->inherited_free_count,
		.inherited_free_bytes = plain->inherited_free_bytes,
	};
}

struct aspan_account_counts aspan_ledger_walk_sum_moved(struct aspan_ledger_walk *walk)
{
	struct aspan_account_counts sum = from_plain(&walk->transfer.before);
	struct aspan_account_counts moved = from_plain(&walk->transfer.moved);

	aspan_ledger_walk_add(walk, &sum, &moved);
	return sum;
}

struct aspan_account_counts aspan_ledger_walk_sum_retired(struct aspan_ledger_walk *walk)
{
	return walk->transfer.kind == ASPAN_LEDGER_TRANSFER_GROUP ?
		       aspan_ledger_walk_sum_moved(walk) :
		       from_plain(&walk->transfer.retired);
}

/* The segment of this index, or where it would be. */
static size_t find_segment(const struct aspan_ledger_walk *walk, uint64_t index)
{
	size_t low = 0, high = walk->segment_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (walk->segments[middle]->index < index) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

struct aspan_ledger_segment_slots *aspan_ledger_walk_find(const struct aspan_ledger_walk *walk,
							  uint64_t index)
{
	size_t place = find_segment(walk, index);

	return place < walk->segment_count && walk->segments[place]->index == index ?
		       walk->segments[place] :
		       NULL;
}

static bool make_room(struct aspan_ledger_walk *walk)
{
	size_t capacity = walk->segment_capacity ? walk->segment_capacity * 2 : 16;
	struct aspan_ledger_segment_slots **segments;

	if (walk->segment_count < walk->segment_capacity) {
		return true;
	}
	segments = reallocarray(walk->segments, capacity, sizeof(void *));
	if (!segments) {
		return false;
	}
	walk->segments = segments;
	walk->segment_capacity = capacity;
	return true;
}

/* A new one, or NULL without memory. The directory is read in order, so it is the last but in a second walk. */
static struct aspan_ledger_segment_slots *insert_segment(struct aspan_ledger_walk *walk,
							 uint64_t index)
{
	struct aspan_ledger_segment_slots *slots = calloc(1, sizeof(*slots));
	size_t place = find_segment(walk, index);

	if (!slots || !make_room(walk)) {
		free(slots);
		return NULL;
	}
	slots->index = index;
	memmove(&walk->segments[place + 1], &walk->segments[place],
		(walk->segment_count - place) * sizeof(void *));
	walk->segments[place] = slots;
	walk->segment_count++;
	return slots;
}

/* What a group counted itself. Moved counts are those that the transfer says. */
static void add_group(struct aspan_ledger_walk *walk, uint64_t number,
		      const struct aspan_ledger_group *group, unsigned int what,
		      struct aspan_account_counts *to)
{
	struct aspan_account_counts counts = { 0 };

	if (aspan_ledger_walk_is_retiring(walk, number)) {
		return;
	}
	if (aspan_ledger_walk_is_receiving(walk, number)) {
		counts = aspan_ledger_walk_sum_moved(walk);
	} else {
		counts.alloc_count = group->ended.alloc_count;
		counts.alloc_bytes = group->ended.alloc_bytes;
		counts.free_count = group->ended.free_count;
		counts.free_bytes = group->ended.free_bytes;
	}
	counts.inherited_free_count = group->inherited_free_count;
	counts.inherited_free_bytes = group->inherited_free_bytes;
	aspan_ledger_walk_add_part(walk, to, &counts, what);
}

/* Whose slot it is, as it was found first. */
static void note_identity(struct aspan_ledger_walk *walk, struct aspan_ledger_slot *slot,
			  const struct aspan_ledger_group *group, bool is_new)
{
	if (is_new) {
		slot->generation = group->generation;
		slot->id = group->id;
		slot->tags = group->tags;
		slot->tags_bytes = group->tags_bytes;
	} else if (slot->generation != group->generation || slot->id != group->id ||
		   slot->tags != group->tags || slot->tags_bytes != group->tags_bytes) {
		walk->has_changed = true;
	}
}

static int take_segment(struct aspan_ledger_walk *walk, uint64_t index, uint64_t address,
			unsigned int what)
{
	struct aspan_ledger_segment_slots *slots = aspan_ledger_walk_find(walk, index);
	struct aspan_ledger_segment segment;
	bool is_new = !slots;
	int result = aspan_ledger_image_take(walk->image, address, &segment, sizeof(segment),
					     "a segment of groups");

	if (result) {
		return result;
	}
	if (is_new) {
		slots = insert_segment(walk, index);
	}
	if (!slots) {
		return aspan_ledger_fail(walk->image->error, -ENOMEM, walk->image->name,
					 "out of memory while reading it");
	}
	for (size_t i = 0; i < ASPAN_LEDGER_SEGMENT_GROUPS; i++) {
		note_identity(walk, &slots->of[i], &segment.groups[i], is_new);
		add_group(walk, index * ASPAN_LEDGER_SEGMENT_GROUPS + i, &segment.groups[i], what,
			  &slots->of[i].counts);
	}
	return 0;
}

static int take_segments(struct aspan_ledger_walk *walk, uint64_t first, const uint64_t *addresses,
			 size_t count, unsigned int what)
{
	for (size_t i = 0; i < count; i++) {
		int result = addresses[i] ? take_segment(walk, first + i, addresses[i], what) : 0;

		if (result < 0) {
			return result;
		}
	}
	return 0;
}

int aspan_ledger_walk_groups(struct aspan_ledger_walk *walk,
			     const struct aspan_ledger_section *groups, unsigned int what)
{
	uint64_t address = groups->address, count = groups->size_bytes / sizeof(uint64_t);
	uint64_t part[DIRECTORY_PART];
	int result = 0;

	if (address == 0 || count == 0) {
		return 0;
	}
	result = aspan_ledger_image_claim(walk->image, address, groups->size_bytes,
					  "the directory of groups");
	for (uint64_t i = 0; !result && i < count; i += DIRECTORY_PART) {
		size_t length = count - i < DIRECTORY_PART ? count - i : DIRECTORY_PART;

		result = aspan_ledger_image_read(walk->image, address + i * sizeof(uint64_t), part,
						 length * sizeof(uint64_t),
						 "the directory of groups");
		if (!result) {
			result = take_segments(walk, i, part, length, what);
		}
	}
	return result < 0 ? result : 0;
}
