/* SPDX-License-Identifier: MIT */
/*
 * Under the interposer every block is counted exactly once, with the size that was asked for, for the
 * group that was active, whoever frees it (DESIGN 4.3.1, 4.4.1 and 4.5.2).
 */
#include "claims.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

static struct allocspan_token *token, *other;

/* malloc(size) in a group. */
static void *malloc_in(struct allocspan_token *owner, size_t size)
{
	struct allocspan_guard guard = allocspan_token_enter(owner);
	void *block = kept(malloc(size));

	allocspan_guard_exit(&guard);
	return block;
}

static void *realloc_in(struct allocspan_token *owner, void *old, size_t size)
{
	struct allocspan_guard guard = allocspan_token_enter(owner);
	void *block = kept(realloc(old, size));

	allocspan_guard_exit(&guard);
	return block;
}

static void free_in(struct allocspan_token *current, void *block)
{
	struct allocspan_guard guard = allocspan_token_enter(current);

	free(block);
	allocspan_guard_exit(&guard);
}

static void malloc_and_free_count_the_requested_size(void)
{
	static const size_t sizes[] = { 0,   1,	  8,   15,   16,	 17,	  24,	   25,
					100, 127, 128, 1024, 128 * 1024, 1 << 20, 64 << 20 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct watched watched = claim_watch(token);
		void *block = malloc_in(token, sizes[i]);

		CHECK_COUNTED(watched, 1, sizes[i], 0, 0);
		CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(token));
		free(block);
		CHECK_COUNTED(watched, 1, sizes[i], 1, sizes[i]);
	}
}

static void each_size_up_to_4096_is_counted_exactly(void)
{
	static void *blocks[4097];
	struct watched watched = claim_watch(token);
	uint64_t bytes = 0;

	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		blocks[i] = malloc_in(token, i);
		memset(blocks[i], 0xff, malloc_usable_size(blocks[i]));
		bytes += i;
	}
	CHECK_COUNTED(watched, COUNT_OF(blocks), bytes, 0, 0);
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		free(blocks[i]);
	}
	CHECK_COUNTED(watched, COUNT_OF(blocks), bytes, COUNT_OF(blocks), bytes);
}

static void calloc_counts_the_product(void)
{
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *block = kept(calloc(7, 13));
	void *large = kept(calloc(1, 32 << 20));

	CHECK_COUNTED(watched, 2, 91 + (32 << 20), 0, 0);
	free(block);
	free(large);
	CHECK_COUNTED(watched, 2, 91 + (32 << 20), 2, 91 + (32 << 20));
	allocspan_guard_exit(&guard);
}

static void each_aligned_form_counts_the_requested_size(void)
{
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *blocks[6] = { NULL };

	CHECK_EQUAL(posix_memalign(&blocks[0], 64, 100), 0);
	blocks[1] = kept(aligned_alloc(256, 512));
	blocks[2] = kept(memalign(4096, 101));
	blocks[3] = kept(valloc(102));
	blocks[4] = kept(pvalloc(103));
	blocks[5] = kept(memalign(8, 104));
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 6, 100 + 512 + 101 + 102 + 103 + 104, 0, 0);
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		CHECK_EQUAL(allocspan_block_group_id(blocks[i]), allocspan_token_id(token));
		free(blocks[i]);
	}
	CHECK_COUNTED(watched, 6, 1022, 6, 1022);
}

static void the_c_librarys_own_calls_are_counted(void)
{
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);
	char *copy = kept(strdup("12345"));
	char *part = kept(strndup("12345", 3));
	char *text = NULL;

	CHECK_COUNTED(watched, 2, 10, 0, 0);
	CHECK_EQUAL(asprintf(&text, "%s", "x"), 1);
	allocspan_guard_exit(&guard);
	free(copy);
	free(part);
	CHECK_EQUAL(allocspan_block_group_id(text), allocspan_token_id(token));
	free(text);
}

