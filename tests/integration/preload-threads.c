/* SPDX-License-Identifier: MIT */
/*
 * Under root tracking the memory of a program's threads is counted, and that of LTTng's is not: of threads that begin in one of
 * LTTng's libraries, for life, and of those that they make. Apart from that, threads are made as without the interposer.
 */
#include "claims.h"
#include "preload-threads.h"

#include <pthread.h>
#include <threads.h>
#include <unistd.h>

enum { SIZE = 100, ROUNDS = 1000 };

/* More than there is address space. */
#define TOO_LARGE_A_STACK ((size_t) 1 << 60)

static struct watched watch_root(void)
{
	return claim_watch(allocspan_token_get_root());
}

static void *allocate(void *unused)
{
	(void) unused;
	return kept(malloc(SIZE));
}

/* In all ways that change for a while why nothing is tracked. */
static void *allocate_in_many_ways(void *unused)
{
	struct allocspan_guard guard = allocspan_token_enter(allocspan_token_get_root());

	free(kept(reallocarray(kept(calloc(2, SIZE)), 3, SIZE)));
	free(kept(_Znwm(SIZE)));
	allocspan_guard_exit(&guard);
	free(kept(aligned_alloc(64, SIZE)));
	return allocate(unused);
}

static void *join(pthread_t thread)
{
	void *result = NULL;

	CHECK_EQUAL(pthread_join(thread, &result), 0);
	return result;
}

static void *run_in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	CHECK_EQUAL(pthread_create(&thread, NULL, function, argument), 0);
	return join(thread);
}

static void *run_in_lttng_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	CHECK_EQUAL(imitation_create(&thread, NULL, function, argument), 0);
	return join(thread);
}

static void a_thread_of_the_program_is_tracked(void)
{
	struct watched root = watch_root();
	void *block = run_in_thread(allocate, NULL);

	CHECK_COUNTED(root, 1, SIZE, 0, 0);
	free(block);
	CHECK_COUNTED(root, 1, SIZE, 1, SIZE);
}

static int allocate_and_free(void *unused)
{
	free(allocate(unused));
	return 0;
}

static void a_thread_that_the_c_library_makes_is_tracked(void)
{
	struct watched root = watch_root();
	thrd_t thread;

	CHECK_EQUAL(thrd_create(&thread, allocate_and_free, NULL), thrd_success);
	CHECK_EQUAL(thrd_join(thread, NULL), thrd_success);
	CHECK_COUNTED(root, 1, SIZE, 1, SIZE);
}

static void free_what_a_thread_allocates(void)
{
	imitation_new_hook = NULL;
	free(run_in_thread(allocate, NULL));
}

static void a_thread_that_is_made_inside_operator_new_is_tracked(void)
{
	struct watched root = watch_root();
	void *block;

	imitation_new_hook = free_what_a_thread_allocates;
	block = kept(_Znwm(1));
	CHECK_COUNTED(root, 2, SIZE + 1, 1, SIZE);
	free(block);
}

static void a_thread_that_begins_in_lttng_is_not_tracked(void)
{
	struct watched root = watch_root();
	void *block = run_in_lttng_thread(allocate_in_many_ways, NULL);

	CHECK(block != NULL);
	CHECK_EQUAL(allocspan_block_group_id(block), 0);
	free(block);
	CHECK_COUNTED(root, 0, 0, 0, 0);
}

static void *run_in_another(void *function)
{
	return run_in_thread((void *(*) (void *) ) function, NULL);
}

static void threads_that_it_makes_are_not_tracked(void)
{
	struct watched root = watch_root();

	free(run_in_lttng_thread(run_in_another, (void *) allocate_in_many_ways));
	CHECK_COUNTED(root, 0, 0, 0, 0);
}

static void *free_there(void *block)
{
	free(block);
	return NULL;
}

