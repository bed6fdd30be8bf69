/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of tracking.h; Doxygen shows them one by one. Run it: every assertion
 * holds.
 */
#include <allocspan/token.h>
#include <allocspan/tracking.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void switch_off_and_on(void)
{
	char *table, *entry;

	//! [allocspan_tracking_disable]
	allocspan_tracking_disable();
	table = strdup("nobody's"); /* by any thread, in any group */
	assert(allocspan_block_group_id(table) == 0);
	//! [allocspan_tracking_disable]

	//! [allocspan_tracking_enable]
	allocspan_tracking_enable();
	entry = strdup("the group's");
	assert(allocspan_block_group_id(entry) == allocspan_current_group_id());
	//! [allocspan_tracking_enable]
	free(entry);
	free(table);
}

static void root(void)
{
	char *stray, *another;

	//! [allocspan_root_enable]
	allocspan_root_enable();
	stray = strdup("outside of all groups");
	assert(allocspan_block_group_id(stray) == ALLOCSPAN_ROOT_GROUP_ID);
	//! [allocspan_root_enable]

	//! [allocspan_root_disable]
	allocspan_root_disable();
	another = strdup("outside of all groups");
	assert(allocspan_block_group_id(another) == 0);
	//! [allocspan_root_disable]
	free(another);
	free(stray);
}

//! [allocspan_block_announce]
/*
 * An allocator of the program's own. Its memory comes from mmap(), which is not tracked by itself.
 */
struct pool {
	char *start;
	size_t used_bytes;
};

static void *pool_alloc(struct pool *pool, size_t size_bytes)
{
	void *block = pool->start + pool->used_bytes;

	pool->used_bytes += (size_bytes + 15) / 16 * 16;
	allocspan_block_announce(block, size_bytes);
	return block;
}
//! [allocspan_block_announce]

//! [allocspan_block_retire]
static void pool_free(struct pool *pool, void *block)
{
	allocspan_block_retire(block);
	if (block == pool->start) {
		pool->used_bytes = 0;
	}
}
//! [allocspan_block_retire]

static void own_allocator(struct allocspan_token *token)
{
	struct pool pool = { 0 };
	struct allocspan_stats stats;
	void *block;

	pool.start = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(pool.start != MAP_FAILED);
	block = pool_alloc(&pool, 100);
	allocspan_token_stats(token, &stats);
	assert(stats.live_blocks == 1 && stats.live_bytes == 100);
	pool_free(&pool, block);
	allocspan_token_stats(token, &stats);
	assert(stats.live_blocks == 0);
	munmap(pool.start, 4096);
}

static void block_group(struct allocspan_token *token)
{
	//! [allocspan_block_group_id]
	char *block = strdup("whose?");

	assert(allocspan_block_group_id(block) == allocspan_token_id(token));
	free(block);
	//! [allocspan_block_group_id]
}

static void missed(void)
{
	//! [allocspan_missed_count]
	if (allocspan_missed_count() > 0) {
		fprintf(stderr, "memory was short: the figures lack some blocks\n");
	}
	//! [allocspan_missed_count]
	assert(allocspan_missed_count() == 0);
}

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("tables", NULL, 0);
	struct allocspan_guard guard;

	assert(token);
	root();
	guard = allocspan_token_enter(token);
	switch_off_and_on();
	own_allocator(token);
	block_group(token);
	allocspan_guard_exit(&guard);
	missed();
	allocspan_token_release(token);
	assert(allocspan_misuse_count() == 0);
	return 0;
}
