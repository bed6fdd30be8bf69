/* SPDX-License-Identifier: MIT */
/*
 * The ring of packed records: what a thread and its signal handlers push comes out once, in order, and under the state
 * that its pusher was in, wherever a handler comes (lib/core/packed-ring.h, orderings 1 to 5).
 *
 * Not a model of the code but the code: as in test-model-signal-steps.c the processor's trap flag gives a SIGTRAP after each
 * instruction of a push, and after each of them, and of those of a handler's own push, a handler pushes.
 *
 * Each record says, besides its number, which state it was pushed in; the consumer is the test's.
 */
#include "support.h"

#include <signal.h>
#include <stdatomic.h>
#include <ucontext.h>

#include "packed-ring.h"

enum { MOST_TAKEN = 64 };

struct state {
	uint32_t slot;
	uint64_t span_id;
};

static struct aspan_packed_ring ring;
static volatile struct state active; /* the thread's */

/* What the consumer knows. */
static struct state told;
static uint64_t taken[MOST_TAKEN];
static size_t taken_count, wrong_states;

static struct aspan_packed_words numbered(uint64_t number)
{
	return (struct aspan_packed_words){
		.address = number << 3,
		.site = active.slot,
		.owner = active.span_id,
	};
}

/* As packed-record.h has it. */
static void push(uint64_t number)
{
	if (!aspan_packed_ring_push(&ring, active.slot, active.span_id, numbered(number))) {
		aspan_packed_ring_push_state(&ring, active.slot, active.span_id, numbered(number));
	}
}

static void open_ring(void)
{
	uint64_t tail = atomic_load(&ring.tail);

	atomic_store_explicit(&ring.limit, tail + ASPAN_PACKED_HALF, memory_order_release);
}

/* Takes the next record, state or not; false if it is not published. */
static bool take(struct aspan_packed_words *words)
{
	uint64_t tail = atomic_load(&ring.tail);
	struct aspan_packed_record *record = aspan_packed_ring_at(&ring, tail);

	if (!atomic_load_explicit(&record->stamp, memory_order_acquire)) {
		return false;
	}
	*words = record->words;
	atomic_store_explicit(&record->stamp, 0, memory_order_relaxed);
	atomic_store_explicit(&ring.tail, tail + 1, memory_order_release);
	return true;
}

static void read_record(const struct aspan_packed_words *words)
{
	if ((words->address & ASPAN_PACKED_KIND_MASK) == ASPAN_PACKED_KIND_STATE) {
		told = (struct state){ (uint32_t) (words->address >> 3), words->owner };
		return;
	}
	wrong_states += words->site != told.slot || words->owner != told.span_id;
	if (taken_count < MOST_TAKEN) {
		taken[taken_count++] = words->address >> 3;
	}
}

static void take_all(void)
{
	struct aspan_packed_words words;

	taken_count = 0;
	wrong_states = 0;
	while (take(&words)) {
		read_record(&words);
	}
	open_ring();
}

static void enter(uint32_t slot, uint64_t span_id)
{
	active.slot = slot;
	active.span_id = span_id;
}

static uint64_t reserved(void)
{
	return atomic_load(&ring.head);
}

static void records_come_out_in_order_and_once(void **state)
{
	(void) state;
	push(1);
	push(2);
	enter(7, 0);
	push(3);
	take_all();
	assert_int_equal(taken_count, 3);
	assert_int_equal(wrong_states, 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(taken[i], i + 1);
	}
	take_all();
	assert_int_equal(taken_count, 0);
}

static void only_a_change_of_state_takes_a_record_more(void **state)
{
	uint64_t before;

	(void) state;
	push(1);
	before = reserved();
	push(2);
	assert_int_equal(reserved(), before + 1);
	enter(8, 0);
	enter(0, 0);
	push(3);
	assert_int_equal(reserved(), before + 2);
	enter(0, 9);
	push(4);
	assert_int_equal(reserved(), before + 4);
	push(5);
	assert_int_equal(reserved(), before + 5);
	take_all();
	assert_int_equal(taken_count, 5);
	assert_int_equal(wrong_states, 0);
}

static void the_ring_goes_round_for_ever(void **state)
{
	(void) state;
	for (uint64_t i = 0; i < 10 * ASPAN_PACKED_RECORDS; i += 3) {
		for (uint64_t k = 0; k < 3; k++) {
			enter((i + k) % 5 == 0, 0);
			push(i + k);
		}
		take_all();
		assert_int_equal(taken_count, 3);
		assert_int_equal(wrong_states, 0);
		assert_int_equal(taken[0], i);
		assert_int_equal(taken[2], i + 2);
	}
	assert_true(reserved() > 10 * ASPAN_PACKED_RECORDS);
}

