/* SPDX-License-Identifier: MIT */
/*
 * See walk.h. Here: the counts that threads keep.
 */
#include "walk.h"

#include <inttypes.h>

/* How much of a table is read at once. */
#define TABLE_PART 512

/* The counts of the one slot that is being moved are in the transfer. */
static bool is_moving(const struct aspan_ledger_walk *walk, uint64_t address)
{
	return walk->transfer.kind == ASPAN_LEDGER_TRANSFER_THREAD &&
	       walk->transfer.counters == address;
}

static int add_slot(struct aspan_ledger_walk *walk, uint64_t slot, uint64_t address,
		    const struct aspan_ledger_counts *from, unsigned int what,
		    struct aspan_account_counts *to)
{
	struct aspan_account_counts counts = {
		.alloc_count = from->alloc_count,
		.alloc_bytes = from->alloc_bytes,
		.free_count = from->free_count,
		.free_bytes = from->free_bytes,
	};

	if (aspan_ledger_walk_is_retiring(walk, slot)) {
		return 0;
	}
	if (!is_moving(walk, address)) {
		aspan_ledger_walk_add_part(walk, to, &counts, what);
		return 0;
	}
	if (walk->transfer.slot != slot) {
		return aspan_ledger_image_is_damaged(walk->image,
						     "its section TRANSFER moves slot %" PRIu32
						     " from slot %" PRIu64,
						     walk->transfer.slot, slot);
	}
	return 0;
}

static int take_leaf(struct aspan_ledger_walk *walk, uint64_t index, uint64_t address,
		     unsigned int what)
{
	struct aspan_ledger_segment_slots *slots = aspan_ledger_walk_find(walk, index);
	struct aspan_ledger_leaf leaf;
	int result = aspan_ledger_image_take(walk->image, address, &leaf, sizeof(leaf),
					     "a thread's counts");

	for (size_t i = 0; !result && i < ASPAN_LEDGER_LEAF_SLOTS; i++) {
		result = add_slot(walk, index * ASPAN_LEDGER_LEAF_SLOTS + i,
				  address + i * sizeof(leaf.of[0]), &leaf.of[i], what,
				  slots ? &slots->of[i].counts : &walk->strays);
	}
	return result;
}

static int take_leaves(struct aspan_ledger_walk *walk, uint64_t first, const uint64_t *addresses,
		       size_t count, unsigned int what)
{
	for (size_t i = 0; i < count; i++) {
		int result = addresses[i] ? take_leaf(walk, first + i, addresses[i], what) : 0;

		if (result < 0) {
			return result;
		}
	}
	return 0;
}

static int take_table(struct aspan_ledger_walk *walk, uint64_t address, unsigned int what)
{
	static const char name[] = "a thread's table";
	struct aspan_ledger_table table;
	uint64_t part[TABLE_PART], leaves = address + sizeof(table);
	int result = aspan_ledger_image_read(walk->image, address, &table, sizeof(table), name);

	if (!result) {
		result = aspan_ledger_image_claim(
			walk->image, address, sizeof(table) + table.leaf_count * sizeof(uint64_t),
			name);
	}
	for (uint64_t i = 0; !result && i < table.leaf_count; i += TABLE_PART) {
		uint64_t left = table.leaf_count - i;
		size_t count = left < TABLE_PART ? left : TABLE_PART;

		result = aspan_ledger_image_read(walk->image, leaves + i * sizeof(uint64_t), part,
						 count * sizeof(uint64_t), name);
		if (!result) {
			result = take_leaves(walk, i, part, count, what);
		}
	}
	return result;
}

/* A loop is seen when an address comes again that was noted at the last power of two. */
static bool does_loop(uint64_t address, uint64_t *noted, uint64_t step)
{
	if (address == *noted) {
		return true;
	}
	if ((step & (step - 1)) == 0) {
		*noted = address;
	}
	return false;
}

int aspan_ledger_walk_threads(struct aspan_ledger_walk *walk,
			      const struct aspan_ledger_section *threads, unsigned int what)
{
	uint64_t address = threads->address, noted = 0, step = 0;
	struct aspan_ledger_thread thread;
	int result = 0;

	walk->thread_count = 0;
	while (address && !result) {
		walk->thread_count++;
		if (does_loop(address, &noted, ++step)) {
			return aspan_ledger_image_is_damaged(walk->image,
							     "its list of threads has no end");
		}
		result = aspan_ledger_image_take(walk->image, address, &thread, sizeof(thread),
						 "a thread");
		if (!result) {
			address = thread.next;
			result = thread.table ? take_table(walk, thread.table, what) : 0;
			/* Without its table, the thread still has a next one. */
			result = result < 0 ? result : 0;
		}
	}
	return result < 0 ? result : 0;
}
