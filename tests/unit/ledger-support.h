/* SPDX-License-Identifier: MIT */
/*
 * Ledgers made by hand, from lib/ledger/layout.h alone: neither the recorder's mistakes nor the reader's are in them.
 *
 * A ledger is built in a buffer of parts, each an extent with an address of its own. What is added lies in the last part.
 */
#ifndef ASPAN_TEST_LEDGER_SUPPORT_H
#define ASPAN_TEST_LEDGER_SUPPORT_H

#include "layout.h"
#include "trace-process.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEDGER_PART_BYTES 32768
#define LEDGER_PARTS 4
#define LEDGER_BYTES (LEDGER_PART_BYTES * LEDGER_PARTS)
#define LEDGER_SEGMENTS 4
#define LEDGER_FIRST_ADDRESS UINT64_C(0x7f0000000000)
/* Parts are not neighbours in memory. */
#define LEDGER_NEXT_ADDRESS UINT64_C(0x10000000)

struct ledger_maker {
	unsigned char *bytes;
	uint64_t addresses[LEDGER_PARTS];
	size_t part_count;
	size_t used; /* of the last part */
	struct aspan_ledger_header *header;
	struct aspan_ledger_extent *extents;
	struct aspan_ledger_process *process;
	struct aspan_ledger_losses *losses;
	struct aspan_ledger_transfer *transfer;
	uint64_t *directory;
};

static inline void *ledger_at(const struct ledger_maker *maker, uint64_t address)
{
	for (size_t i = 0; i < maker->part_count; i++) {
		if (address - maker->addresses[i] < LEDGER_PART_BYTES) {
			return maker->bytes + i * LEDGER_PART_BYTES +
			       (address - maker->addresses[i]);
		}
	}
	abort();
}

/* Room in the last part, of zeros. */
static inline uint64_t ledger_add(struct ledger_maker *maker, size_t size_bytes)
{
	uint64_t address = maker->addresses[maker->part_count - 1] + maker->used;

	maker->used += (size_bytes + 7) / 8 * 8;
	if (maker->used > LEDGER_PART_BYTES) {
		abort();
	}
	return address;
}

static inline struct aspan_ledger_section *ledger_section(const struct ledger_maker *maker,
							  uint32_t type)
{
	for (size_t i = 0; i < ASPAN_LEDGER_SECTIONS; i++) {
		if (maker->header->sections[i].type == type) {
			return &maker->header->sections[i];
		}
	}
	abort();
}

/* Section `type` is the one at place `type` of the table. Returns where its structure is. */
static inline void *ledger_add_section(struct ledger_maker *maker, uint32_t type, size_t size_bytes)
{
	struct aspan_ledger_section *section = &maker->header->sections[type];

	section->type = type;
	section->version = 1;
	section->size_bytes = size_bytes;
	section->address = ledger_add(maker, size_bytes);
	return ledger_at(maker, section->address);
}

/* What is added from now on lies in another extent; one that is not in the file if so asked. */
static inline void ledger_begin_part(struct ledger_maker *maker, bool is_in_file)
{
	size_t i = maker->part_count++;

	if (i == LEDGER_PARTS) {
		abort();
	}
	maker->addresses[i] = LEDGER_FIRST_ADDRESS + i * LEDGER_NEXT_ADDRESS;
	maker->used = 0;
	maker->extents[i] = (struct aspan_ledger_extent){
		maker->addresses[i],
		LEDGER_PART_BYTES,
		is_in_file ? i * LEDGER_PART_BYTES : ASPAN_LEDGER_NOT_IN_FILE,
	};
	ledger_section(maker, ASPAN_LEDGER_EXTENTS)->size_bytes =
		maker->part_count * sizeof(struct aspan_ledger_extent);
}

static inline void ledger_fill_header(struct ledger_maker *maker)
{
	struct aspan_ledger_header *header = maker->header;

	memcpy(header->magic, ASPAN_LEDGER_MAGIC, sizeof(header->magic));
	header->byte_order = ASPAN_LEDGER_BYTE_ORDER;
	header->version = ASPAN_LEDGER_VERSION;
	header->word_bytes = 8;
	header->header_bytes = sizeof(*header);
	header->section_count = ASPAN_LEDGER_SECTIONS;
	header->state = ASPAN_LEDGER_OPEN;
	header->address = maker->addresses[0];
}