static bool push_if_room(uint64_t number)
{
	return aspan_packed_ring_push(&ring, active.slot, active.span_id, numbered(number));
}

static void a_full_ring_refuses(void **state)
{
	uint64_t tail = atomic_load(&ring.tail);
	uint64_t count = 1;

	(void) state;
	push(0);
	while (push_if_room(count)) {
		count++;
	}
	/* Half full: the helper would be woken here. */
	assert_int_equal(reserved(), tail + ASPAN_PACKED_HALF);
	assert_false(aspan_packed_ring_has_room(&ring));
	assert_true(aspan_packed_ring_use_rest(&ring));
	assert_false(aspan_packed_ring_use_rest(&ring));
	while (push_if_room(count)) {
		count++;
	}
	assert_int_equal(reserved(), tail + ASPAN_PACKED_FULL);
	assert_false(aspan_packed_ring_use_rest(&ring));
	take_all();
	assert_true(push_if_room(count));
	/* Closed. */
	atomic_store(&ring.limit, 0);
	assert_false(push_if_room(count));
	assert_false(aspan_packed_ring_use_rest(&ring));
}

static void words_keep_what_they_are_made_of(void **state)
{
	const size_t size_bytes = ((size_t) 1 << 54) - 3;
	struct aspan_packed_words words = aspan_packed_words(ASPAN_SLOT_LAST_GROUP,
							     (void *) 0x7ffffffffff8, size_bytes, 5,
							     (void *) 0x7fffdeadbeef, true);

	(void) state;
	assert_int_equal(words.address, 0x7ffffffffff8 | 5);
	assert_int_equal(words.site & 0xffffffffffff, 0x7fffdeadbeef);
	assert_int_equal(words.owner & 0x1ffffff, ASPAN_SLOT_LAST_GROUP);
	assert_true(words.owner & ASPAN_PACKED_IS_FREE);
	assert_int_equal(words.owner >> 26 | words.site >> 48 << 38, size_bytes);
}

/* A producer and a consumer at once. */
enum { MANY = 300000 };

static void *push_many(void *unused)
{
	for (uint64_t i = 0; i < MANY; i++) {
		while (reserved() >= atomic_load_explicit(&ring.limit, memory_order_acquire)) {
			sched_yield();
		}
		enter((uint32_t) (i / 7 % 3), i / 11 % 2);
		push(i);
	}
	return unused;
}

static void nothing_is_lost_while_both_are_at_work(void **state)
{
	struct aspan_packed_words words;
	pthread_t producer;
	uint64_t next = 0;
	uint64_t wrong = 0;

	(void) state;
	assert_int_equal(pthread_create(&producer, NULL, push_many, NULL), 0);
	wrong_states = 0;
	while (next < MANY) {
		if (!take(&words)) {
			sched_yield();
			continue;
		}
		taken_count = 0;
		read_record(&words);
		wrong += taken_count > 0 && taken[0] != next;
		next += taken_count;
		open_ring();
	}
	pthread_join(producer, NULL);
	assert_int_equal(wrong, 0);
	assert_int_equal(wrong_states, 0);
	assert_false(take(&words));
}

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

enum { NUMBER_OF_HANDLER = 100, LEVELS = 2, TRAP_FLAG = 0x100 };

/* Handlers come after these steps of the thread, and of the first handler. */
static unsigned long interrupt_after[LEVELS];
static bool is_every_pair;
static bool is_second_in_first; /* else it interrupts the thread, later */
static volatile unsigned long steps[LEVELS];
static volatile int level, handlers;
static struct state states_of_handler[LEVELS];

static inline __attribute__((always_inline)) void begin_steps(void)
{
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory", "cc");
}

static inline __attribute__((always_inline)) void end_steps(void)
{
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "memory", "cc");
}

/* Like a handler that enters a group, allocates, and exits. */
static void handle(int number, bool is_stepped)
{
	struct state before = active;

	handlers++;
	level++;
	enter(states_of_handler[number].slot, states_of_handler[number].span_id);
	if (is_stepped) {
		begin_steps();
	}
	push((uint64_t) (NUMBER_OF_HANDLER + number));
	end_steps();
	enter(before.slot, before.span_id);
	level--;
}

static void on_trap(int signal_number, siginfo_t *info, void *context)
{
	(void) signal_number;
	(void) info;
	if (handlers == LEVELS) {
		/* The rest need not be stepped through. */
		((ucontext_t *) context)->uc_mcontext.gregs[REG_EFL] &= ~(greg_t) TRAP_FLAG;
		return;
	}
	if (level == 0) {
		steps[0]++;
		if (steps[0] == interrupt_after[0]) {
			handle(0, is_second_in_first);
		} else if (!is_second_in_first && steps[0] == interrupt_after[1]) {
			handle(1, false);
		}
	} else if (level == 1 && ++steps[1] == interrupt_after[1]) {
		handle(1, false);
	}
}

