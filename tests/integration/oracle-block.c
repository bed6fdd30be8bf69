/* SPDX-License-Identifier: MIT */
/*
 * Each way to allocate and to free, and what the account should say of it; see oracle.h.
 *
 * A worker's array changes only while no call is under way: inside of each call a tracker may come back to it.
 */
#include "oracle.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum way {
	WAY_MALLOC,
	WAY_CALLOC,
	WAY_REALLOC,
	WAY_REALLOCARRAY,
	WAY_STRDUP,
	WAY_POSIX_MEMALIGN, /* from here on with an alignment */
	WAY_ALIGNED_ALLOC,
	WAY_MEMALIGN,
	WAY_VALLOC,
	WAY_PVALLOC,
	WAY_NEW, /* and the following: oracle-new.cpp */
	WAY_USER = WAY_NEW + NEW_WAYS, /* announced */
	WAYS,
};

#define PAGE_BYTES ((size_t) 4096)
#define EDGE_BYTES ((size_t) 16)

/* Where announced blocks are: a place of a page for each block, in address space where nothing else is. */
#define USER_PLACES ((size_t) 1 << 16)
static char *user_space;
static _Atomic unsigned char user_places[USER_PLACES];

static char text[PAGE_BYTES];

static bool has_pvalloc, is_glibc;
static void (*sized_free)(void *, size_t);
static void (*aligned_sized_free)(void *, size_t, size_t);

