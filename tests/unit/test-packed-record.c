/* SPDX-License-Identifier: MIT */
/*
 * Packed recording from end to end within a process: blocks are announced, and what would be given to LTTng is taken
 * by the test, which stands in for the tracer. Every record is written, once and in order, whatever becomes of the
 * helper thread, of a push that never ends, of sessions, and of threads.
 *
 * Linked with a library that hides nothing, since the tracer's table is not public.
 */
#include "support.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "packed-event.h"
#include "packed-format.h"
#include "packed-helper.h"
#include "packed-record.h"
#include "packed-consumer.h"
#include "thread.h"
#include "trace.h"

/* So many records of a thread are far more than its ring holds. */
enum { BLOCKS = 20000, STRIDE = 16, THREADS = 4, MANY_THREADS = 1000, TIDS = 1 << 22 };

static struct allocspan_token *token;
static char *space;

/*
 * The tracer.
 */
static int is_enabled;
static void *sessions;
static _Atomic uint64_t written; /* records */
static _Atomic uint64_t wrong; /* events that are not what follows */
static _Atomic uint64_t of_helper; /* records that the helper wrote */
static _Atomic int gaps_left; /* so many records may be missing, one at a time */
static _Atomic uint64_t gap_index;
static _Atomic bool is_helper_held; /* the tracer does not let the helper go on */
static _Atomic bool is_helper_waiting;
static _Atomic uint64_t *written_in_child; /* shared with it */
static pid_t test_pid;
static uint32_t expected_index[TIDS]; /* of each thread, by its number */

static bool is_helper(void)
{
	char name[ASPAN_PACKED_NAME_BYTES];

	pthread_getname_np(pthread_self(), name, sizeof(name));
	return strcmp(name, "allocspan-flush") == 0;
}

static void emit(const struct aspan_packed_event *event, void *ip)
{
	/* The source's lock, and the end of a thread before another has its number, order these. */
	const uint64_t expected = expected_index[event->vtid % TIDS];

	(void) ip;
	if (is_helper()) {
		of_helper += event->record_count;
		while (is_helper_held) {
			is_helper_waiting = true;
			sched_yield();
		}
		is_helper_waiting = false;
	}
	if (gaps_left > 0 && event->record_index == expected + 1) {
		/* What is never finished; or will be. */
		gaps_left--;
		gap_index = expected;
	} else if (gap_index && event->record_index == gap_index) {
		gap_index = 0;
		written += event->record_count;
		return;
	} else {
		wrong += event->record_index != 0 && event->record_index != expected;
	}
	wrong += event->vpid != getpid() || event->record_count == 0 ||
		 event->begin_ns > event->flush_ns + ASPAN_PACKED_CLOCK_ERROR_NS ||
		 strlen(event->groups) + strlen(event->records) > ASPAN_PACKED_EVENT_BYTES;
	expected_index[event->vtid % TIDS] = (uint32_t) (event->record_index + event->record_count);
	written += event->record_count;
	if (getpid() != test_pid) {
		*written_in_child += event->record_count;
	}
}

static void enable(bool enabled)
{
	/* As LTTng does, which asks for no order. */
	__atomic_store_n(&is_enabled, enabled, __ATOMIC_RELAXED);
}

static void pause_for_a_moment(void)
{
	clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

/* After this the helper sleeps for as long as it ever does: what is pushed then waits. */
static void let_helper_sleep(void)
{
	for (int i = 0; i < 30; i++) {
		pause_for_a_moment();
	}
}

/* Up to a minute. */
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		for (int waited = 0; !(condition) && waited < 12000; waited++) {                   \
			pause_for_a_moment();                                                      \
		}                                                                                  \
		assert_true(condition);                                                            \
	} while (0)

/* A record each. */
static void announce(size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		allocspan_block_announce(space + i * STRIDE, 8);
	}
}

static void retire(size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		allocspan_block_retire(space + i * STRIDE);
	}
}