static void c23_free_sized_and_free_aligned_sized_are_there_and_count(void)
{
	void (*sized)(void *, size_t) = NULL;
	void (*aligned_sized)(void *, size_t, size_t) = NULL;
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);

	*(void **) &sized = dlsym(RTLD_DEFAULT, "free_sized");
	*(void **) &aligned_sized = dlsym(RTLD_DEFAULT, "free_aligned_sized");
	CHECK(sized != NULL);
	CHECK(aligned_sized != NULL);
	if (sized != NULL && aligned_sized != NULL) {
		sized(kept(malloc(30)), 30);
		aligned_sized(kept(aligned_alloc(64, 128)), 64, 128);
		sized(NULL, 0);
		CHECK_COUNTED(watched, 2, 158, 2, 158);
	}
	allocspan_guard_exit(&guard);
}

static void free_of_null_counts_nothing(void)
{
	struct watched watched = claim_watch(token);

	free_in(token, NULL);
	CHECK_COUNTED(watched, 0, 0, 0, 0);
}

static void realloc_of_null_is_an_allocation(void)
{
	struct watched watched = claim_watch(token);
	void *block = realloc_in(token, NULL, 33);

	CHECK_COUNTED(watched, 1, 33, 0, 0);
	free(block);
	CHECK_COUNTED(watched, 1, 33, 1, 33);
}

static void realloc_is_a_free_of_the_old_and_an_allocation_of_the_new_size(void)
{
	/* Grows in place and by moving, shrinks, stays; small, and of pages of its own. */
	static const size_t sizes[] = { 10, 20,	     24,       2000, 100,     100,
					1,  4 << 20, 16 << 20, 5,    8 << 20, 24 };
	struct watched watched = claim_watch(token);
	uint64_t allocated = sizes[0], freed = 0;
	unsigned char *block = malloc_in(token, sizes[0]);

	block[0] = 0xab;
	for (size_t i = 1; i < COUNT_OF(sizes); i++) {
		/* Keeps what comes next in memory from being free, so that growing moves. */
		void *neighbour = kept(malloc(sizes[i - 1]));

		block = realloc_in(token, block, sizes[i]);
		allocated += sizes[i];
		freed += sizes[i - 1];
		CHECK_EQUAL(block[0], 0xab);
		CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(token));
		CHECK_COUNTED(watched, i + 1, allocated, i, freed);
		free(neighbour);
	}
	free(block);
	CHECK_COUNTED(watched, COUNT_OF(sizes), allocated, COUNT_OF(sizes), allocated);
}

static void realloc_gives_the_new_block_to_the_group_that_is_active_then(void)
{
	struct watched source = claim_watch(token);
	struct watched current = claim_watch(other);
	void *block = realloc_in(other, malloc_in(token, 40), 60);

	CHECK_COUNTED(source, 1, 40, 1, 40);
	CHECK_COUNTED(current, 1, 60, 0, 0);
	CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(other));
	free(block);
	CHECK_COUNTED(source, 1, 40, 1, 40);
	CHECK_COUNTED(current, 1, 60, 1, 60);
}

static void realloc_without_an_active_group_only_frees(void)
{
	struct watched watched = claim_watch(token);
	void *block = kept(realloc(malloc_in(token, 40), 60));

	CHECK_COUNTED(watched, 1, 40, 1, 40);
	CHECK_EQUAL(allocspan_block_group_id(block), 0);
	free(block);
	CHECK_COUNTED(watched, 1, 40, 1, 40);
}

static void realloc_of_an_untracked_block_only_allocates(void)
{
	struct watched watched = claim_watch(token);
	void *block = realloc_in(token, kept(malloc(40)), 60);

	CHECK_COUNTED(watched, 1, 60, 0, 0);
	free(block);
	CHECK_COUNTED(watched, 1, 60, 1, 60);
}

static void realloc_to_zero_only_frees(void)
{
	struct watched watched = claim_watch(token);
	void *block = realloc_in(token, malloc_in(token, 40), 0);

	CHECK(block == NULL);
	CHECK_COUNTED(watched, 1, 40, 1, 40);
}

