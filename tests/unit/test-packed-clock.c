/* SPDX-License-Identifier: MIT */
/*
 * The clock of packed records: each stamp is turned into a time that CLOCK_MONOTONIC had while it was taken, up to the
 * error that packed-clock.h allows; no stamp before another gets a later time, on whichever thread; the same stamp gets
 * the same time from everybody.
 *
 * With the argument `monotonic` the same is tested of the fallback, where a stamp is the time itself.
 */
#include "support.h"

#include <stdatomic.h>
#include <time.h>

#include "packed-clock.h"

enum { SAMPLES = 2000, THREADS = 4 };

struct sample {
	uint64_t before_ns;
	uint64_t stamp;
	uint64_t after_ns;
};

static bool wants_monotonic;

static struct sample take(void)
{
	struct sample sample = { .before_ns = aspan_packed_clock_now_ns() };

	sample.stamp = aspan_packed_clock_stamp();
	sample.after_ns = aspan_packed_clock_now_ns();
	return sample;
}

static bool is_right(const struct sample *sample, uint64_t ns)
{
	return ns + ASPAN_PACKED_CLOCK_ERROR_NS >= sample->before_ns &&
	       ns <= sample->after_ns + ASPAN_PACKED_CLOCK_ERROR_NS;
}

static void pause_for_ms(long ms)
{
	clock_nanosleep(CLOCK_MONOTONIC, 0,
			&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 },
			NULL);
}

static void a_stamp_gets_the_time_that_it_was_taken_at(void **state)
{
	struct aspan_packed_piece piece = { 0 };

	(void) state;
	for (int i = 0; i < 100 * SAMPLES; i++) {
		struct sample sample = take();

		assert_true(is_right(&sample, aspan_packed_clock_ns(&piece, sample.stamp)));
	}
}

/* Whoever empties a ring late turns old stamps into times, with new ones measured meanwhile. */
static void so_it_does_later(void **state)
{
	static struct sample samples[SAMPLES];
	struct aspan_packed_piece now = { 0 };
	struct aspan_packed_piece later = { 0 };

	(void) state;
	for (int i = 0; i < SAMPLES; i++) {
		samples[i] = take();
		/* Somebody else uses the clock. */
		aspan_packed_clock_ns(&now, aspan_packed_clock_stamp());
		if (i % 500 == 0) {
			pause_for_ms(60);
		}
	}
	for (int i = 0; i < SAMPLES; i++) {
		assert_true(is_right(&samples[i], aspan_packed_clock_ns(&later, samples[i].stamp)));
	}
}

static void so_it_does_after_a_silence(void **state)
{
	struct aspan_packed_piece piece = { 0 };
	struct sample in_silence;

	(void) state;
	for (int i = 0; i < 3; i++) {
		struct sample sample = take();

		assert_true(is_right(&sample, aspan_packed_clock_ns(&piece, sample.stamp)));
		pause_for_ms(300);
		in_silence = take();
		pause_for_ms(300);
		assert_true(is_right(&in_silence, aspan_packed_clock_ns(&piece, in_silence.stamp)));
	}
}

static void the_same_stamp_always_gets_the_same_time(void **state)
{
	static uint64_t stamps[SAMPLES];
	static uint64_t times[SAMPLES];
	struct aspan_packed_piece mine = { 0 };

	(void) state;
	for (int i = 0; i < SAMPLES; i++) {
		stamps[i] = aspan_packed_clock_stamp();
		times[i] = aspan_packed_clock_ns(&mine, stamps[i]);
		if (i % 500 == 0) {
			pause_for_ms(60);
		}
	}
	for (int i = 0; i < SAMPLES; i++) {
		struct aspan_packed_piece other = { 0 };

		assert_int_equal(aspan_packed_clock_ns(&other, stamps[i]), times[i]);
	}
}

/* Threads take turns, each looking at the time that the one before got: it must never be later. */
static _Atomic uint64_t last_ns;
static atomic_int turn;
static atomic_int wrong;

/* A stamp is no fence: without one, a processor may take it before it has seen whose turn it is (packed-clock.h). */
static void order_stamp_after_loads(void)
{
#if defined(__x86_64__)
	__builtin_ia32_lfence();
#endif
}

static void *take_turns(void *argument)
{
	const int mine = (int) (intptr_t) argument;
	struct aspan_packed_piece piece = { 0 };

	for (int i = 0; i < SAMPLES; i++) {
		uint64_t ns;

		while (turn % THREADS != mine) {
			sched_yield();
		}
		order_stamp_after_loads();
		ns = aspan_packed_clock_ns(&piece, aspan_packed_clock_stamp());
		wrong += ns < last_ns;
		last_ns = ns;
		turn++;
	}
	return NULL;
}

static void what_happens_later_on_another_thread_gets_no_earlier_time(void **state)
{
	pthread_t threads[THREADS];

	(void) state;
	for (intptr_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, take_turns, (void *) i), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	assert_int_equal(wrong, 0);
	assert_int_equal(turn, THREADS * SAMPLES);
}

static int right_in_child(void)
{
	struct aspan_packed_piece piece = { 0 };
	struct sample sample;

	aspan_packed_clock_after_fork();
	aspan_packed_clock_begin();
	for (int i = 0; i < SAMPLES; i++) {
		sample = take();
		if (!is_right(&sample, aspan_packed_clock_ns(&piece, sample.stamp))) {
			return 1;
		}
	}
	return 0;
}

static void a_child_measures_for_itself(void **state)
{
	(void) state;
	assert_int_equal(run_in_child(right_in_child), 0);
}

static void a_stamp_from_before_the_clock_gets_a_time_all_the_same(void **state)
{
	struct aspan_packed_piece piece = { 0 };
	uint64_t now_ns = aspan_packed_clock_now_ns();
	uint64_t ns = aspan_packed_clock_ns(&piece, 1);

	(void) state;
	assert_true(ns <= now_ns);
	assert_true(aspan_packed_clock_ns(&piece, 2) >= ns);
	ns = aspan_packed_clock_ns(&piece, aspan_packed_clock_stamp());
	assert_true(ns + ASPAN_PACKED_CLOCK_ERROR_NS >= now_ns);
}

static int set_up(void **state)
{
	(void) state;
	aspan_packed_clock_init(wants_monotonic);
	aspan_packed_clock_begin();
	return wants_monotonic && aspan_packed_clock_is_tsc;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_gets_the_time_that_it_was_taken_at),
		cmocka_unit_test(so_it_does_later),
		cmocka_unit_test(so_it_does_after_a_silence),
		cmocka_unit_test(the_same_stamp_always_gets_the_same_time),
		cmocka_unit_test(what_happens_later_on_another_thread_gets_no_earlier_time),
		cmocka_unit_test(a_stamp_from_before_the_clock_gets_a_time_all_the_same),
		cmocka_unit_test(a_child_measures_for_itself),
	};

	wants_monotonic = argc > 1 && strcmp(argv[1], "monotonic") == 0;
	return cmocka_run_group_tests(tests, set_up, NULL);
}
