/* SPDX-License-Identifier: MIT */
/*
 * The oracle: a program of random allocation calls on many threads, groups, spans, contexts and fibers, that keeps an account
 * of its own and compares it with everything that the library says (DESIGN 4.3.1, 4.4.1, 4.5.2).
 *
 *    oracle.c          arguments, rounds, phases
 *    oracle-worker.c   what a thread does, at random
 *    oracle-stack.c    the model of what is entered: which group is active, by the rules of DESIGN 4.2
 *    oracle-block.c    each way to allocate and free      oracle-new.cpp   the C++ ones
 *    oracle-account.c  what each group should have counted
 *    oracle-tracker.c  what the tracker saw, and work inside of its callbacks
 *    oracle-timer.c    a signal handler that enters and exits all the time
 *
 * Rules:
 * - the account is made from the model and from what the allocator answered, never from what the library says. Where two
 *   threads race (a switch is thrown, a span's token replaced), the library may answer one of several things, which are
 *   listed; the account goes on with that answer;
 * - comparisons are exact, at moments when no worker runs;
 * - nothing here allocates but the calls that are tested, so that every block is accounted for.
 */
#ifndef TEST_INTEGRATION_ORACLE_H
#define TEST_INTEGRATION_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#else

#include <allocspan/allocspan.h>

#include <stdatomic.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- oracle.c */

enum oracle_mode {
	MODE_PLAIN,
	MODE_TRACKER, /* a tracker counts */
	MODE_REENTERED, /* it also works at random, inside of each callback */
	MODE_TIMER, /* a signal handler enters and exits */
};

enum switch_state {
	SWITCH_OFF,
	SWITCH_ON,
	SWITCH_THROWN, /* all the time, by all */
};

struct oracle {
	enum oracle_mode mode;
	uint64_t seed; /* of this round */
	unsigned int rounds, threads, steps, seconds;
	const char *account_path;
	enum switch_state tracking, root; /* in this phase */
};

extern struct oracle oracle;

/* Reports what is wrong, with the arguments that bring it back, and ends the program. */
_Noreturn void oracle_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			oracle_fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition);          \
		}                                                                                  \
	} while (0)

#define EXPECT_EQUAL(actual, expected)                                                             \
	do {                                                                                       \
		const uint64_t actual_value = (uint64_t) (actual);                                 \
		const uint64_t expected_value = (uint64_t) (expected);                             \
		if (actual_value != expected_value) {                                              \
			oracle_fail("%s:%d: %s is %llu instead of %llu", __FILE__, __LINE__,       \
				    #actual, (unsigned long long) actual_value,                    \
				    (unsigned long long) expected_value);                          \
		}                                                                                  \
	} while (0)

/* ---- oracle-account.c */

struct count {
	_Atomic uint64_t alloc_count, alloc_bytes, free_count, free_bytes;
};

enum group_trait {
	GROUP_CONTENDED = 1, /* attached to a span that all threads change */
	GROUP_FOREIGN = 2, /* the C library may allocate in it too: only a lower bound is known */
};

struct account {
	struct count own;
	struct count seen; /* by the tracker */
	struct count hidden; /* from the tracker: done inside of its callbacks */
	uint32_t number; /* its name and tags follow from this */
	_Atomic uint32_t traits;
};

void account_start(void);
struct account *account_of(uint64_t group_id);
uint64_t account_last_id(void);

/* Sums over all threads of what the trace should say of spans, and of misuse. */
extern struct span_sums {
	_Atomic uint64_t enters, exits;
	struct count inside;
	_Atomic uint64_t misuses;
} span_sums;

/* A group whose name and tags follow from a number; a new one, or the one that is interned under it. */
struct allocspan_token *account_register(uint32_t number, uint32_t traits);
struct allocspan_token *account_intern(uint32_t number);

/* Whether a group has the name and tags of its account. */
void account_check_view(const struct allocspan_group *group);

void account_alloc(uint64_t group_id, size_t size, bool is_hidden);
void account_free(uint64_t group_id, size_t size, bool is_hidden);

/* Compares a group's counters with its account; no worker may run. */
void account_compare(const struct allocspan_token *token);

/* Compares the tracker's view of all groups; and that nothing lives, if `is_over`. */
void account_compare_all(bool is_over);

/* Writes the account of all groups, for oracle-trace.py. */
void account_write(const char *path);

/* ---- oracle-stack.c */

#define GROUP_INHERITED UINT64_MAX
#define GROUP_UNTRACKED (UINT64_MAX - 1)
#define DEPTH_MAX 40

