/* SPDX-License-Identifier: MIT */
/*
 * An overflow of the program's memory does not run into the library's: the owner map, groups, names and stacks are in
 * mappings of their own, with a page before and after that cannot be accessed.
 *
 * Reads /proc/self/maps, which tells where things are, and overflows nothing: with the heap beside such a page the first byte
 * that goes over ends the program.
 */
#include <malloc.h>
#include <unistd.h>

#include "claims.h"
#include "owner-map.h"

enum { PAGE = 4096, MAPPED = 600 };

struct mapping {
	uintptr_t start, end;
	bool is_accessible;
	char name[64];
};

static struct mapping mappings[4096];
static size_t mapping_count;

static void read_mappings(void)
{
	char line[512];
	FILE *file = fopen("/proc/self/maps", "r");

	mapping_count = 0;
	while (fgets(line, sizeof(line), file) && mapping_count < COUNT_OF(mappings)) {
		struct mapping *mapping = &mappings[mapping_count++];
		unsigned long start, end;
		char rights[5] = "";

		mapping->name[0] = '\0';
		sscanf(line, "%lx-%lx %4s %*s %*s %*s %63s", &start, &end, rights, mapping->name);
		mapping->start = start;
		mapping->end = end;
		mapping->is_accessible = rights[0] == 'r' || rights[1] == 'w';
	}
	fclose(file);
}

static const struct mapping *mapping_of(const void *address)
{
	for (size_t i = 0; i < mapping_count; i++) {
		if ((uintptr_t) address >= mappings[i].start &&
		    (uintptr_t) address < mappings[i].end) {
			return &mappings[i];
		}
	}
	return NULL;
}

static void check_apart(const void *ours)
{
	const struct mapping *mapping = mapping_of(ours);

	CHECK(mapping != NULL);
	if (mapping) {
		const struct mapping *before = mapping_of((const char *) mapping->start - 1);
		const struct mapping *after = mapping_of((const void *) mapping->end);

		CHECK(mapping->is_accessible);
		CHECK(mapping->name[0] == '\0');
		CHECK(before && !before->is_accessible);
		CHECK(after && !after->is_accessible);
	}
}

/* Blocks that the C library maps one by one, in between of whatever the library maps. */
static void *big_blocks[MAPPED];

static void allocate_and_register(void)
{
	struct allocspan_token *token = NULL;

	for (size_t i = 0; i < COUNT_OF(big_blocks); i++) {
		struct allocspan_guard guard;
		char name[200];

		snprintf(name, sizeof(name), "%0190zu", i);
		token = allocspan_token_register(name, NULL, 0);
		guard = allocspan_token_enter(token);
		big_blocks[i] = kept(malloc((size_t) 40 * PAGE - 16));
		free(kept(malloc(100)));
		allocspan_guard_exit(&guard);
	}
}

static void what_the_library_keeps_is_apart_from_the_heap(void)
{
	struct allocspan_token *tokens[2];
	void *small = kept(malloc(100));

	tokens[0] = allocspan_token_register("first", NULL, 0);
	allocate_and_register();
	tokens[1] = allocspan_token_register("last", NULL, 0);
	read_mappings();
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		check_apart(tokens[i]);
		check_apart(allocspan_token_name(tokens[i]));
	}
	check_apart(allocspan_fiber_get_current());
	check_apart(aspan_owner_word(big_blocks[0]));
	CHECK(mapping_of(small) != mapping_of(tokens[0]));
	CHECK(mapping_of(small) != mapping_of(allocspan_token_name(tokens[0])));
	free(small);
}

/* The block of before and that of after are found by the map, which reads no byte of them. */
static void an_overflow_of_a_block_changes_no_owner(void)
{
	struct allocspan_token *token = allocspan_token_register("overflown", NULL, 0);
	struct allocspan_guard guard = allocspan_token_enter(token);
	struct watched watched = claim_watch(token);
	char *pool = kept(malloc(4096));
	char *blocks[3] = { pool, pool + 64, pool + 128 };

	/* Three blocks of an allocator of the program's own, so that nothing of glibc's is broken. */
	allocspan_guard_exit(&guard);
	free(pool);
	guard = allocspan_untracked_enter();
	pool = kept(malloc(4096));
	allocspan_guard_exit(&guard);
	guard = allocspan_token_enter(token);
	for (size_t i = 0; i < 3; i++) {
		blocks[i] = pool + i * 64;
		CHECK_EQUAL(allocspan_block_announce(blocks[i], 64), 0);
	}
	memset(pool, 0xff, 4096);
	for (size_t i = 0; i < 3; i++) {
		CHECK_EQUAL(allocspan_block_group_id(blocks[i]), allocspan_token_id(token));
		CHECK_EQUAL(allocspan_block_retire(blocks[i]), 0);
	}
	CHECK_COUNTED(watched, 4, 4096 + 3 * 64, 4, 4096 + 3 * 64);
	allocspan_guard_exit(&guard);
	free(pool);
}

static const struct claim claims[] = {
	CLAIM(what_the_library_keeps_is_apart_from_the_heap),
	CLAIM(an_overflow_of_a_block_changes_no_owner),
};

int main(int argc, char **argv)
{
	return check_claims(claims, COUNT_OF(claims), argc, argv);
}