static inline void ledger_fill_process(struct ledger_maker *maker)
{
	maker->process->vpid = 1234;
	maker->process->parent_vpid = 1200;
	maker->process->pid_ns = 4026531836;
	maker->process->start_ns = 5000;
	maker->process->start_realtime_ns = 1700000000000005000;
	maker->process->how = ASPAN_BEGIN_LOAD;
	strcpy(maker->process->exe, "/usr/bin/program");
}

/* A ledger without groups and threads, in `bytes` of LEDGER_BYTES zeros, at this address. */
static inline void ledger_init_at(struct ledger_maker *maker, unsigned char *bytes,
				  uint64_t address)
{
	struct aspan_ledger_section *threads;

	*maker = (struct ledger_maker){ .bytes = bytes, .part_count = 1 };
	maker->addresses[0] = address;
	maker->header = ledger_at(maker, ledger_add(maker, sizeof(*maker->header)));
	ledger_fill_header(maker);
	maker->extents = ledger_add_section(maker, ASPAN_LEDGER_EXTENTS,
					    ASPAN_LEDGER_EXTENT_COUNT * sizeof(*maker->extents));
	maker->extents[0] = (struct aspan_ledger_extent){ address, LEDGER_PART_BYTES, 0 };
	ledger_section(maker, ASPAN_LEDGER_EXTENTS)->size_bytes = sizeof(*maker->extents);
	maker->process = ledger_add_section(maker, ASPAN_LEDGER_PROCESS, sizeof(*maker->process));
	ledger_fill_process(maker);
	maker->losses = ledger_add_section(maker, ASPAN_LEDGER_LOSSES, sizeof(*maker->losses));
	maker->directory = ledger_add_section(maker, ASPAN_LEDGER_GROUPS,
					      LEDGER_SEGMENTS * sizeof(*maker->directory));
	maker->transfer =
		ledger_add_section(maker, ASPAN_LEDGER_TRANSFER, sizeof(*maker->transfer));
	threads = &maker->header->sections[ASPAN_LEDGER_THREADS];
	threads->type = ASPAN_LEDGER_THREADS;
	threads->version = 1;
}

static inline void ledger_init(struct ledger_maker *maker)
{
	ledger_init_at(maker, calloc(1, LEDGER_BYTES), LEDGER_FIRST_ADDRESS);
}

static inline void ledger_fini(struct ledger_maker *maker)
{
	free(maker->bytes);
}

/* The group of a slot, whose segment is made where it is not yet there. */
static inline struct aspan_ledger_group *ledger_group(struct ledger_maker *maker, uint32_t slot)
{
	uint64_t *segment = &maker->directory[slot / ASPAN_LEDGER_SEGMENT_GROUPS];

	if (!*segment) {
		*segment = ledger_add(maker, sizeof(struct aspan_ledger_segment));
	}
	return &((struct aspan_ledger_segment *) ledger_at(maker, *segment))
			->groups[slot % ASPAN_LEDGER_SEGMENT_GROUPS];
}

static inline struct aspan_ledger_group *ledger_add_group(struct ledger_maker *maker, uint32_t slot,
							  uint64_t id, const char *tags)
{
	struct aspan_ledger_group *group = ledger_group(maker, slot);

	group->id = id;
	group->generation += 2;
	group->tags_bytes = strlen(tags);
	group->tags = ledger_add(maker, strlen(tags) + 1);
	strcpy(ledger_at(maker, group->tags), tags);
	return group;
}

/* A thread with an empty table, the first of the list. */
static inline struct aspan_ledger_thread *ledger_add_thread(struct ledger_maker *maker)
{
	uint64_t address = ledger_add(maker, sizeof(struct aspan_ledger_thread));
	struct aspan_ledger_section *threads = ledger_section(maker, ASPAN_LEDGER_THREADS);
	struct aspan_ledger_thread *thread = ledger_at(maker, address);
	struct aspan_ledger_table *table;

	thread->next = threads->address;
	thread->vtid = 1234;
	thread->table = ledger_add(maker, sizeof(*table) + LEDGER_SEGMENTS * sizeof(uint64_t));
	table = ledger_at(maker, thread->table);
	table->leaf_count = LEDGER_SEGMENTS;
	threads->address = address;
	return thread;
}