/* Apart, because the compiler takes the block for freed. */
static bool __attribute__((noipa)) reallocarray_fails(void *block)
{
	return reallocarray(block, SIZE_MAX / 2, 3) == NULL;
}

static void a_failed_realloc_leaves_the_block_and_its_owner(void)
{
	struct watched watched = claim_watch(token);
	char *block = malloc_in(token, 40);
	struct allocspan_stats stats;

	strcpy(block, "still here");
	CHECK(realloc_in(other, block, PTRDIFF_MAX) == NULL);
	CHECK(reallocarray_fails(block));
	CHECK(strcmp(block, "still here") == 0);
	CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(token));
	allocspan_token_stats(token, &stats);
	CHECK_EQUAL(stats.live_blocks - watched.before.live_blocks, 1);
	CHECK_EQUAL(stats.live_bytes - watched.before.live_bytes, 40);
	free(block);
	allocspan_token_stats(token, &stats);
	CHECK_EQUAL(stats.live_blocks, watched.before.live_blocks);
	CHECK_EQUAL(stats.live_bytes, watched.before.live_bytes);
}

static void reallocarray_counts_the_product(void)
{
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *block = kept(reallocarray(NULL, 3, 11));

	block = kept(reallocarray(block, 5, 11));
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 2, 33 + 55, 1, 33);
	free(block);
	CHECK_COUNTED(watched, 2, 88, 2, 88);
}

static void what_fails_is_not_counted(void)
{
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *block = &block;

	CHECK(kept(malloc(PTRDIFF_MAX)) == NULL);
	CHECK(kept(calloc(SIZE_MAX / 2, 3)) == NULL);
	CHECK(kept(memalign(64, PTRDIFF_MAX)) == NULL);
	CHECK(kept(aligned_alloc(64, SIZE_MAX - 63)) == NULL);
	CHECK(kept(valloc(SIZE_MAX - 10)) == NULL);
	CHECK(kept(pvalloc(SIZE_MAX - 10)) == NULL);
	CHECK(kept(reallocarray(NULL, SIZE_MAX / 2, 3)) == NULL);
	CHECK_EQUAL(posix_memalign(&block, 64, PTRDIFF_MAX), ENOMEM);
	CHECK_EQUAL(posix_memalign(&block, 3, 10), EINVAL);
	CHECK(block == &block);
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 0, 0, 0, 0);
}

static void what_succeeds_keeps_errno(void)
{
	enum { UNTOUCHED = 4321 };
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *block;

	errno = UNTOUCHED;
	block = kept(malloc(10));
	CHECK_EQUAL(errno, UNTOUCHED);
	block = kept(realloc(block, 100000));
	CHECK_EQUAL(errno, UNTOUCHED);
	free(block);
	CHECK_EQUAL(errno, UNTOUCHED);
	block = kept(calloc(2, 10));
	CHECK_EQUAL(errno, UNTOUCHED);
	free(block);
	block = kept(aligned_alloc(64, 64));
	CHECK_EQUAL(errno, UNTOUCHED);
	free(block);
	CHECK_EQUAL(errno, UNTOUCHED);
	allocspan_guard_exit(&guard);
	CHECK_EQUAL(errno, UNTOUCHED);
}

static void a_block_freed_in_another_group_is_counted_for_its_own(void)
{
	struct watched source = claim_watch(token);
	struct watched current = claim_watch(other);

	free_in(other, malloc_in(token, 50));
	CHECK_COUNTED(source, 1, 50, 1, 50);
	CHECK_COUNTED(current, 0, 0, 0, 0);
}

static void *free_there(void *block)
{
	free_in(other, block);
	return NULL;
}