static void *work(void *number)
{
	const size_t first = (size_t) (uintptr_t) number * BLOCKS;
	struct allocspan_guard guard = allocspan_token_enter(token);

	announce(first, BLOCKS);
	retire(first, BLOCKS);
	allocspan_guard_exit(&guard);
	return NULL;
}

static bool is_helper_running(void)
{
	return aspan_packed_helper_is_there();
}

static void what_is_pushed_is_written_soon(void **state)
{
	(void) state;
	announce(0, 1);
	wait_until(written == 1);
	retire(0, 1);
	wait_until(written == 2);
	assert_int_equal(of_helper, 2);
}

static void threads_that_push_more_than_rings_hold_lose_nothing(void **state)
{
	pthread_t threads[THREADS];

	(void) state;
	for (uintptr_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *) i), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	/* What they left was written at their ends. */
	assert_int_equal(written, 2 * THREADS * BLOCKS);
}

static void a_thread_with_a_full_ring_does_not_wait_for_the_helper(void **state)
{
	(void) state;
	is_helper_held = true;
	announce(0, 1);
	wait_until(is_helper_waiting);
	run_in_thread(work, (void *) 1);
	assert_int_equal(written, 2 * BLOCKS);
	is_helper_held = false;
	wait_until(written == 2 * BLOCKS + 1);
	retire(0, 1);
}

static void *work_a_little(void *block)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	allocspan_block_announce(block, 1);
	allocspan_guard_exit(&guard);
	allocspan_block_retire(block);
	return NULL;
}

static size_t count_sources(void)
{
	size_t count = 0;

	for (struct aspan_packed_source *source = aspan_packed_source_first(); source;
	     source = aspan_packed_source_next(source)) {
		count++;
	}
	return count;
}

static void rings_of_threads_that_ended_are_used_again(void **state)
{
	size_t before;

	(void) state;
	run_in_thread(work_a_little, space);
	before = count_sources();
	for (int i = 0; i < MANY_THREADS; i++) {
		run_in_thread(work_a_little, space);
	}
	assert_int_equal(written, 2 * (MANY_THREADS + 1));
	assert_int_equal(count_sources(), before);
}

/* As a push is left that a signal handler interrupted, and never went back to. */
static uint64_t leave_a_push(void)
{
	struct aspan_packed_ring *ring = aspan_thread.packed_ring;
	uint64_t position = atomic_load(&ring->head);

	assert_true(aspan_packed_ring_reserve(ring, position, position + 1));
	return position;
}

static void records_behind_one_that_is_never_finished_are_written(void **state)
{
	(void) state;
	announce(0, 1);
	wait_until(written == 1);
	gaps_left = 1;
	leave_a_push();
	announce(1, 10);
	wait_until(written == 11);
	/* In another ring. */
	announce(11, 10);
	wait_until(written == 21);
	retire(0, 21);
	wait_until(written == 42);
}

static void a_record_that_is_finished_late_is_written_once(void **state)
{
	struct aspan_packed_ring *ring;
	uint64_t position;

	(void) state;
	announce(0, 1);
	ring = aspan_thread.packed_ring;
	gaps_left = 1;
	position = leave_a_push();
	announce(1, 10);
	wait_until(written == 11);
	announce(11, BLOCKS);
	retire(0, BLOCKS + 11);
	assert_ptr_not_equal(aspan_thread.packed_ring, ring);
	aspan_packed_ring_publish(
		ring, position,
		aspan_packed_words(aspan_thread.active_slot, space, 8, 5, NULL, false));
	wait_until(written == 2 * (BLOCKS + 11) + 1);
}

static void a_ring_that_is_full_behind_an_unfinished_record_is_replaced_at_once(void **state)
{
	(void) state;
	announce(0, 1);
	is_helper_held = true;
	wait_until(is_helper_waiting);
	is_helper_held = false;
	wait_until(written == 1);
	gaps_left = 1;
	leave_a_push();
	/* As the handler itself would. */
	announce(1, BLOCKS);
	retire(0, BLOCKS + 1);
	wait_until(written == 2 * (BLOCKS + 1));
}