static inline _Atomic uint64_t *
ledger_leaf_address(struct ledger_maker *maker, struct aspan_ledger_thread *thread, uint32_t slot)
{
	struct aspan_ledger_table *table = ledger_at(maker, thread->table);

	return &table->leaves[slot / ASPAN_LEDGER_LEAF_SLOTS];
}

/* The address of the thread's counts of a slot; their leaf is made where it is not yet there. */
static inline uint64_t ledger_counts_address(struct ledger_maker *maker,
					     struct aspan_ledger_thread *thread, uint32_t slot)
{
	_Atomic uint64_t *leaf = ledger_leaf_address(maker, thread, slot);

	if (!*leaf) {
		*leaf = ledger_add(maker, sizeof(struct aspan_ledger_leaf));
	}
	return *leaf + slot % ASPAN_LEDGER_LEAF_SLOTS * sizeof(struct aspan_ledger_counts);
}

static inline void ledger_count(struct aspan_ledger_counts *counts, uint64_t allocs, uint64_t bytes,
				uint64_t frees, uint64_t free_bytes)
{
	counts->alloc_count += allocs;
	counts->alloc_bytes += bytes;
	counts->free_count += frees;
	counts->free_bytes += free_bytes;
}

static inline void ledger_count_in_thread(struct ledger_maker *maker,
					  struct aspan_ledger_thread *thread, uint32_t slot,
					  uint64_t allocs, uint64_t bytes, uint64_t frees,
					  uint64_t free_bytes)
{
	ledger_count(ledger_at(maker, ledger_counts_address(maker, thread, slot)), allocs, bytes,
		     frees, free_bytes);
}

/* How long its file is. */
static inline size_t ledger_file_bytes(const struct ledger_maker *maker)
{
	return maker->part_count * LEDGER_PART_BYTES;
}

/* A file of these bytes, which has no name. */
static inline int ledger_open_bytes(const void *bytes, size_t size_bytes)
{
	int file = memfd_create("ledger", MFD_CLOEXEC);

	if (file < 0 || write(file, bytes, size_bytes) != (ssize_t) size_bytes) {
		abort();
	}
	return file;
}

/*
 * A ledger with something of all: two segments, two threads, an inherited block, groups that are gone. By group id, all calls:
 * 7: 18 allocations of 900 bytes, 6 frees of 300; 9: 4 of 64, 4 of 64; 11: 2 of 20; gone: 5 of 50, 5 of 50.
 */
static inline void ledger_fill_usual(struct ledger_maker *maker)
{
	struct aspan_ledger_thread *first = ledger_add_thread(maker);
	struct aspan_ledger_thread *second = ledger_add_thread(maker);
	struct aspan_ledger_group *group =
		ledger_add_group(maker, 1, 7, ",group=parser,tenant=42,");

	ledger_count(&group->ended, 10, 500, 1, 50);
	group->inherited_free_count = 3;
	group->inherited_free_bytes = 33;
	ledger_count_in_thread(maker, first, 1, 5, 250, 5, 250);
	ledger_count_in_thread(maker, second, 1, 3, 150, 0, 0);
	ledger_add_group(maker, 2, 9, ",group=cache,");
	ledger_count_in_thread(maker, first, 2, 4, 64, 0, 0);
	ledger_count_in_thread(maker, second, 2, 0, 0, 4, 64);
	ledger_add_group(maker, 70, 11, ",group=far,");
	ledger_count_in_thread(maker, second, 70, 2, 20, 0, 0);
	ledger_add_group(maker, 71, 12, ",group=unused,");
	maker->transfer->retired = (struct aspan_ledger_plain_counts){ 5, 50, 5, 50, 0, 0 };
	maker->transfer->retired_groups = 2;
}

#endif
