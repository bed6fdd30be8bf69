/* SPDX-License-Identifier: MIT */
/*
 * Whatever allocator is underneath the interposer, each block is counted exactly once, for the group that was
 * active, with the size that was asked for (DESIGN 4.3.1, 4.4.1). The claims hold for every allocator, also
 * those that hand out blocks of 8 bytes, two in 16.
 *
 * Environment: ALLOCSPAN_TEST_ALLOCATOR, a part of the allocator's file name, which must then really be in use.
 */
#include "claims.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>

#define GROUPS 5
#define TINY_BLOCKS 40000
#define GLIBC_SMALLEST 24

static struct allocspan_token *groups[GROUPS];

static void *malloc_in(struct allocspan_token *owner, size_t size)
{
	struct allocspan_guard guard = allocspan_token_enter(owner);
	void *block = kept(malloc(size));

	allocspan_guard_exit(&guard);
	return block;
}

static bool is_mapped(const char *part)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool is_found = false;

	while (maps && fgets(line, sizeof(line), maps)) {
		is_found |= strstr(line, part) != NULL;
	}
	if (maps) {
		fclose(maps);
	}
	return is_found;
}

static void the_allocator_underneath_is_the_one_that_is_meant(void)
{
	const char *allocator = getenv("ALLOCSPAN_TEST_ALLOCATOR");
	void *block = kept(malloc(1));

	CHECK(is_mapped("liballocspan-preload"));
	if (allocator) {
		CHECK(is_mapped(allocator));
		/* Only glibc's smallest block is so large. */
		CHECK(malloc_usable_size(block) != GLIBC_SMALLEST);
	}
	free(block);
}

static size_t tiny_size(size_t i)
{
	return 1 + i % 8;
}

static void check_tiny_owners(void *const *blocks, size_t step)
{
	size_t wrong = 0;

	for (size_t i = 0; i < TINY_BLOCKS; i += step) {
		wrong += allocspan_block_group_id(blocks[i]) !=
			 allocspan_token_id(groups[i % GROUPS]);
	}
	CHECK_EQUAL(wrong, 0);
}

/* Neighbours of 8 bytes belong to different groups. */
static void tiny_blocks_of_several_groups_do_not_collide(void)
{
	static void *blocks[TINY_BLOCKS];
	struct watched watched[GROUPS];
	uint64_t bytes[GROUPS] = { 0 };
	uint64_t odd_bytes[GROUPS] = { 0 };

	for (size_t i = 0; i < GROUPS; i++) {
		watched[i] = claim_watch(groups[i]);
	}
	for (size_t i = 0; i < TINY_BLOCKS; i++) {
		blocks[i] = malloc_in(groups[i % GROUPS], tiny_size(i));
		memset(blocks[i], 0xff, tiny_size(i));
		bytes[i % GROUPS] += tiny_size(i);
		odd_bytes[i % GROUPS] += i % 2 ? tiny_size(i) : 0;
	}
	check_tiny_owners(blocks, 1);
	for (size_t i = 1; i < TINY_BLOCKS; i += 2) {
		free(blocks[i]);
	}
	check_tiny_owners(blocks, 2);
	for (size_t i = 0; i < GROUPS; i++) {
		CHECK_COUNTED(watched[i], TINY_BLOCKS / GROUPS, bytes[i], TINY_BLOCKS / GROUPS / 2,
			      odd_bytes[i]);
	}
	for (size_t i = 0; i < TINY_BLOCKS; i += 2) {
		free(blocks[i]);
	}
	for (size_t i = 0; i < GROUPS; i++) {
		CHECK_COUNTED(watched[i], TINY_BLOCKS / GROUPS, bytes[i], TINY_BLOCKS / GROUPS,
			      bytes[i]);
	}
}