static void a_block_freed_on_another_thread_is_counted_for_its_own_group(void)
{
	struct watched source = claim_watch(token);
	struct watched current = claim_watch(other);
	void *block = malloc_in(token, 50);
	pthread_t thread;

	pthread_create(&thread, NULL, free_there, block);
	pthread_join(thread, NULL);
	CHECK_COUNTED(source, 1, 50, 1, 50);
	CHECK_COUNTED(current, 0, 0, 0, 0);
}

static void *allocate_there(void *unused)
{
	(void) unused;
	return malloc_in(token, 70);
}

static void a_block_of_a_thread_that_ended_is_counted_when_it_is_freed(void)
{
	struct watched watched = claim_watch(token);
	pthread_t thread;
	void *block = NULL;

	pthread_create(&thread, NULL, allocate_there, NULL);
	pthread_join(thread, &block);
	CHECK_COUNTED(watched, 1, 70, 0, 0);
	CHECK_EQUAL(allocspan_block_group_id(block), allocspan_token_id(token));
	free(block);
	CHECK_COUNTED(watched, 1, 70, 1, 70);
}

static void without_an_active_group_nothing_is_counted(void)
{
	struct watched root = claim_watch(allocspan_token_get_root());
	void *block = kept(malloc(10));

	CHECK_EQUAL(allocspan_block_group_id(block), 0);
	block = kept(realloc(block, 20));
	free(block);
	CHECK_COUNTED(root, 0, 0, 0, 0);
}

static void in_an_untracked_period_nothing_new_is_counted(void)
{
	struct watched watched = claim_watch(token);
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *tracked = kept(malloc(10));
	struct allocspan_guard untracked = allocspan_untracked_enter();
	void *block = kept(malloc(20));

	free(tracked);
	allocspan_guard_exit(&untracked);
	CHECK_EQUAL(allocspan_block_group_id(block), 0);
	free(block);
	allocspan_guard_exit(&guard);
	CHECK_COUNTED(watched, 1, 10, 1, 10);
}

static void while_tracking_is_disabled_only_old_blocks_are_followed(void)
{
	struct watched watched = claim_watch(token);
	void *tracked = malloc_in(token, 10);
	void *block;

	allocspan_tracking_disable();
	block = malloc_in(token, 20);
	free_in(token, tracked);
	allocspan_tracking_enable();
	free_in(token, block);
	CHECK_COUNTED(watched, 1, 10, 1, 10);
}

static void root_tracking_counts_what_no_group_owns(void)
{
	struct watched root = claim_watch(allocspan_token_get_root());
	void *block;

	allocspan_root_enable();
	block = kept(malloc(10));
	allocspan_root_disable();
	CHECK_EQUAL(allocspan_block_group_id(block), ALLOCSPAN_ROOT_GROUP_ID);
	CHECK_COUNTED(root, 1, 10, 0, 0);
	free(block);
	CHECK_COUNTED(root, 1, 10, 1, 10);
}

/* The C library's own entry points, which the interposer does not see. */
void *__libc_malloc(size_t size);
void __libc_free(void *block);

static void a_block_that_was_never_seen_is_passed_through(void)
{
	struct watched watched = claim_watch(token);
	void *block = kept(__libc_malloc(100));

	CHECK_EQUAL(allocspan_block_group_id(block), 0);
	free_in(token, block);
	CHECK_COUNTED(watched, 0, 0, 0, 0);
	block = realloc_in(token, kept(__libc_malloc(100)), 200);
	CHECK_COUNTED(watched, 1, 200, 0, 0);
	free(block);
	CHECK_COUNTED(watched, 1, 200, 1, 200);
}

static void a_free_that_was_never_seen_is_told_and_made_up_for(void)
{
	const uint64_t misuses_before = allocspan_misuse_count();
	struct watched first = claim_watch(token);
	struct watched second = claim_watch(other);
	void *block = malloc_in(token, 100);
	void *again;

	__libc_free(block);
	again = malloc_in(other, 100);
	/* glibc hands the block that was freed last out again. */
	if (again == block) {
		CHECK_COUNTED(first, 1, 100, 1, 100);
		CHECK_EQUAL(allocspan_misuse_count() - misuses_before, 1);
		claim_misuses++;
	}
	CHECK_COUNTED(second, 1, 100, 0, 0);
	CHECK_EQUAL(allocspan_block_group_id(again), allocspan_token_id(other));
	free(again);
	CHECK_COUNTED(second, 1, 100, 1, 100);
}

