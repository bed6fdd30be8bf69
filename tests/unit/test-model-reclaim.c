/* SPDX-License-Identifier: MIT */
/*
 * A model of ordering 2 of lib/core/group-stack.h, in every interleaving: may a group be taken away while a thread has it
 * active?
 *
 * One thread enters, the other gives up the last reference, looks through the stacks and takes the group away. Each of
 * them is a list of steps, as the code has them between two accesses of shared memory. What the entering thread stores
 * goes through a buffer first, as on x86-64, and comes to memory at any later time; atomic changes and membarrier() empty
 * it. All orders of all steps are tried.
 *
 * Each rule of the protocol can be left out of the model: then a bad end must be found. So each is needed, and the
 * model would see it.
 */
#include "support.h"

enum rule {
	RULE_READ_AGAIN = 1, /* entering a span reads its token again after the push (span.c) */
	RULE_MEMBARRIER = 2, /* before looking (reclaim.c) */
	RULE_UNREFERENCED_BEFORE =
		4, /* only what had no reference before looking is taken (reclaim.c) */
	RULE_REVIVALS = 8, /* nor what a capture gave one meanwhile */
	RULE_ALL = 15,
};

enum { ENTRIES = 2, BUFFER_MAX = 8, DONE = 100, NOTHING = 0, GROUP = 1 };

struct state {
	/* Memory. */
	int entries[ENTRIES]; /* GROUP or NOTHING */
	int span_token; /* GROUP or NOTHING */
	int references, revivals;
	bool is_taken_away;
	/* The entering thread: its step, what it has read, and its buffer. */
	int step, token;
	bool is_inside;
	struct {
		int entry, value;
	} buffer[BUFFER_MAX];
	int buffered;
	/* The looking thread. */
	int look, revivals_before;
	bool was_unreferenced, is_seen;
};

static unsigned int rules;
static unsigned long orders, bad_ends;

static void store(struct state *state, int entry, int value)
{
	state->buffer[state->buffered].entry = entry;
	state->buffer[state->buffered++].value = value;
}

static void flush_one(struct state *state)
{
	state->entries[state->buffer[0].entry] = state->buffer[0].value;
	state->buffered--;
	memmove(state->buffer, state->buffer + 1,
		(size_t) state->buffered * sizeof(state->buffer[0]));
}

static void flush_all(struct state *state)
{
	while (state->buffered > 0) {
		flush_one(state);
	}
}

/* push_with_token() and the exit; the token may be detached at any time. */
static void enter_span(struct state *state)
{
	switch (state->step++) {
	case 0:
		state->token = state->span_token;
		break;
	case 1:
		store(state, 0, state->token);
		break;
	case 2:
		if (rules & RULE_READ_AGAIN && state->span_token != state->token) {
			store(state, 0, NOTHING);
			state->token = state->span_token;
			state->step = 1;
		} else {
			state->is_inside = state->token == GROUP;
		}
		break;
	case 3:
		state->is_inside = false;
		break;
	case 4:
		store(state, 0, NOTHING);
		break;
	default:
		state->step = DONE;
	}
}

/* Enters a token that it has the last reference to, releases it inside, and exits. */
static void enter_and_release(struct state *state)
{
	switch (state->step++) {
	case 0:
		store(state, 0, GROUP);
		state->is_inside = true;
		break;
	case 1:
		flush_all(state);
		state->references--;
		break;
	case 2:
		state->is_inside = false;
		break;
	case 3:
		store(state, 0, NOTHING);
		break;
	default:
		state->step = DONE;
	}
}