/* An untracked block beside a tracked one stays untracked, and the other way round. */
static void tiny_neighbours_may_be_untracked(void)
{
	static void *blocks[TINY_BLOCKS];
	struct watched watched = claim_watch(groups[0]);
	size_t wrong = 0;

	for (size_t i = 0; i < TINY_BLOCKS; i++) {
		blocks[i] = i % 2 ? malloc_in(groups[0], 8) : kept(malloc(8));
	}
	for (size_t i = 0; i < TINY_BLOCKS; i++) {
		wrong += allocspan_block_group_id(blocks[i]) !=
			 (i % 2 ? allocspan_token_id(groups[0]) : 0);
	}
	CHECK_EQUAL(wrong, 0);
	CHECK_COUNTED(watched, TINY_BLOCKS / 2, TINY_BLOCKS / 2 * 8, 0, 0);
	for (size_t i = 0; i < TINY_BLOCKS; i++) {
		free(blocks[i]);
	}
	CHECK_COUNTED(watched, TINY_BLOCKS / 2, TINY_BLOCKS / 2 * 8, TINY_BLOCKS / 2,
		      TINY_BLOCKS / 2 * 8);
}

static void each_size_is_counted_exactly(void)
{
	static const size_t sizes[] = { 0,  1,	 7,    8,    9,	    15,	     16,       17,
					24, 100, 1024, 4096, 65536, 1 << 20, 32 << 20, 80 << 20 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct watched watched = claim_watch(groups[1]);
		void *block = malloc_in(groups[1], sizes[i]);

		CHECK_COUNTED(watched, 1, sizes[i], 0, 0);
		CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(groups[1]));
		free(block);
		CHECK_COUNTED(watched, 1, sizes[i], 1, sizes[i]);
	}
}

/* No pvalloc: jemalloc has none, so that glibc's would answer and jemalloc's free be given its block. */
static void each_c_function_counts_once(void)
{
	struct watched watched = claim_watch(groups[2]);
	struct allocspan_guard guard = allocspan_token_enter(groups[2]);
	void *blocks[8] = { kept(malloc(101)),		 kept(calloc(17, 6)),
			    kept(realloc(NULL, 103)),	 kept(reallocarray(NULL, 13, 8)),
			    kept(aligned_alloc(64, 64)), kept(memalign(256, 106)),
			    kept(valloc(107)),		 NULL };
	uint64_t bytes = 101 + 102 + 103 + 104 + 64 + 106 + 107 + 108;

	CHECK_EQUAL(posix_memalign(&blocks[7], 32, 108), 0);
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 8, bytes, 0, 0);
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		CHECK_EQUAL(allocspan_block_group_id(blocks[i]), allocspan_token_id(groups[2]));
		free(blocks[i]);
	}
	CHECK_COUNTED(watched, 8, bytes, 8, bytes);
}

static void what_the_c_library_allocates_is_counted(void)
{
	struct watched watched = claim_watch(groups[2]);
	struct allocspan_guard guard = allocspan_token_enter(groups[2]);
	char *copy = kept(strdup("1234567"));
	char *line = NULL;
	size_t room = 0;
	FILE *stream;

	CHECK_COUNTED(watched, 1, 8, 0, 0);
	stream = fmemopen(copy, 7, "r");
	CHECK_EQUAL(getline(&line, &room, stream), 7);
	fclose(stream);
	CHECK_EQUAL(allocspan_block_group_id(line), allocspan_token_id(groups[2]));
	free(line);
	free(copy);
	allocspan_guard_exit(&guard);
	CHECK_EQUAL(claim_watch(groups[2]).before.live_blocks, watched.before.live_blocks);
}

static void realloc_moves_the_count(void)
{
	static const size_t sizes[] = { 1, 8, 9, 16, 17, 500, 3, 1 << 20, 40 << 20, 24, 8 };
	struct watched old_owner = claim_watch(groups[3]);
	struct watched new_owner = claim_watch(groups[4]);
	struct allocspan_guard guard;
	unsigned char *block = malloc_in(groups[3], 5);
	uint64_t bytes = 0;

	block[0] = 0xab;
	guard = allocspan_token_enter(groups[4]);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		block = kept(realloc(block, sizes[i]));
		CHECK_EQUAL(block[0], 0xab);
		CHECK_COUNTED(old_owner, 1, 5, 1, 5);
		CHECK_COUNTED(new_owner, i + 1, bytes + sizes[i], i, bytes);
		bytes += sizes[i];
	}
	allocspan_guard_exit(&guard);
	free(block);
	CHECK_COUNTED(new_owner, COUNT_OF(sizes), bytes, COUNT_OF(sizes), bytes);
}