static void *leave_a_push_and_end(void *unused)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	announce(0, 1);
	gaps_left = 1;
	leave_a_push();
	announce(1, 1);
	allocspan_guard_exit(&guard);
	retire(0, 2);
	return unused;
}

static void a_thread_that_ends_in_a_push_leaves_nothing(void **state)
{
	(void) state;
	run_in_thread(leave_a_push_and_end, NULL);
	assert_int_equal(written, 4);
}

static void pushes_that_are_never_finished_do_not_add_up(void **state)
{
	size_t before = 0;

	(void) state;
	announce(0, 1);
	gaps_left = 30;
	for (size_t i = 0; i < 30; i++) {
		leave_a_push();
		/* As many as fill the ring, so that it is replaced. */
		announce(1, 1500);
		retire(1, 1500);
		if (i == 10) {
			before = count_sources();
		}
	}
	assert_int_equal(count_sources(), before);
	retire(0, 1);
	wait_until(written == 2 + 30 * 3000);
}

/* Until the helper is done with this thread's ring. */
static void end_session(void)
{
	struct aspan_packed_ring *ring = aspan_thread.packed_ring;
	sigset_t signals;

	enable(false);
	wait_until(!is_helper_running() && atomic_load(&ring->limit) == 0);
	aspan_packed_source_lock(aspan_packed_source_of(ring), &signals);
	aspan_packed_source_unlock(aspan_packed_source_of(ring), &signals);
}

static void sessions_come_and_go(void **state)
{
	(void) state;
	for (uint64_t i = 1; i <= 5; i++) {
		uint64_t before;

		announce(0, 100);
		wait_until(written == i * 100);
		before = written;
		enable(false);
		/* Not recorded. */
		retire(0, 100);
		wait_until(!is_helper_running());
		enable(true);
		assert_int_equal(written, before);
	}
}

/* What was pushed while the helper ended is not of the next session. */
static void nothing_of_an_ended_session_comes_into_the_next(void **state)
{
	struct aspan_packed_ring *ring;

	(void) state;
	announce(0, 1);
	wait_until(written == 1);
	ring = aspan_thread.packed_ring;
	end_session();
	aspan_packed_ring_publish(
		ring, leave_a_push(),
		aspan_packed_words(aspan_thread.active_slot, space, 8, 5, NULL, false));
	/* Longer than a record may wait: younger ones could be of a session that begins now. */
	let_helper_sleep();
	enable(true);
	/* The gap in the numbers tells of it. */
	expected_index[gettid() % TIDS]++;
	announce(1, 1);
	wait_until(written == 2);
	retire(0, 2);
	wait_until(written == 4);
}

static bool fails_to_create;

/* Found by the library instead of the C library's. */
static int (*next_create)(pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);

static void without_a_helper_records_are_written_at_once(void **state)
{
	(void) state;
	announce(0, 1);
	retire(0, 1);
	wait_until(written == 2);
	end_session();
	written = 0;
	fails_to_create = true;
	enable(true);
	for (uint64_t i = 0; i < 100; i++) {
		announce(i, 1);
		assert_int_equal(written, i + 1);
	}
	fails_to_create = false;
	retire(0, 100);
	wait_until(written == 200);
	/* As soon as there can be one, there is. */
	wait_until((work_a_little(space), of_helper > 0));
}

static int child(void)
{
	uint64_t before = written;

	/* The parent's records are the parent's; the child begins anew, with a helper of its own. */
	is_helper_held = false;
	of_helper = 0;
	announce(100, 7);
	for (int waited = 0; written != before + 7 && waited < 12000; waited++) {
		pause_for_a_moment();
	}
	if (written != before + 7 || wrong || of_helper != 7 ||
	    expected_index[gettid() % TIDS] != 7) {
		return 1;
	}
	run_in_thread(work, (void *) 1);
	return written == before + 7 + 2 * BLOCKS && !wrong ? 0 : 2;
}

static void a_child_begins_with_empty_rings(void **state)
{
	(void) state;
	announce(0, 50);
	assert_int_equal(run_in_child(child), 0);
	retire(0, 50);
	wait_until(written == 100);
}

