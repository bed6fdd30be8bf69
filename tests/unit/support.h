/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests of the recording side share.
 *
 * They see the library only through its public headers, and run without the interposer: a block is
 * an address announced with allocspan_block_announce(). Asserts only on the thread that runs the test;
 * other threads leave what they saw for it.
 */
#ifndef TEST_UNIT_SUPPORT_H
#define TEST_UNIT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#include <cmocka.h>
}
#else
#include <cmocka.h>
#endif

#include <allocspan/allocspan.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sanitizers have memory and system calls of their own, and are slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Address space to announce blocks in; nothing is ever there. */
static inline char *address_space(size_t size_bytes)
{
	void *start = mmap(NULL, size_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			   -1, 0);

	assert_true(start != MAP_FAILED);
	return (char *) start;
}

static inline struct allocspan_token *registered(const char *name)
{
	struct allocspan_token *token = allocspan_token_register(name, NULL, 0);

	assert_non_null(token);
	return token;
}

static inline void announce_in(struct allocspan_token *token, void *address, size_t size_bytes)
{
	struct allocspan_guard guard = allocspan_token_enter(token);
	int status = allocspan_block_announce(address, size_bytes);

	allocspan_guard_exit(&guard);
	assert_int_equal(status, 0);
}

static inline struct allocspan_stats stats_of(const struct allocspan_token *token)
{
	struct allocspan_stats stats;

	assert_int_equal(allocspan_token_stats(token, &stats), 0);
	return stats;
}

static inline void assert_stats(const struct allocspan_token *token, uint64_t alloc_count,
				uint64_t alloc_bytes, uint64_t free_count, uint64_t free_bytes)
{
	const struct allocspan_stats stats = stats_of(token);

	assert_int_equal(stats.alloc_count, alloc_count);
	assert_int_equal(stats.alloc_bytes, alloc_bytes);
	assert_int_equal(stats.free_count, free_count);
	assert_int_equal(stats.free_bytes, free_bytes);
	assert_int_equal(stats.live_blocks, alloc_count - free_count);
	assert_int_equal(stats.live_bytes, alloc_bytes - free_bytes);
}

/* Memory of this process that is not backed by a file, in KiB. */
static inline long resident_kib(void)
{
	long pages = -1;
	long file_pages = -1;
	FILE *statm = fopen("/proc/self/statm", "r");

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%*d %ld %ld", &pages, &file_pages), 2);
	fclose(statm);
	return (pages - file_pages) * (sysconf(_SC_PAGESIZE) / 1024);
}

/* How often to repeat what shows a leak only if it is done often. */
static inline uint64_t rounds(uint64_t count)
{
	return SANITIZED ? count / 20 : count;
}

/* What was resident before has not grown by so many KiB. */
static inline void assert_grown_less(long before_kib, long limit_kib)
{
	if (!SANITIZED) {
		assert_true(resident_kib() - before_kib < limit_kib);
	}
}

/* Runs a function in a thread to its end. */
static inline void run_in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, function, argument), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/*
 * Lets the library take back what was released: it does so in batches, and this is some of them. A group that
 * waits for that may still be interned again.
 */
static inline void release_many_groups(void)
{
	for (int i = 0; i < 20000; i++) {
		allocspan_token_release(allocspan_token_register("released with many", NULL, 0));
	}
}

/* Whether the interned group `name` has gone: then the name gets a new id. */
static inline bool interned_group_is_gone(const char *name, uint64_t old_id)
{
	struct allocspan_token *token;
	bool is_gone;

	release_many_groups();
	token = allocspan_token_intern(name, NULL, 0);
	is_gone = allocspan_token_id(token) > old_id;
	allocspan_token_release(token);
	return is_gone;
}

/*
 * Runs a function in a child process and gives its result as the child's exit status, or minus the signal
 * that ended it. The thread sanitizer does not follow a fork: such a test is skipped there, so call this first.
 */
static inline int run_in_child(int (*function)(void))
{
	int status = 0;
	pid_t child;

#ifdef __SANITIZE_THREAD__
	skip();
#endif
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		_exit(function());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#endif