static void tracking_changes_no_address_and_no_usable_size(void)
{
	for (size_t size = 0; size < 3000; size += 7) {
		void *dormant = kept(malloc(size));
		const size_t usable = malloc_usable_size(dormant);
		void *tracked;

		/* glibc hands the block that was freed last out again. */
		free(dormant);
		tracked = malloc_in(token, size);
		CHECK(tracked == dormant || getenv("ALLOCSPAN_TEST_REENTER") != NULL);
		CHECK_EQUAL(malloc_usable_size(tracked), usable);
		free(tracked);
	}
}

static void the_program_may_fill_the_usable_size(void)
{
	struct watched watched = claim_watch(token);
	void *blocks[200];
	uint64_t bytes = 0;

	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		blocks[i] = malloc_in(token, i);
		bytes += i;
		memset(blocks[i], 0xff, malloc_usable_size(blocks[i]));
	}
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		free(blocks[i]);
	}
	CHECK_COUNTED(watched, COUNT_OF(blocks), bytes, COUNT_OF(blocks), bytes);
}

enum { THREADS = 4, ROUNDS = 20000, KEPT = 256 };

/* Each thread replaces random blocks of a table that all share, so that most are freed elsewhere. */
static void *table[KEPT];

struct worker {
	pthread_t thread;
	uint64_t bytes, count;
	uint32_t random;
};

static void *replace_blocks(void *argument)
{
	struct worker *mine = argument;
	struct allocspan_guard guard = allocspan_token_enter(token);

	for (int i = 0; i < ROUNDS; i++) {
		void *block, *previous;
		size_t size;

		mine->random = mine->random * 1664525 + 1013904223;
		size = mine->random >> 20;
		block = kept(malloc(size));
		mine->bytes += size;
		mine->count++;
		previous = __atomic_exchange_n(&table[mine->random >> 8 & (KEPT - 1)], block,
					       __ATOMIC_ACQ_REL);
		free(previous);
	}
	allocspan_guard_exit(&guard);
	return NULL;
}

static void threads_that_free_each_others_blocks_are_counted_exactly(void)
{
	struct watched watched = claim_watch(token);
	struct worker workers[THREADS];
	uint64_t bytes = 0, live_count = 0;

	for (uint32_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .random = i };
		pthread_create(&workers[i].thread, NULL, replace_blocks, &workers[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		bytes += workers[i].bytes;
	}
	for (int i = 0; i < KEPT; i++) {
		live_count += table[i] != NULL;
		free(table[i]);
		table[i] = NULL;
	}
	CHECK(live_count > 0);
	CHECK_COUNTED(watched, THREADS * ROUNDS, bytes, THREADS * ROUNDS, bytes);
}

static void *allocate_and_leave(void *leave)
{
	struct allocspan_guard guard = allocspan_token_enter(token);
	void *block = kept(malloc(16));

	free(kept(calloc(2, 50)));
	block = kept(realloc(block, 200));
	if (!leave) {
		free(block);
	}
	allocspan_guard_exit(&guard);
	return leave ? block : NULL;
}

static void a_thousand_short_lived_threads_are_counted_exactly(void)
{
	enum { SHORT_LIVED = 1000 };
	struct watched watched = claim_watch(token);

	for (int i = 0; i < SHORT_LIVED; i++) {
		pthread_t thread;
		void *block = NULL;

		CHECK_EQUAL(pthread_create(&thread, NULL, allocate_and_leave, i % 2 ? token : NULL),
			    0);
		pthread_join(thread, &block);
		free(block);
	}
	CHECK_COUNTED(watched, 3 * SHORT_LIVED, 316 * SHORT_LIVED, 3 * SHORT_LIVED,
		      316 * SHORT_LIVED);
}

static pthread_key_t key;

/*
 * Comes back until the C library calls no destructors any more. It was made after the library's own, and so
 * runs after it, in each round. In the last one nothing can be entered, but blocks are still followed.
 */
static void use_the_heap_at_thread_end(void *block)
{
	static _Thread_local int rounds;

	if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
		free(malloc_in(token, 3));
		pthread_setspecific(key, block);
	} else {
		free(block);
	}
}

