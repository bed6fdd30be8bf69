/* SPDX-License-Identifier: MIT */
/*
 * Claims about a program that runs under the interposer, where a test framework would be in the way: each
 * is a function, and its name says what holds. `program` checks all, `program CLAIM` one.
 *
 * Rules:
 * - nothing here allocates while the claims pass;
 * - ALLOCSPAN_TEST_REENTER=tracker runs them with a tracker that allocates, frees, enters groups and spoils errno in
 *   every callback, ALLOCSPAN_TEST_REENTER=timer with a signal handler that enters and exits guards all the
 *   time: no claim may come out differently.
 */
#ifndef TEST_INTEGRATION_CLAIMS_H
#define TEST_INTEGRATION_CLAIMS_H

#include <allocspan/allocspan.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct claim {
	const char *name;
	void (*check)(void);
};

#define CLAIM(name)                                                                                \
	{                                                                                          \
#name, name                                                                        \
	}

static const char *claim_name;
static int claim_failures;
static uint64_t claim_misuses; /* made on purpose, and checked by the claim */

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			claim_failures++;                                                          \
			fprintf(stderr, "%s: %s:%d: not so: %s\n", claim_name, __FILE__, __LINE__, \
				#condition);                                                       \
		}                                                                                  \
	} while (0)

#define CHECK_EQUAL(actual, expected)                                                              \
	check_equal((uint64_t) (actual), (uint64_t) (expected), #actual, __FILE__, __LINE__)

static inline void check_equal(uint64_t actual, uint64_t expected, const char *what,
			       const char *file, int line)
{
	if (actual != expected) {
		claim_failures++;
		fprintf(stderr, "%s: %s:%d: %s is %ld instead of %ld\n", claim_name, file, line,
			what, (long) actual, (long) expected);
	}
}

/* Keeps the compiler from knowing what a pointer points to, or that nobody looks. */
static inline void *kept(void *pointer)
{
	__asm__ volatile("" : "+r"(pointer) : : "memory");
	return pointer;
}

/* What a group counted since claim_watch(). */
struct watched {
	struct allocspan_token *token;
	struct allocspan_stats before;
};

static inline struct watched claim_watch(struct allocspan_token *token)
{
	struct watched watched = { token, { 0, 0, 0, 0, 0, 0 } };

	allocspan_token_stats(token, &watched.before);
	return watched;
}

#define CHECK_COUNTED(watched, alloc_count, alloc_bytes, free_count, free_bytes)                   \
	check_counted(&(watched), alloc_count, alloc_bytes, free_count, free_bytes, __FILE__,      \
		      __LINE__)

static inline void check_counted(const struct watched *watched, uint64_t alloc_count,
				 uint64_t alloc_bytes, uint64_t free_count, uint64_t free_bytes,
				 const char *file, int line)
{
	const struct allocspan_stats *before = &watched->before;
	struct allocspan_stats now;

	allocspan_token_stats(watched->token, &now);
	check_equal(now.alloc_count - before->alloc_count, alloc_count, "alloc_count", file, line);
	check_equal(now.alloc_bytes - before->alloc_bytes, alloc_bytes, "alloc_bytes", file, line);
	check_equal(now.free_count - before->free_count, free_count, "free_count", file, line);
	check_equal(now.free_bytes - before->free_bytes, free_bytes, "free_bytes", file, line);
	check_equal(now.live_blocks, now.alloc_count - now.free_count, "live_blocks", file, line);
	check_equal(now.live_bytes, now.alloc_bytes - now.free_bytes, "live_bytes", file, line);
}

static struct allocspan_token *reentry_token;

static inline void reenter(void)
{
	struct allocspan_guard guard = allocspan_token_enter(reentry_token);
	void *block = kept(malloc(100));

	block = kept(realloc(block, 1000));
	free(block);
	free(kept(strdup("inside a tracker")));
	errno = 77;
	allocspan_guard_exit(&guard);
}

static inline void reentering_allocated(void *user, void *addr, size_t size, size_t usable_size,
					const struct allocspan_group *group)
{
	(void) user;
	(void) addr;
	(void) size;
	(void) usable_size;
	(void) group;
	reenter();
}

static inline void reentering_deallocated(void *user, void *addr, size_t size, size_t usable_size,
					  const struct allocspan_group *source_group,
					  const struct allocspan_group *current_group)
{
	(void) current_group;
	reentering_allocated(user, addr, size, usable_size, source_group);
}

static const struct itimerval in_100_us = { { 0, 0 }, { 0, 100 } };

static inline void enter_and_exit_on_signal(int signal_number)
{
	struct allocspan_guard outer = allocspan_token_enter(reentry_token);
	struct allocspan_guard inner = allocspan_untracked_enter();

	(void) signal_number;
	allocspan_guard_exit(&outer);
	allocspan_guard_exit(&inner);
	/* Armed anew each time, so that a slow machine gets on in between. */
	setitimer(ITIMER_REAL, &in_100_us, NULL);
}

static inline void start_reentering(void)
{
	const char *how = getenv("ALLOCSPAN_TEST_REENTER");

	if (how == NULL) {
		return;
	}
	reentry_token = allocspan_token_register("reentry", NULL, 0);
	if (strcmp(how, "tracker") == 0) {
		const struct allocspan_tracker tracker = { reentering_allocated,
							   reentering_deallocated, NULL };

		CHECK_EQUAL(allocspan_tracker_set(&tracker), 0);
	} else if (strcmp(how, "timer") == 0) {
		struct sigaction action;

		memset(&action, 0, sizeof(action));
		action.sa_handler = enter_and_exit_on_signal;
		action.sa_flags = SA_RESTART;
		sigaction(SIGALRM, &action, NULL);
		setitimer(ITIMER_REAL, &in_100_us, NULL);
	}
}

static inline int check_claims(const struct claim *claims, size_t count, int argc, char **argv)
{
	size_t checked = 0;

	claim_name = "start";
	start_reentering();
	for (size_t i = 0; i < count; i++) {
		const int failures = claim_failures;

		if (argc > 1 && strcmp(argv[1], claims[i].name) != 0) {
			continue;
		}
		claim_name = claims[i].name;
		claims[i].check();
		printf("%s %s\n", claim_failures == failures ? "ok" : "FAILED", claims[i].name);
		checked++;
	}
	claim_name = "end";
	CHECK(checked > 0);
	CHECK_EQUAL(allocspan_missed_count(), 0);
	CHECK_EQUAL(allocspan_misuse_count(), claim_misuses);
	if (reentry_token != NULL) {
		struct watched reentry = { reentry_token, { 0, 0, 0, 0, 0, 0 } };

		CHECK_COUNTED(reentry, 0, 0, 0, 0);
	}
	return claim_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