void block_prepare(void)
{
	if (user_space) {
		return;
	}
	user_space = mmap(NULL, USER_PLACES * PAGE_BYTES, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	EXPECT(user_space != MAP_FAILED);
	memset(text, 'x', sizeof(text) - 1);
	/* jemalloc has none, so it is glibc's, and nobody can free what it gives. */
	has_pvalloc = dlsym(RTLD_DEFAULT, "mallctl") == NULL;
	is_glibc = has_pvalloc && !dlsym(RTLD_DEFAULT, "mi_version") &&
		   !dlsym(RTLD_DEFAULT, "tc_version");
	*(void **) &sized_free = dlsym(RTLD_DEFAULT, "free_sized");
	*(void **) &aligned_sized_free = dlsym(RTLD_DEFAULT, "free_aligned_sized");
	EXPECT(sized_free != NULL && aligned_sized_free != NULL);
}

/* Keeps the compiler from knowing that a call is of malloc, or what its answer is. */
static void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

static size_t random_size(struct worker *worker)
{
	switch (random_below(worker, 40)) {
	case 0:
		return random_below(worker, (size_t) 3 << 20);
	case 1:
	case 2:
		return random_below(worker, 70000);
	case 3:
		return 0;
	case 4:
	case 5:
	case 6:
		return random_below(worker, 5000);
	default:
		return random_below(worker, 130);
	}
}

/* A place of its own for each block of up to a page; or for two, of which the first has 8 bytes at most. */
static void *user_allocate(struct worker *worker, size_t *size)
{
	for (;;) {
		const size_t place = random_below(worker, USER_PLACES);
		const unsigned char half = *size > 8 || random_below(worker, 2) ? 2 : 1;

		if (atomic_fetch_or(&user_places[place], half) & half) {
			continue;
		}
		*size %= half == 1 ? 9 : PAGE_BYTES - 8;
		return user_space + place * PAGE_BYTES + (half == 2 ? 8 : 0);
	}
}

static void user_give_place(const void *address)
{
	const size_t offset = (size_t) ((const char *) address - user_space);

	atomic_fetch_and(&user_places[offset / PAGE_BYTES],
			 (unsigned char) ~(offset % PAGE_BYTES ? 2 : 1));
}

/* The C library's own call of malloc. */
static void *make_string(size_t size)
{
	return kept(strndup(text, size - 1));
}

static void *memaligned(size_t alignment, size_t size)
{
	void *block = NULL;
	const int saved_errno = errno;
	const int error = posix_memalign(&block, alignment, size);

	EXPECT_EQUAL(errno, saved_errno);
	EXPECT_EQUAL(error, 0);
	return block;
}

/*
 * While no group is active, another thread may give what nobody owns to `root` just after operator new has been called: then it
 * is the C++ library's own call that is tracked, and that rounds the size up. So there the size is one that needs no rounding.
 */
static size_t size_for_new(unsigned int way, size_t size, size_t alignment)
{
	const size_t unit = way >= WAY_NEW + NEW_WAYS / 2 ? alignment : 1;

	if (allocspan_current_group_id() > ALLOCSPAN_ROOT_GROUP_ID) {
		return size;
	}
	return size < unit ? unit : size - size % unit;
}

/* How it is called may change the size. */
static void *allocate(struct worker *worker, unsigned int way, size_t *size, size_t alignment)
{
	const size_t parts = 1 + random_below(worker, 8);

	switch (way) {
	case WAY_MALLOC:
		return kept(malloc(*size));
	case WAY_CALLOC:
		*size -= *size % parts;
		return kept(calloc(*size / parts, parts));
	case WAY_REALLOC:
		return kept(realloc(kept(NULL), *size));
	case WAY_REALLOCARRAY:
		*size -= *size % parts;
		return kept(reallocarray(kept(NULL), parts, *size / parts));
	case WAY_STRDUP:
		*size = 1 + *size % (PAGE_BYTES - 1);
		return make_string(*size);
	case WAY_POSIX_MEMALIGN:
		return memaligned(alignment, *size);
	case WAY_ALIGNED_ALLOC:
		*size -= *size % alignment;
		return kept(aligned_alloc(alignment, *size));
	case WAY_MEMALIGN:
		return kept(memalign(alignment, *size));
	case WAY_VALLOC:
		return kept(valloc(*size));
	case WAY_PVALLOC:
		return has_pvalloc ? kept(pvalloc(*size)) : kept(valloc(*size));
	case WAY_USER:
		return user_allocate(worker, size);
	default:
		*size = size_for_new(way, *size, alignment);
		return kept(oracle_new(way - WAY_NEW, *size, alignment));
	}
}

static bool is_new(const struct block *block)
{
	return block->way >= WAY_NEW && block->way < WAY_USER;
}

/* Whether an alignment was asked for. */
static bool is_aligned(const struct block *block)
{
	return (block->way >= WAY_POSIX_MEMALIGN && block->way <= WAY_MEMALIGN) ||
	       (is_new(block) && block->way >= WAY_NEW + NEW_WAYS / 2);
}

/* The edges of each block have a pattern of its own: whoever else writes there is seen. */
static void fill(const struct block *block)
{
	const size_t edge = block->size < EDGE_BYTES ? block->size : EDGE_BYTES;

	if (block->way != WAY_USER && block->size) {
		memset(block->address, (int) (block->size & 0xff) ^ 0x5a, edge);
		memset(block->address + block->size - edge, (int) (block->size & 0xff) ^ 0x5a,
		       edge);
	}
}

static void check_filled(const struct block *block, size_t size)
{
	for (size_t i = 0; i < size && i < EDGE_BYTES && block->way != WAY_USER; i++) {
		EXPECT_EQUAL(block->address[i], (block->size & 0xff) ^ 0x5a);
	}
}

static void check_last(const struct block *block)
{
	if (block->way != WAY_USER && block->size) {
		EXPECT_EQUAL(block->address[block->size - 1], (block->size & 0xff) ^ 0x5a);
	}
}

/* Which group should own a block that is allocated now: one of the two. */
struct expected {
	uint64_t group_id;
	bool may_be_none; /* instead */
};

static struct expected expected_owner(const struct worker *worker)
{
	struct expected expected = { stack_active(worker->fiber),
				     oracle.tracking == SWITCH_THROWN };

	if (worker->inside || expected.group_id == GROUP_UNTRACKED ||
	    oracle.tracking == SWITCH_OFF) {
		expected.group_id = 0;
	} else if (expected.group_id == 0 && oracle.root != SWITCH_OFF) {
		expected.group_id = ALLOCSPAN_ROOT_GROUP_ID;
		expected.may_be_none |= oracle.root == SWITCH_THROWN;
	}
	return expected;
}

/* Accounts for a new block, which is not yet in the array. */
static void account_new(struct worker *worker, struct block *block, struct expected expected)
{
	block->group_id = allocspan_block_group_id(block->address);
	if (!(block->group_id == 0 && expected.may_be_none)) {
		EXPECT_EQUAL(block->group_id, expected.group_id);
	}
	account_alloc(block->group_id, block->size, worker->inside > 0);
	fill(block);
}

static void keep(struct worker *worker, struct block block)
{
	/* A tracker's work may have filled the array. */
	if (worker->block_count >= BLOCKS_MAX) {
		block_free(worker, &block);
	} else {
		worker->blocks[worker->block_count++] = block;
	}
}

/* What cannot be had: nothing is counted, and no tracker called. */
static void allocate_too_much(struct worker *worker)
{
	void *block = &block;

	switch (random_below(worker, 6)) {
	case 0:
		EXPECT(kept(malloc(PTRDIFF_MAX)) == NULL);
		break;
	case 1:
		EXPECT(kept(calloc(SIZE_MAX / 2, 3)) == NULL);
		break;
	case 2:
		EXPECT(kept(reallocarray(kept(NULL), SIZE_MAX / 2, 3)) == NULL);
		break;
	case 3:
		EXPECT_EQUAL(posix_memalign(&block, 64, PTRDIFF_MAX), ENOMEM);
		break;
	case 4:
		EXPECT_EQUAL(posix_memalign(&block, 3, 10), EINVAL);
		break;
	default:
		/* mimalloc as a C library ends the program where it would have to throw. */
		EXPECT(oracle_new(is_glibc ? (unsigned int) random_below(worker, NEW_WAYS) : 2,
				  PTRDIFF_MAX, 32) == NULL);
	}
	EXPECT(block == (void *) &block);
}

void block_allocate(struct worker *worker)
{
	struct block block = { 0 };
	struct expected expected = expected_owner(worker);

	if (random_below(worker, 200) == 0) {
		allocate_too_much(worker);
		return;
	}
	block.way = (uint32_t) random_below(worker, random_below(worker, 2) ? WAYS : WAY_STRDUP);
	block.size = random_size(worker);
	block.alignment = (size_t) 8 << random_below(worker, 8);
	block.address = allocate(worker, block.way, &block.size, block.alignment);
	EXPECT(block.address != NULL);
	if (block.way == WAY_USER) {
		EXPECT_EQUAL(allocspan_block_announce(block.address, block.size), 0);
	} else {
		EXPECT(malloc_usable_size(block.address) >= block.size);
	}
	/* Others do not always keep this, with or without the interposer. */
	if (is_glibc && is_aligned(&block)) {
		EXPECT_EQUAL((uintptr_t) block.address % block.alignment, 0);
	}
	account_new(worker, &block, expected);
	keep(worker, block);
}

/* Takes a random block out of the array. */
static bool take(struct worker *worker, struct block *block)
{
	size_t index;

	if (worker->block_count == 0) {
		return false;
	}
	index = random_below(worker, worker->block_count);
	*block = worker->blocks[index];
	worker->blocks[index] = worker->blocks[--worker->block_count];
	return true;
}

static size_t random_new_size(struct worker *worker, size_t size)
{
	switch (random_below(worker, 4)) {
	case 0:
		return size / 2 + 1;
	case 1:
		return size + 1 + random_below(worker, 100);
	case 2:
		return size ? size : 1;
	default:
		return 1 + random_size(worker);
	}
}

/* The old block is freed and announced again, for its own group whichever is active. */
static void reallocate_too_much(struct worker *worker, const struct block *block)
{
	EXPECT(kept(realloc(block->address, PTRDIFF_MAX)) == NULL);
	account_alloc(block->group_id, block->size, worker->inside > 0);
	account_free(block->group_id, block->size, worker->inside > 0);
	/* An overflow is found before anything is touched. */
	EXPECT(kept(reallocarray(block->address, SIZE_MAX / 2, 3)) == NULL);
	EXPECT_EQUAL(allocspan_block_group_id(block->address), block->group_id);
	check_filled(block, block->size);
	check_last(block);
}

void block_reallocate(struct worker *worker)
{
	struct expected expected = expected_owner(worker);
	struct block old, block;

	if (!take(worker, &old)) {
		return;
	}
	if (old.way >= WAY_POSIX_MEMALIGN) {
		keep(worker, old);
		return;
	}
	EXPECT_EQUAL(allocspan_block_group_id(old.address), old.group_id);
	if (random_below(worker, 20) == 0) {
		reallocate_too_much(worker, &old);
		keep(worker, old);
		return;
	}
	block = old;
	block.size = random_new_size(worker, old.size);
	block.address = random_below(worker, 2) ? kept(realloc(old.address, block.size)) :
						  kept(reallocarray(old.address, 1, block.size));
	EXPECT(block.address != NULL);
	account_free(old.group_id, old.size, worker->inside > 0);
	/* The old pattern is still there, as far as it goes. */
	old.address = block.address;
	check_filled(&old, old.size < block.size ? old.size : block.size);
	account_new(worker, &block, expected);
	keep(worker, block);
}

static void free_c(struct worker *worker, const struct block *block)
{
	void *answer;

	switch (random_below(worker, 8)) {
	case 0:
		sized_free(block->address, block->size);
		break;
	case 1:
		answer = kept(realloc(block->address, 0));
		/* glibc frees; others give a block of no bytes. */
		if (answer) {
			EXPECT(malloc_usable_size(answer) < PAGE_BYTES);
			struct block small = { .address = answer, .way = WAY_REALLOC };

			small.group_id = allocspan_block_group_id(answer);
			account_alloc(small.group_id, 0, worker->inside > 0);
			account_free(small.group_id, 0, worker->inside > 0);
			free(answer);
		}
		break;
	default:
		free(block->address);
	}
}

/* jemalloc's sized delete of an aligned block of no bytes breaks its heap. */
static unsigned int delete_turn(struct worker *worker, const struct block *block)
{
	return is_glibc || block->size ? (unsigned int) random_below(worker, 3) : 0;
}

/* The block must not be in the array any more. */
void block_free(struct worker *worker, struct block *block)
{
	EXPECT_EQUAL(allocspan_block_group_id(block->address), block->group_id);
	check_filled(block, block->size);
	check_last(block);
	if (block->way == WAY_USER) {
		EXPECT_EQUAL(allocspan_block_retire(block->address), block->group_id ? 0 : -ENOENT);
		user_give_place(block->address);
	} else if (is_new(block)) {
		oracle_delete(block->way - WAY_NEW, delete_turn(worker, block), block->address,
			      block->size, block->alignment);
	} else if (block->way == WAY_ALIGNED_ALLOC && random_below(worker, 2)) {
		aligned_sized_free(block->address, block->alignment, block->size);
	} else if (block->way >= WAY_POSIX_MEMALIGN) {
		free(block->address);
	} else {
		free_c(worker, block);
	}
	account_free(block->group_id, block->size, worker->inside > 0);
}

void block_free_random(struct worker *worker)
{
	struct block block;

	if (take(worker, &block)) {
		block_free(worker, &block);
	}
}
