/* SPDX-License-Identifier: MIT */
/*
 * What a thread does, at random; see oracle.h.
 *
 * What is handed over between threads goes through `shared`, under a mutex; no tested call is made while it is held.
 */
#include "oracle.h"

#include <pthread.h>
#include <string.h>

#define SHARED_BLOCKS 128
#define SHARED_HELD 16
#define SHARED_FIBERS 16
#define COMMON 6
#define AUDITED_MAX 400
#define INTERNED_FIRST 500000

_Thread_local struct worker *this_worker;

/* Fixed while a round runs: entered by all, at once. */
static struct allocspan_token *common[COMMON];
static struct allocspan_span *common_spans[COMMON]; /* with the token of the same place */
static struct allocspan_span *contended[COMMON]; /* with tokens that all replace */
static struct allocspan_context inheritance;
static uint64_t inheritance_group_id;

static struct {
	pthread_mutex_t mutex;
	struct block blocks[SHARED_BLOCKS];
	size_t block_count;
	struct held_token tokens[SHARED_HELD];
	size_t token_count;
	struct held_span spans[SHARED_HELD];
	size_t span_count;
	struct held_context contexts[SHARED_HELD];
	size_t context_count;
	struct fiber *fibers[SHARED_FIBERS];
	size_t fiber_count;
	/* References of the round's own: these groups are compared until its end. */
	struct allocspan_token *audited[AUDITED_MAX];
	size_t audited_count;
} shared = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* Fibers that may move between threads. */
static struct fiber fiber_pool[SHARED_FIBERS];
static bool is_fiber_used[SHARED_FIBERS]; /* protected by the mutex */