enum entry_kind { ENTRY_TOKEN, ENTRY_SPAN, ENTRY_CONTEXT };

struct totals {
	uint64_t alloc_count, alloc_bytes, free_count, free_bytes;
};

struct entry {
	struct allocspan_guard guard;
	enum entry_kind kind;
	bool is_pinned; /* a thread's inherited context: not exited by the worker */
	uint64_t group_id; /* or GROUP_INHERITED, GROUP_UNTRACKED, 0 */
	uint64_t span_id;
	struct totals totals; /* of the fiber when it was entered */
};

struct fiber {
	struct allocspan_fiber *fiber;
	size_t depth;
	struct entry entries[DEPTH_MAX];
	struct totals totals; /* of all that was done on it */
};

/* What is active by the model: a group's id, 0, or GROUP_UNTRACKED. */
uint64_t stack_active(const struct fiber *fiber);
uint64_t stack_span(const struct fiber *fiber);

void stack_enter_token(struct fiber *fiber, struct allocspan_token *token);
void stack_enter_untracked(struct fiber *fiber);
/* `group_id` of the attached token or GROUP_INHERITED; 0 for a contended span. */
void stack_enter_span(struct fiber *fiber, struct allocspan_span *span, uint64_t group_id);
void stack_enter_context(struct fiber *fiber, const struct allocspan_context *context,
			 uint64_t group_id, uint64_t span_id);
/* One that was entered by allocspan_thread_create(). */
void stack_pin_context(struct fiber *fiber, uint64_t group_id, uint64_t span_id);

void stack_exit(struct fiber *fiber, size_t index);
/* Forgets an entry that the library exits by itself, with what the trace says of it. */
void stack_forget(struct fiber *fiber, size_t index);
void stack_unwind(struct fiber *fiber, const struct allocspan_mark *mark, size_t depth);

/* Whether the library agrees. */
void stack_check(const struct fiber *fiber);

/* ---- oracle-worker.c */

#define BLOCKS_MAX 256
#define HELD_MAX 12

struct block {
	unsigned char *address;
	size_t size, alignment;
	uint64_t group_id; /* owner, or 0 */
	uint32_t way; /* how it was allocated: oracle-block.c */
};

struct held_token {
	struct allocspan_token *token;
};

struct held_span {
	struct allocspan_span *span;
	uint64_t group_id; /* attached, or GROUP_INHERITED */
};

struct held_context {
	struct allocspan_context context;
	uint64_t group_id, span_id;
};

struct worker {
	uint64_t random;
	unsigned int index;
	unsigned int inside; /* of so many tracker callbacks */
	size_t floor; /* entries below belong to the work that the callback interrupted */
	bool inherits;
	struct fiber *fiber;
	struct fiber own;
	struct block blocks[BLOCKS_MAX];
	size_t block_count;
	struct held_token tokens[HELD_MAX];
	size_t token_count;
	struct held_span spans[HELD_MAX];
	size_t span_count;
	struct held_context contexts[HELD_MAX];
	size_t context_count;
};

extern _Thread_local struct worker *this_worker;

uint64_t random_next(struct worker *worker);
/* 0 to limit - 1. */
uint64_t random_below(struct worker *worker, uint64_t limit);

/* For all workers of a round; made and ended when none runs. */
void worker_prepare_round(void);
void worker_end_round(void);
void worker_compare_round(void);

/* Enters, on the main thread, the context that the next thread inherits. */
void worker_enter_inheritance(struct worker *heir);

void worker_start(struct worker *worker);
void worker_step(struct worker *worker);
/* Gives up everything: some of it to others, who end later, or to worker_end_round(). */
void worker_end(struct worker *worker);

/* ---- oracle-block.c */

void block_prepare(void);
void block_allocate(struct worker *worker);
void block_reallocate(struct worker *worker);
void block_free_random(struct worker *worker);
void block_free(struct worker *worker, struct block *block);

/* ---- oracle-tracker.c, oracle-timer.c */

void tracker_start(void);
void timer_start(void);
void timer_start_thread(void);
void timer_stop_thread(void);

#endif

/* ---- oracle-new.cpp */

#define NEW_WAYS 8
/* Each operator new; without memory NULL, whether it throws or not. */
void *oracle_new(unsigned int way, size_t size, size_t alignment);
/* The operators delete that go with it, by turns. */
void oracle_delete(unsigned int way, unsigned int turn, void *block, size_t size, size_t alignment);

#ifdef __cplusplus
}
#endif

#endif