/* The thread's pushes: in its state, and with two changes. */
static void push_three(void)
{
	push(1);
	enter(5, 50);
	push(2);
	enter(6, 50);
	push(3);
}

static void assert_taken_is_right(void)
{
	uint64_t next = 1;
	int of_handlers = 0;

	take_all();
	for (size_t i = 0; i < taken_count; i++) {
		if (taken[i] >= NUMBER_OF_HANDLER) {
			of_handlers++;
		} else {
			assert_int_equal(taken[i], next);
			next++;
		}
	}
	if (wrong_states || next != 5 || of_handlers != handlers) {
		fail_msg(
			"%zu under a wrong state, %d of 4 taken, %d of %d of handlers; after %lu, %lu",
			wrong_states, (int) next - 1, of_handlers, handlers, interrupt_after[0],
			interrupt_after[1]);
	}
	assert_int_equal(reserved(), atomic_load(&ring.tail));
}

static void step_once(void)
{
	steps[0] = 0;
	steps[1] = 0;
	handlers = 0;
	enter(5, 0);
	begin_steps();
	push_three();
	end_steps();
	/* Whatever the handlers left, the state of what follows is right, too. */
	push(4);
	assert_taken_is_right();
}

/*
 * Pairs of places: the first is each, the second is after it, or in the first handler: each that is near, and some that are
 * further away. ALLOCSPAN_TEST_STEPS_APART=1 takes each of them, which takes minutes.
 */
static void step_through(void)
{
	unsigned long first = 1;
	bool is_reached = true;

	while (is_reached) {
		is_reached = false;
		interrupt_after[0] = first;
		for (unsigned long distance = 1, is_last = false; !is_last;
		     distance += is_every_pair ? 1 : distance) {
			interrupt_after[1] = distance + (is_second_in_first ? 0 : first);
			step_once();
			is_reached |= handlers > 0;
			is_last = handlers < LEVELS;
		}
		first++;
	}
	assert_in_range(first, 50, 100000);
}

/* Handlers in the state of the thread at one place or another, or in one of their own. */
static const struct state states[][LEVELS] = {
	{ { 5, 50 }, { 9, 90 } },
	{ { 9, 90 }, { 5, 50 } },
	{ { 6, 50 }, { 5, 0 } },
	{ { 9, 90 }, { 9, 90 } },
};

static void after_each_instruction(void)
{
	const struct sigaction action = {
		.sa_sigaction = on_trap,
		.sa_flags = SA_NODEFER | SA_SIGINFO,
	};

	assert_int_equal(sigaction(SIGTRAP, &action, NULL), 0);
	is_every_pair = getenv("ALLOCSPAN_TEST_STEPS_APART") != NULL;
	/* Without every pair, one of the states for each test. */
	for (size_t i = is_every_pair || !is_second_in_first ? 0 : COUNT_OF(states) - 1;
	     i < COUNT_OF(states); i += is_every_pair ? 1 : COUNT_OF(states)) {
		memcpy(states_of_handler, states[i], sizeof(states[i]));
		step_through();
	}
}

static void two_handlers_may_push_after_each_instruction(void **state)
{
	(void) state;
	is_second_in_first = false;
	after_each_instruction();
}

static void a_handler_may_push_after_each_instruction_of_a_handler(void **state)
{
	(void) state;
	is_second_in_first = true;
	after_each_instruction();
}

#else

static void two_handlers_may_push_after_each_instruction(void **state)
{
	(void) state;
	skip();
}

static void a_handler_may_push_after_each_instruction_of_a_handler(void **state)
{
	(void) state;
	skip();
}

#endif

static int begin(void **state)
{
	(void) state;
	memset(&ring, 0, sizeof(ring));
	aspan_packed_ring_init(&ring);
	told = (struct state){ 0 };
	enter(0, 0);
	open_ring();
	return 0;
}

static int set_up(void **state)
{
	(void) state;
	/* Stepping through clock_gettime() would be most of it. */
	aspan_packed_clock_init(false);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(records_come_out_in_order_and_once, begin),
		cmocka_unit_test_setup(only_a_change_of_state_takes_a_record_more, begin),
		cmocka_unit_test_setup(the_ring_goes_round_for_ever, begin),
		cmocka_unit_test_setup(a_full_ring_refuses, begin),
		cmocka_unit_test_setup(words_keep_what_they_are_made_of, begin),
		cmocka_unit_test_setup(nothing_is_lost_while_both_are_at_work, begin),
		cmocka_unit_test_setup(two_handlers_may_push_after_each_instruction, begin),
		cmocka_unit_test_setup(a_handler_may_push_after_each_instruction_of_a_handler,
				       begin),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