/* Is inside of a released group, captures it, exits, enters the capture elsewhere and releases that. */
static void capture_and_enter(struct state *state)
{
	switch (state->step++) {
	case 0:
		flush_all(state);
		state->references++;
		break;
	case 1:
		flush_all(state);
		state->revivals++;
		break;
	case 2:
		store(state, 1, NOTHING);
		state->is_inside = false;
		break;
	case 3:
		store(state, 0, GROUP);
		state->is_inside = true;
		break;
	case 4:
		flush_all(state);
		state->references--;
		break;
	case 5:
		state->is_inside = false;
		break;
	case 6:
		store(state, 0, NOTHING);
		break;
	default:
		state->step = DONE;
	}
}

/* reclaim.c, with the lock held; in front of it, what led to it. */
static void look(struct state *state)
{
	switch (state->look++) {
	case 0:
		/* allocspan_span_detach(). */
		if (state->span_token == GROUP) {
			state->span_token = NOTHING;
			state->look = 1;
		} else {
			state->look = 2;
		}
		break;
	case 1:
		state->references--;
		break;
	case 2:
		state->revivals_before = state->revivals;
		break;
	case 3:
		state->was_unreferenced = !(rules & RULE_UNREFERENCED_BEFORE) ||
					  state->references == 0;
		break;
	case 4:
		if (rules & RULE_MEMBARRIER) {
			flush_all(state);
		}
		break;
	case 5:
		state->is_seen |= state->entries[0] == GROUP;
		break;
	case 6:
		state->is_seen |= state->entries[1] == GROUP;
		break;
	case 7:
		state->was_unreferenced &= state->references == 0;
		break;
	case 8:
		state->is_taken_away =
			state->was_unreferenced && !state->is_seen &&
			(!(rules & RULE_REVIVALS) || state->revivals == state->revivals_before);
		break;
	default:
		state->look = DONE;
	}
}

/* Goes on in every possible way. The depth is that of the steps: a few dozen. */
static void try_all(const struct state *state, void (*enter)(struct state *))
{
	struct state next;

	if (state->is_inside && state->is_taken_away) {
		bad_ends++;
		return;
	}
	if (state->step >= DONE && state->look >= DONE) {
		orders++;
		return;
	}
	if (state->step < DONE) {
		next = *state;
		enter(&next);
		try_all(&next, enter);
	}
	if (state->look < DONE) {
		next = *state;
		look(&next);
		try_all(&next, enter);
	}
	if (state->buffered > 0) {
		next = *state;
		flush_one(&next);
		try_all(&next, enter);
	}
}

static void explore(const struct state *start, void (*enter)(struct state *),
		    unsigned int kept_rules)
{
	rules = kept_rules;
	orders = 0;
	bad_ends = 0;
	try_all(start, enter);
	assert_true(orders > 100);
}

/* With all rules nothing bad can happen; without each of those that it needs, something does. */
static void assert_needs(const struct state *start, void (*enter)(struct state *),
			 unsigned int needed)
{
	explore(start, enter, RULE_ALL);
	assert_int_equal(bad_ends, 0);
	for (unsigned int rule = 1; rule <= RULE_ALL; rule *= 2) {
		if (needed & rule) {
			explore(start, enter, RULE_ALL & ~rule);
			assert_true(bad_ends > 0);
		}
	}
}

static void entering_a_span_whose_token_is_detached(void **state)
{
	const struct state start = { .span_token = GROUP, .references = 1 };

	(void) state;
	assert_needs(&start, enter_span, RULE_READ_AGAIN | RULE_MEMBARRIER);
}

static void entering_with_the_last_reference(void **state)
{
	const struct state start = { .references = 1 };

	(void) state;
	assert_needs(&start, enter_and_release, RULE_UNREFERENCED_BEFORE);
}

static void entering_a_capture_of_a_released_group(void **state)
{
	const struct state start = { .entries = { NOTHING, GROUP }, .is_inside = true };

	(void) state;
	assert_needs(&start, capture_and_enter, RULE_REVIVALS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entering_a_span_whose_token_is_detached),
		cmocka_unit_test(entering_with_the_last_reference),
		cmocka_unit_test(entering_a_capture_of_a_released_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