uint64_t random_next(struct worker *worker)
{
	/* splitmix64 */
	uint64_t mixed = worker->random += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

uint64_t random_below(struct worker *worker, uint64_t limit)
{
	return random_next(worker) % limit;
}

/* Moves one thing between two arrays, at random places: mine and the shared ones. */
#define HAND_OVER(worker, mine, mine_count, mine_max, theirs, theirs_count, theirs_max)            \
	do {                                                                                       \
		pthread_mutex_lock(&shared.mutex);                                                 \
		if (random_below(worker, 2)) {                                                     \
			MOVE(worker, mine, mine_count, theirs, theirs_count, theirs_max);          \
		} else {                                                                           \
			MOVE(worker, theirs, theirs_count, mine, mine_count, mine_max);            \
		}                                                                                  \
		pthread_mutex_unlock(&shared.mutex);                                               \
	} while (0)

#define MOVE(worker, from, from_count, to, to_count, to_max)                                       \
	do {                                                                                       \
		if ((from_count) > 0 && (to_count) < (to_max)) {                                   \
			const size_t moved = random_below(worker, from_count);                     \
			(to)[(to_count)++] = (from)[moved];                                        \
			(from)[moved] = (from)[--(from_count)];                                    \
		}                                                                                  \
	} while (0)

static void hand_over_blocks(struct worker *worker)
{
	for (int i = 0; i < 8; i++) {
		HAND_OVER(worker, worker->blocks, worker->block_count, BLOCKS_MAX, shared.blocks,
			  shared.block_count, SHARED_BLOCKS);
	}
}

static void hand_over_held(struct worker *worker)
{
	HAND_OVER(worker, worker->tokens, worker->token_count, HELD_MAX, shared.tokens,
		  shared.token_count, SHARED_HELD);
	HAND_OVER(worker, worker->spans, worker->span_count, HELD_MAX, shared.spans,
		  shared.span_count, SHARED_HELD);
	HAND_OVER(worker, worker->contexts, worker->context_count, HELD_MAX, shared.contexts,
		  shared.context_count, SHARED_HELD);
}

static void audit(struct allocspan_token *token)
{
	pthread_mutex_lock(&shared.mutex);
	if (shared.audited_count < AUDITED_MAX) {
		shared.audited[shared.audited_count++] = allocspan_token_retain(token);
	}
	pthread_mutex_unlock(&shared.mutex);
}

static struct allocspan_token *new_token(struct worker *worker, uint32_t traits)
{
	const uint32_t number = (uint32_t) random_below(worker, 100);
	struct allocspan_token *token;

	if (!traits && random_below(worker, 3) == 0) {
		token = account_intern(INTERNED_FIRST + number % 5);
	} else {
		token = account_register(number, traits);
	}
	if (random_below(worker, 4) == 0) {
		audit(token);
	}
	return token;
}

/* A token that this worker may use now, which is its own or common. */
static struct allocspan_token *any_token(struct worker *worker)
{
	if (worker->token_count > 0 && random_below(worker, 3)) {
		return worker->tokens[random_below(worker, worker->token_count)].token;
	}
	return common[random_below(worker, COMMON)];
}

static void change_tokens(struct worker *worker)
{
	size_t index;

	if (worker->token_count < HELD_MAX && random_below(worker, 2)) {
		struct allocspan_token *token = random_below(worker, 4) ?
							new_token(worker, 0) :
							allocspan_token_retain(any_token(worker));

		worker->tokens[worker->token_count++].token = token;
	} else if (worker->token_count > 0) {
		struct allocspan_token *token;

		/* Often active somewhere, and with live blocks. */
		index = random_below(worker, worker->token_count);
		token = worker->tokens[index].token;
		worker->tokens[index] = worker->tokens[--worker->token_count];
		allocspan_token_release(token);
	}
}

static void contend(struct worker *worker)
{
	struct allocspan_token *token = new_token(worker, GROUP_CONTENDED);

	EXPECT_EQUAL(allocspan_span_attach(contended[random_below(worker, COMMON)], token), 0);
	allocspan_token_release(token);
}

static void change_attachment(struct worker *worker, struct held_span *held)
{
	if (random_below(worker, 3) == 0) {
		EXPECT(allocspan_span_detach(held->span) ==
		       (held->group_id == GROUP_INHERITED ? -2 /* ENOENT */ : 0));
		held->group_id = GROUP_INHERITED;
	} else {
		struct allocspan_token *token = any_token(worker);

		EXPECT_EQUAL(allocspan_span_attach(held->span, token), 0);
		held->group_id = allocspan_token_id(token);
	}
}

static void change_spans(struct worker *worker)
{
	const uint64_t what = random_below(worker, 4);

	if (what == 0) {
		contend(worker);
	} else if (worker->span_count < HELD_MAX && what == 1) {
		struct held_span *held = &worker->spans[worker->span_count++];

		held->span = allocspan_span_create("of a worker");
		held->group_id = GROUP_INHERITED;
		EXPECT(held->span != NULL);
	} else if (worker->span_count > 0 && what == 2) {
		/* It may be entered, here and elsewhere. */
		allocspan_span_release(worker->spans[--worker->span_count].span);
	} else if (worker->span_count > 0) {
		change_attachment(worker, &worker->spans[random_below(worker, worker->span_count)]);
	}
}

static void change_contexts(struct worker *worker)
{
	if (worker->context_count < HELD_MAX && random_below(worker, 2)) {
		struct held_context *held = &worker->contexts[worker->context_count++];

		held->context = allocspan_context_capture();
		held->group_id = stack_active(worker->fiber);
		held->span_id = stack_span(worker->fiber);
	} else if (worker->context_count > 0) {
		allocspan_context_release(&worker->contexts[--worker->context_count].context);
	}
}

static void enter_span(struct worker *worker)
{
	const size_t index = random_below(worker, COMMON);

	switch (random_below(worker, 3)) {
	case 0:
		stack_enter_span(worker->fiber, contended[index], 0);
		break;
	case 1:
		stack_enter_span(worker->fiber, common_spans[index],
				 allocspan_token_id(common[index]));
		break;
	default:
		if (worker->span_count > 0) {
			struct held_span *held =
				&worker->spans[random_below(worker, worker->span_count)];

			stack_enter_span(worker->fiber, held->span, held->group_id);
		}
	}
}

static void enter(struct worker *worker)
{
	if (worker->fiber->depth >= DEPTH_MAX - 6) {
		return;
	}
	switch (random_below(worker, 8)) {
	case 0:
		stack_enter_untracked(worker->fiber);
		break;
	case 1:
	case 2:
	case 3:
		enter_span(worker);
		break;
	case 4:
		if (worker->context_count > 0) {
			struct held_context *held =
				&worker->contexts[random_below(worker, worker->context_count)];

			stack_enter_context(worker->fiber, &held->context, held->group_id,
					    held->span_id);
		}
		break;
	default:
		stack_enter_token(worker->fiber, any_token(worker));
	}
}

static void leave(struct worker *worker)
{
	struct fiber *fiber = worker->fiber;

	if (fiber->depth <= worker->floor) {
		return;
	}
	if (random_below(worker, 4)) {
		stack_exit(fiber, fiber->depth - 1);
	} else {
		stack_exit(fiber,
			   worker->floor + random_below(worker, fiber->depth - worker->floor));
	}
}

static void enter_and_unwind(struct worker *worker)
{
	const struct allocspan_mark mark = allocspan_mark_take();
	const size_t depth = worker->fiber->depth;

	for (int i = 0; i < 3; i++) {
		enter(worker);
	}
	block_allocate(worker);
	stack_unwind(worker->fiber, &mark, depth);
}

static void misuse(struct worker *worker)
{
	struct allocspan_guard guard = { 0, 0, 0 };

	switch (random_below(worker, 4)) {
	case 0:
		allocspan_guard_exit(&guard);
		break;
	case 1:
		guard = allocspan_token_enter(any_token(worker));
		allocspan_guard_exit(&guard);
		allocspan_guard_exit(&guard);
		break;
	case 2:
		guard = allocspan_token_enter(NULL);
		allocspan_guard_exit(&guard);
		break;
	default:
		allocspan_unwind(NULL);
	}
	span_sums.misuses++;
	stack_check(worker->fiber);
}

/* Works on another fiber for a while. */
static void visit(struct worker *worker, struct fiber *fiber)
{
	struct allocspan_fiber *home = allocspan_fiber_get_current();
	struct fiber *before = worker->fiber;
	const size_t floor = worker->floor;

	EXPECT(home != NULL);
	allocspan_fiber_switch(fiber->fiber);
	worker->fiber = fiber;
	worker->floor = 0;
	stack_check(fiber);
	for (uint64_t steps = random_below(worker, 12); steps > 0; steps--) {
		switch (random_below(worker, 5)) {
		case 0:
			enter(worker);
			break;
		case 1:
			leave(worker);
			break;
		case 2:
			block_free_random(worker);
			break;
		default:
			block_allocate(worker);
		}
	}
	allocspan_fiber_switch(home);
	worker->fiber = before;
	worker->floor = floor;
	stack_check(before);
}

/* What is still entered there is exited. */
static void destroy_fiber(struct fiber *fiber)
{
	allocspan_fiber_destroy(fiber->fiber);
	while (fiber->depth > 0) {
		stack_forget(fiber, fiber->depth - 1);
	}
}

static void visit_new_fiber(struct worker *worker)
{
	struct fiber fiber = { .fiber = allocspan_fiber_create() };

	EXPECT(fiber.fiber != NULL);
	visit(worker, &fiber);
	destroy_fiber(&fiber);
	stack_check(worker->fiber);
}

static struct fiber *get_moving_fiber(struct worker *worker)
{
	struct fiber *fiber = NULL;

	pthread_mutex_lock(&shared.mutex);
	if (shared.fiber_count > 0 && random_below(worker, 4)) {
		fiber = shared.fibers[random_below(worker, shared.fiber_count)];
		for (size_t i = 0; i < shared.fiber_count; i++) {
			if (shared.fibers[i] == fiber) {
				shared.fibers[i] = shared.fibers[--shared.fiber_count];
			}
		}
	} else {
		for (size_t i = 0; i < SHARED_FIBERS && !fiber; i++) {
			if (!is_fiber_used[i]) {
				is_fiber_used[i] = true;
				fiber = &fiber_pool[i];
				fiber->fiber = NULL;
			}
		}
	}
	pthread_mutex_unlock(&shared.mutex);
	return fiber;
}

static void put_moving_fiber(struct worker *worker, struct fiber *fiber)
{
	if (random_below(worker, 4) == 0) {
		destroy_fiber(fiber);
		pthread_mutex_lock(&shared.mutex);
		is_fiber_used[fiber - fiber_pool] = false;
	} else {
		pthread_mutex_lock(&shared.mutex);
		shared.fibers[shared.fiber_count++] = fiber;
	}
	pthread_mutex_unlock(&shared.mutex);
}

/* One that goes on where another thread left it, with what was entered there. */
static void visit_moving_fiber(struct worker *worker)
{
	struct fiber *fiber = get_moving_fiber(worker);

	if (!fiber) {
		return;
	}
	if (!fiber->fiber) {
		memset(fiber, 0, sizeof(*fiber));
		fiber->fiber = allocspan_fiber_create();
		EXPECT(fiber->fiber != NULL);
	}
	visit(worker, fiber);
	put_moving_fiber(worker, fiber);
}

static void throw_switches(struct worker *worker)
{
	if (oracle.tracking == SWITCH_THROWN) {
		if (random_below(worker, 2)) {
			allocspan_tracking_enable();
		} else {
			allocspan_tracking_disable();
		}
	}
	if (oracle.root == SWITCH_THROWN) {
		if (random_below(worker, 2)) {
			allocspan_root_enable();
		} else {
			allocspan_root_disable();
		}
	}
}

void worker_step(struct worker *worker)
{
	const uint64_t what = random_below(worker, 1000);

	if (what < 330) {
		block_allocate(worker);
	} else if (what < 550) {
		block_free_random(worker);
	} else if (what < 650) {
		block_reallocate(worker);
	} else if (what < 690) {
		hand_over_blocks(worker);
	} else if (what < 780) {
		enter(worker);
	} else if (what < 870) {
		leave(worker);
	} else if (what < 890) {
		enter_and_unwind(worker);
	} else if (what < 920) {
		change_tokens(worker);
	} else if (what < 945) {
		change_spans(worker);
	} else if (what < 965) {
		change_contexts(worker);
	} else if (what < 975) {
		hand_over_held(worker);
	} else if (what < 985) {
		throw_switches(worker);
	} else if (what < 990) {
		visit_new_fiber(worker);
	} else if (what < 995 && !worker->inside) {
		visit_moving_fiber(worker);
	} else if (what < 997) {
		misuse(worker);
	}
}

void worker_prepare_round(void)
{
	struct allocspan_token *token;
	struct allocspan_guard guard, in_span;

	for (uint32_t i = 0; i < COMMON; i++) {
		common[i] = account_register(600000 + i, 0);
		audit(common[i]);
		common_spans[i] = allocspan_span_create("common");
		EXPECT_EQUAL(allocspan_span_attach(common_spans[i], common[i]), 0);
		contended[i] = allocspan_span_create("contended");
		token = account_register(700000 + i, GROUP_CONTENDED);
		EXPECT_EQUAL(allocspan_span_attach(contended[i], token), 0);
		allocspan_token_release(token);
	}
	/* pthread_create() allocates inside of it. */
	token = account_register(800000, GROUP_FOREIGN);
	audit(token);
	inheritance_group_id = allocspan_token_id(token);
	in_span = allocspan_span_enter(common_spans[0]);
	guard = allocspan_token_enter(token);
	inheritance = allocspan_context_capture();
	allocspan_guard_exit(&guard);
	allocspan_guard_exit(&in_span);
	span_sums.enters++;
	span_sums.exits++;
	allocspan_token_release(token);
}

void worker_enter_inheritance(struct worker *heir)
{
	heir->inherits = true;
	stack_enter_context(this_worker->fiber, &inheritance, inheritance_group_id,
			    allocspan_span_id(common_spans[0]));
}

void worker_start(struct worker *worker)
{
	this_worker = worker;
	worker->fiber = &worker->own;
	if (worker->inherits) {
		stack_pin_context(worker->fiber, inheritance_group_id,
				  allocspan_span_id(common_spans[0]));
		worker->floor = 1;
	}
	stack_check(worker->fiber);
}

static void leave_everything(struct worker *worker, bool by_ending)
{
	struct fiber *fiber = worker->fiber;

	if (by_ending && fiber->depth > worker->floor) {
		span_sums.misuses++;
	}
	while (fiber->depth > worker->floor) {
		if (by_ending) {
			stack_forget(fiber, fiber->depth - 1);
		} else {
			stack_exit(fiber, fiber->depth - 1);
		}
	}
}

void worker_end(struct worker *worker)
{
	const bool ends_inside = random_below(worker, 4) == 0;

	while (worker->block_count > 0) {
		if (worker->index > 0) {
			pthread_mutex_lock(&shared.mutex);
			MOVE(worker, worker->blocks, worker->block_count, shared.blocks,
			     shared.block_count, SHARED_BLOCKS);
			pthread_mutex_unlock(&shared.mutex);
		}
		block_free_random(worker);
	}
	while (worker->token_count > 0) {
		allocspan_token_release(worker->tokens[--worker->token_count].token);
	}
	while (worker->span_count > 0) {
		allocspan_span_release(worker->spans[--worker->span_count].span);
	}
	while (worker->context_count > 0) {
		allocspan_context_release(&worker->contexts[--worker->context_count].context);
	}
	/* In a tracker's callback something may have been taken up again. */
	if (worker->block_count || worker->token_count || worker->span_count ||
	    worker->context_count) {
		worker_end(worker);
		return;
	}
	leave_everything(worker, ends_inside && worker->index > 0);
}

void worker_compare_round(void)
{
	for (size_t i = 0; i < shared.audited_count; i++) {
		account_compare(shared.audited[i]);
	}
	account_compare(allocspan_token_get_root());
	account_compare_all(false);
}

/* By the main thread's worker, which takes over all that was handed over. */
void worker_end_round(void)
{
	struct worker *worker = this_worker;

	while (shared.block_count || shared.token_count || shared.span_count ||
	       shared.context_count) {
		hand_over_blocks(worker);
		hand_over_held(worker);
		worker_end(worker);
	}
	while (shared.fiber_count > 0) {
		struct fiber *fiber = shared.fibers[--shared.fiber_count];

		destroy_fiber(fiber);
		is_fiber_used[fiber - fiber_pool] = false;
	}
	worker_compare_round();
	allocspan_context_release(&inheritance);
	for (size_t i = 0; i < COMMON; i++) {
		allocspan_span_release(common_spans[i]);
		allocspan_span_release(contended[i]);
		allocspan_token_release(common[i]);
	}
	while (shared.audited_count > 0) {
		allocspan_token_release(shared.audited[--shared.audited_count]);
	}
	account_compare_all(true);
}