static void *set_key(void *unused)
{
	(void) unused;
	pthread_setspecific(key, malloc_in(token, 5));
	return NULL;
}

static void destructors_of_an_ending_thread_are_counted(void)
{
	enum { ENDING = 10, SMALL = PTHREAD_DESTRUCTOR_ITERATIONS - 1 };
	struct watched watched = claim_watch(token);
	pthread_t thread;

	pthread_key_create(&key, use_the_heap_at_thread_end);
	for (int i = 0; i < ENDING; i++) {
		pthread_create(&thread, NULL, set_key, NULL);
		pthread_join(thread, NULL);
	}
	pthread_key_delete(key);
	CHECK_COUNTED(watched, ENDING * (1 + SMALL), ENDING * (5 + 3 * SMALL), ENDING * (1 + SMALL),
		      ENDING * (5 + 3 * SMALL));
}

static const struct claim claims[] = {
	CLAIM(malloc_and_free_count_the_requested_size),
	CLAIM(each_size_up_to_4096_is_counted_exactly),
	CLAIM(calloc_counts_the_product),
	CLAIM(each_aligned_form_counts_the_requested_size),
	CLAIM(the_c_librarys_own_calls_are_counted),
	CLAIM(c23_free_sized_and_free_aligned_sized_are_there_and_count),
	CLAIM(free_of_null_counts_nothing),
	CLAIM(realloc_of_null_is_an_allocation),
	CLAIM(realloc_is_a_free_of_the_old_and_an_allocation_of_the_new_size),
	CLAIM(realloc_gives_the_new_block_to_the_group_that_is_active_then),
	CLAIM(realloc_without_an_active_group_only_frees),
	CLAIM(realloc_of_an_untracked_block_only_allocates),
	CLAIM(realloc_to_zero_only_frees),
	CLAIM(a_failed_realloc_leaves_the_block_and_its_owner),
	CLAIM(reallocarray_counts_the_product),
	CLAIM(what_fails_is_not_counted),
	CLAIM(what_succeeds_keeps_errno),
	CLAIM(a_block_freed_in_another_group_is_counted_for_its_own),
	CLAIM(a_block_freed_on_another_thread_is_counted_for_its_own_group),
	CLAIM(a_block_of_a_thread_that_ended_is_counted_when_it_is_freed),
	CLAIM(without_an_active_group_nothing_is_counted),
	CLAIM(in_an_untracked_period_nothing_new_is_counted),
	CLAIM(while_tracking_is_disabled_only_old_blocks_are_followed),
	CLAIM(root_tracking_counts_what_no_group_owns),
	CLAIM(a_block_that_was_never_seen_is_passed_through),
	CLAIM(a_free_that_was_never_seen_is_told_and_made_up_for),
	CLAIM(tracking_changes_no_address_and_no_usable_size),
	CLAIM(the_program_may_fill_the_usable_size),
	CLAIM(threads_that_free_each_others_blocks_are_counted_exactly),
	CLAIM(a_thousand_short_lived_threads_are_counted_exactly),
	CLAIM(destructors_of_an_ending_thread_are_counted),
};

int main(int argc, char **argv)
{
	token = allocspan_token_register("counted", NULL, 0);
	other = allocspan_token_register("other", NULL, 0);
	/* So that the claims start with stdio's buffer in place. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return check_claims(claims, COUNT_OF(claims), argc, argv);
}