/* What waits in the ring of the forking thread is written by the parent, before. */
static int count_at_once(void)
{
	return written == 50 ? 0 : 1;
}

static void what_waits_is_written_before_a_fork(void **state)
{
	(void) state;
	let_helper_sleep();
	announce(0, 50);
	assert_int_equal(run_in_child(count_at_once), 0);
	retire(0, 50);
	wait_until(written == 100);
}

static int push_and_exit(void)
{
	announce(0, 1);
	let_helper_sleep();
	announce(1, 10);
	exit(EXIT_SUCCESS);
}

static void what_waits_is_written_when_the_process_exits(void **state)
{
	(void) state;
	*written_in_child = 0;
	assert_int_equal(run_in_child(push_and_exit), 0);
	assert_int_equal(*written_in_child, 11);
}

/* As some other ways to make a process do, this calls no handlers. */
static void a_child_made_without_handlers_writes_nothing_of_its_parent(void **state)
{
	pid_t child;
	int status = -1;

	(void) state;
#ifdef __SANITIZE_THREAD__
	skip();
#endif
	let_helper_sleep();
	announce(0, 50);
	*written_in_child = 0;
	child = _Fork();
	if (child == 0) {
		aspan_packed_flush();
		announce(50, 7);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(*written_in_child, 7);
	retire(0, 50);
	wait_until(written == 100);
}

static struct allocspan_guard in_token;

/* Each test begins with a helper at work: not with one that ends, nor with one that has yet to begin. */
static int begin(void **state)
{
	(void) state;
	enable(true);
	do {
		run_in_thread(work_a_little, space);
	} while (!is_helper_running());
	written = 0;
	wrong = 0;
	of_helper = 0;
	gaps_left = 0;
	gap_index = 0;
	in_token = allocspan_token_enter(token);
	return 0;
}

/* Whatever a test left is written before the next. */
static int end(void **state)
{
	(void) state;
	is_helper_held = false;
	allocspan_guard_exit(&in_token);
	aspan_packed_flush();
	return wrong ? -1 : 0;
}

static int set_up(void **state)
{
	(void) state;
	space = address_space((size_t) THREADS * BLOCKS * STRIDE);
	token = registered("packed");
	test_pid = getpid();
	written_in_child = mmap(NULL, sizeof(*written_in_child), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(written_in_child != MAP_FAILED);
	aspan_trace.packed_events.emit = emit;
	aspan_trace.packed_events.sessions = &sessions;
	aspan_trace.packed_events.enabled = &is_enabled;
	return 0;
}

#include <dlfcn.h>

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread,
							  const pthread_attr_t *attributes,
							  void *(*run)(void *), void *argument)
{
	if (fails_to_create) {
		return EAGAIN;
	}
	if (!next_create) {
		*(void **) &next_create = dlsym(RTLD_NEXT, "pthread_create");
	}
	return next_create(thread, attributes, run, argument);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_pushed_is_written_soon),
		TEST(threads_that_push_more_than_rings_hold_lose_nothing),
		TEST(a_thread_with_a_full_ring_does_not_wait_for_the_helper),
		TEST(rings_of_threads_that_ended_are_used_again),
		TEST(records_behind_one_that_is_never_finished_are_written),
		TEST(a_record_that_is_finished_late_is_written_once),
		TEST(a_ring_that_is_full_behind_an_unfinished_record_is_replaced_at_once),
		TEST(a_thread_that_ends_in_a_push_leaves_nothing),
		TEST(pushes_that_are_never_finished_do_not_add_up),
		TEST(sessions_come_and_go),
		TEST(nothing_of_an_ended_session_comes_into_the_next),
		TEST(without_a_helper_records_are_written_at_once),
		TEST(a_child_begins_with_empty_rings),
		TEST(what_waits_is_written_before_a_fork),
		TEST(what_waits_is_written_when_the_process_exits),
		TEST(a_child_made_without_handlers_writes_nothing_of_its_parent),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