/* The allocators do not agree: null and freed, or a block of no bytes. */
static void realloc_to_zero_is_counted_as_the_allocator_has_it(void)
{
	struct watched watched = claim_watch(groups[0]);
	struct allocspan_guard guard;
	void *block = malloc_in(groups[0], 40);

	guard = allocspan_token_enter(groups[0]);
	block = kept(realloc(block, 0));
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, block ? 2 : 1, 40, 1, 40);
	free(block);
	CHECK_COUNTED(watched, block ? 2 : 1, 40, block ? 2 : 1, 40);
}

static void a_failed_realloc_keeps_the_owner(void)
{
	struct watched watched = claim_watch(groups[0]);
	void *block = malloc_in(groups[0], 40);
	const struct allocspan_stats *before = &watched.before;

	CHECK(kept(realloc(kept(block), PTRDIFF_MAX)) == NULL);
	CHECK(kept(reallocarray(kept(block), SIZE_MAX / 2, 3)) == NULL);
	CHECK_EQUAL(errno, ENOMEM);
	CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(groups[0]));
	CHECK_EQUAL(claim_watch(groups[0]).before.live_bytes - before->live_bytes, 40);
	free(block);
	CHECK_EQUAL(claim_watch(groups[0]).before.live_bytes, before->live_bytes);
}

#define HANDED_OVER 20000

static _Atomic(void *) shelf[HANDED_OVER];

static void *fill_shelf(void *first)
{
	for (size_t i = (size_t) first; i < HANDED_OVER; i += 2) {
		atomic_store(&shelf[i], malloc_in(groups[i % GROUPS], tiny_size(i)));
	}
	return NULL;
}

static void *empty_shelf(void *first)
{
	for (size_t i = (size_t) first; i < HANDED_OVER; i += 2) {
		void *block;

		do {
			block = atomic_exchange(&shelf[i], NULL);
		} while (!block);
		free(block);
	}
	return NULL;
}

static void blocks_freed_on_other_threads_are_counted_for_their_group(void)
{
	pthread_t threads[4];
	struct watched watched[GROUPS];
	uint64_t bytes[GROUPS] = { 0 };

	for (size_t i = 0; i < GROUPS; i++) {
		watched[i] = claim_watch(groups[i]);
	}
	for (size_t i = 0; i < HANDED_OVER; i++) {
		bytes[i % GROUPS] += tiny_size(i);
	}
	for (size_t i = 0; i < 2; i++) {
		pthread_create(&threads[i], NULL, fill_shelf, (void *) i);
		pthread_create(&threads[2 + i], NULL, empty_shelf, (void *) i);
	}
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		pthread_join(threads[i], NULL);
	}
	for (size_t i = 0; i < GROUPS; i++) {
		CHECK_COUNTED(watched[i], HANDED_OVER / GROUPS, bytes[i], HANDED_OVER / GROUPS,
			      bytes[i]);
	}
}

int main(int argc, char **argv)
{
	static const struct claim claims[] = {
		CLAIM(the_allocator_underneath_is_the_one_that_is_meant),
		CLAIM(tiny_blocks_of_several_groups_do_not_collide),
		CLAIM(tiny_neighbours_may_be_untracked),
		CLAIM(each_size_is_counted_exactly),
		CLAIM(each_c_function_counts_once),
		CLAIM(what_the_c_library_allocates_is_counted),
		CLAIM(realloc_moves_the_count),
		CLAIM(realloc_to_zero_is_counted_as_the_allocator_has_it),
		CLAIM(a_failed_realloc_keeps_the_owner),
		CLAIM(blocks_freed_on_other_threads_are_counted_for_their_group),
	};
	static const char *const names[GROUPS] = { "a", "b", "c", "d", "e" };

	for (size_t i = 0; i < GROUPS; i++) {
		groups[i] = allocspan_token_register(names[i], NULL, 0);
	}
	return check_claims(claims, COUNT_OF(claims), argc, argv);
}