static void what_it_frees_of_the_programs_is_counted(void)
{
	struct watched root = watch_root();
	void *block = allocate(NULL);

	CHECK_COUNTED(root, 1, SIZE, 0, 0);
	run_in_lttng_thread(free_there, block);
	CHECK_COUNTED(root, 1, SIZE, 1, SIZE);
}

static void the_creator_is_tracked_as_before(void)
{
	struct watched root = watch_root();

	run_in_lttng_thread(free_there, NULL);
	free(allocate(NULL));
	CHECK_COUNTED(root, 1, SIZE, 1, SIZE);
}

/* Of the calling thread. */
static void *get_stack_bytes(void *unused)
{
	pthread_attr_t attributes;
	size_t bytes = 0;

	(void) unused;
	CHECK_EQUAL(pthread_getattr_np(pthread_self(), &attributes), 0);
	pthread_attr_getstacksize(&attributes, &bytes);
	pthread_attr_destroy(&attributes);
	return (void *) bytes;
}

static void it_has_the_attributes_that_were_asked_for(void)
{
	const size_t stack_bytes = (size_t) 1 << 18;
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack_bytes);
	CHECK_EQUAL(imitation_create(&thread, &attributes, get_stack_bytes, NULL), 0);
	CHECK_EQUAL((size_t) join(thread), stack_bytes);
	pthread_attr_destroy(&attributes);
}

/* Address space of this process, in pages. */
static long mapped_pages(void)
{
	char text[100] = "";
	FILE *file = fopen("/proc/self/statm", "r");

	if (file == NULL || fgets(text, sizeof(text), file) == NULL) {
		text[0] = 0;
	}
	if (file != NULL) {
		fclose(file);
	}
	return strtol(text, NULL, 10);
}

static void a_thread_that_cannot_be_made_is_told_and_leaves_nothing(void)
{
	const long before = mapped_pages();
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	CHECK_EQUAL(pthread_attr_setstacksize(&attributes, TOO_LARGE_A_STACK), 0);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQUAL(imitation_create(&thread, &attributes, allocate, NULL), EAGAIN);
	}
	CHECK_EQUAL(pthread_create(&thread, &attributes, allocate, NULL), EAGAIN);
	pthread_attr_destroy(&attributes);
	CHECK(mapped_pages() - before < ROUNDS);
}

static void threads_that_end_leave_nothing(void)
{
	long before;

	run_in_lttng_thread(free_there, NULL);
	before = mapped_pages();
	for (int i = 0; i < ROUNDS; i++) {
		run_in_lttng_thread(free_there, NULL);
	}
	CHECK(mapped_pages() - before < ROUNDS);
}

static void *wait_to_be_cancelled(void *unused)
{
	for (;;) {
		pause();
	}
	return unused;
}

static void it_can_be_cancelled_before_it_begins(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_t thread;

		CHECK_EQUAL(imitation_create(&thread, NULL, wait_to_be_cancelled, NULL), 0);
		CHECK_EQUAL(pthread_cancel(thread), 0);
		CHECK(join(thread) == PTHREAD_CANCELED);
	}
}

int main(int argc, char **argv)
{
	static const struct claim claims[] = {
		CLAIM(a_thread_of_the_program_is_tracked),
		CLAIM(a_thread_that_the_c_library_makes_is_tracked),
		CLAIM(a_thread_that_is_made_inside_operator_new_is_tracked),
		CLAIM(a_thread_that_begins_in_lttng_is_not_tracked),
		CLAIM(threads_that_it_makes_are_not_tracked),
		CLAIM(what_it_frees_of_the_programs_is_counted),
		CLAIM(the_creator_is_tracked_as_before),
		CLAIM(it_has_the_attributes_that_were_asked_for),
		CLAIM(a_thread_that_cannot_be_made_is_told_and_leaves_nothing),
		CLAIM(threads_that_end_leave_nothing),
		CLAIM(it_can_be_cancelled_before_it_begins),
	};

	allocspan_root_enable();
	return check_claims(claims, COUNT_OF(claims), argc, argv);
}
