/* SPDX-License-Identifier: MIT */
/*
 * The kinds of ledgers that the fuzzer of their reader begins with, and that its seeds are made of.
 */
#ifndef ASPAN_TEST_LEDGER_SHAPES_H
#define ASPAN_TEST_LEDGER_SHAPES_H

#include "ledger-rings-support.h"
#include "ledger-support.h"

enum ledger_shape {
	LEDGER_EMPTY,
	LEDGER_USUAL,
	LEDGER_MOVES_FROM_THREAD,
	LEDGER_RECLAIMS_GROUP,
	LEDGER_OF_TWO_EXTENTS,
	LEDGER_WITH_PRIVATE_EXTENT,
	LEDGER_CLOSED_DEEP_FORK,
	LEDGER_WITH_RINGS,
	LEDGER_SHAPES,
};

static inline void ledger_begin_transfer(struct ledger_maker *maker, uint32_t kind)
{
	struct aspan_ledger_thread *thread =
		ledger_at(maker, ledger_section(maker, ASPAN_LEDGER_THREADS)->address);

	maker->transfer->slot = 1;
	maker->transfer->counters = ledger_counts_address(maker, thread, 1);
	maker->transfer->before = (struct aspan_ledger_plain_counts){ 10, 500, 1, 50, 0, 0 };
	maker->transfer->moved = (struct aspan_ledger_plain_counts){ 3, 150, 0, 0, 0, 0 };
	maker->transfer->kind = kind;
	ledger_group(maker, 1)->generation++;
}

static inline void ledger_fill_rings(struct ledger_maker *maker)
{
	struct ledger_rings rings;

	ledger_add_rings(maker, &rings);
	ledger_push_alloc(&rings.sources[0], 10);
	ledger_push_state(&rings.sources[1], 11, 2, 6);
	ledger_push_alloc(&rings.sources[1], 12);
	rings.sources[1].records_bytes = 4;
	rings.sources[1].mark = UINT64_C(202) << 32;
}

/* Each extent is as long as what it holds, so that a file is short. */
static inline void ledger_trim_parts(struct ledger_maker *maker, const size_t *used)
{
	size_t end = 0;

	for (size_t i = 0; i < maker->part_count; i++) {
		size_t length = (used[i] + 63) / 64 * 64;

		maker->extents[i].size_bytes = length;
		if (maker->extents[i].file_offset != ASPAN_LEDGER_NOT_IN_FILE) {
			maker->extents[i].file_offset = end;
		}
		memmove(maker->bytes + end, maker->bytes + i * LEDGER_PART_BYTES, length);
		end += length;
	}
	maker->used = end;
}

/* A file of this shape; `used` is its length. It can only be written and freed. */
static inline void ledger_make_shape(struct ledger_maker *maker, enum ledger_shape shape)
{
	size_t used[LEDGER_PARTS] = { 0 };

	ledger_init(maker);
	if (shape != LEDGER_EMPTY && shape != LEDGER_OF_TWO_EXTENTS) {
		ledger_fill_usual(maker);
	}
	if (shape == LEDGER_MOVES_FROM_THREAD) {
		ledger_begin_transfer(maker, ASPAN_LEDGER_TRANSFER_THREAD);
	}
	if (shape == LEDGER_RECLAIMS_GROUP) {
		ledger_begin_transfer(maker, ASPAN_LEDGER_TRANSFER_GROUP);
	}
	if (shape == LEDGER_CLOSED_DEEP_FORK) {
		maker->process->fork_depth = ASPAN_LEDGER_DEEPEST_FORK;
		maker->header->state = ASPAN_LEDGER_CLOSED;
	}
	if (shape == LEDGER_WITH_RINGS) {
		ledger_fill_rings(maker);
	}
	used[0] = maker->used;
	if (shape == LEDGER_OF_TWO_EXTENTS || shape == LEDGER_WITH_PRIVATE_EXTENT) {
		ledger_begin_part(maker, shape == LEDGER_OF_TWO_EXTENTS);
		if (shape == LEDGER_OF_TWO_EXTENTS) {
			ledger_fill_usual(maker);
		} else {
			ledger_add_thread(maker);
		}
		used[1] = maker->used;
	}
	ledger_trim_parts(maker, used);
}

#endif
