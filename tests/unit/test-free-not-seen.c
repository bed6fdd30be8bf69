/* SPDX-License-Identifier: MIT */
/*
 * The allocator gives out again an address whose free it did not show: the fact is counted, told to the tracer, and made up for.
 *
 * Linked with a library that hides nothing: the test is the interposer, and stands in for the tracer.
 */
#include "support.h"

#include "misuse.h"
#include "record.h"
#include "thread.h"
#include "trace.h"

enum { SIZE = 100, MANY = 1000, EVENTS_OF_MANY = 10 };

static struct allocspan_token *token;
static char *space;

/*
 * The tracer.
 */
static int is_enabled;
static void *sessions;
static char first_session, second_session;

static struct {
	unsigned int count;
	const char *what;
	uint64_t group_id;
	uint64_t span_id;
	void *ip;
} told;

static void emit(const char *what, uint64_t group_id, uint64_t span_id, void *ip)
{
	told.count++;
	told.what = what;
	told.group_id = group_id;
	told.span_id = span_id;
	told.ip = ip;
	/* As any code may. */
	errno = EIO;
}

static void allocate(void *address, size_t size_bytes)
{
	struct allocspan_guard guard = allocspan_token_enter(token);

	aspan_record_alloc(address, size_bytes, ASPAN_KIND_MALLOC, space);
	allocspan_guard_exit(&guard);
}

static void release(void *address)
{
	aspan_record_free(address, ASPAN_KIND_MALLOC, space);
}

/* So many times an address is allocated whose free was not seen. */
static void miss_frees(unsigned int count)
{
	for (unsigned int i = 0; i <= count; i++) {
		allocate(space, SIZE);
	}
	release(space);
}

static void frees_that_are_seen_are_not_told(void **state)
{
	(void) state;
	allocate(space, SIZE);
	release(space);
	allocate(space, SIZE);
	release(space);
	assert_int_equal(told.count, 0);
}

static void an_address_that_is_given_out_again_is_told_with_its_owner(void **state)
{
	const uint64_t before = allocspan_misuse_count();

	(void) state;
	allocate(space, SIZE);
	assert_int_equal(told.count, 0);
	allocate(space, SIZE);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.what, "free_not_seen");
	assert_int_equal(told.group_id, allocspan_token_id(token));
	assert_int_equal(told.span_id, 0);
	assert_ptr_equal(told.ip, space);
	assert_int_equal(allocspan_misuse_count(), before + 1);
	release(space);
}

static void its_free_is_made_up_for(void **state)
{
	const struct allocspan_stats before = stats_of(token);

	(void) state;
	allocate(space, SIZE);
	allocate(space, 1);
	assert_stats(token, before.alloc_count + 2, before.alloc_bytes + SIZE + 1,
		     before.free_count + 1, before.free_bytes + SIZE);
	release(space);
}

static void a_block_inside_of_one_whose_free_was_not_seen_is_told_without_owner(void **state)
{
	(void) state;
	allocate(space, SIZE);
	allocate(space + 16, 1);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.group_id, 0);
	release(space + 16);
	release(space);
}

static void many_are_counted_and_told_ever_more_rarely(void **state)
{
	const uint64_t before = allocspan_misuse_count();

	(void) state;
	miss_frees(MANY);
	assert_int_equal(allocspan_misuse_count(), before + MANY);
	assert_int_equal(told.count, EVENTS_OF_MANY);
}

static void a_session_that_starts_later_is_told_of_its_first(void **state)
{
	(void) state;
	is_enabled = 0;
	sessions = NULL;
	miss_frees(MANY);
	assert_int_equal(told.count, 0);
	is_enabled = 1;
	sessions = &second_session;
	miss_frees(1);
	assert_int_equal(told.count, 1);
}

static int miss_one(void)
{
	miss_frees(1);
	return (int) told.count;
}

static void a_child_tells_of_its_first(void **state)
{
	(void) state;
	miss_frees(MANY);
	told.count = 0;
	assert_int_equal(run_in_child(miss_one), 1);
}

static void while_the_tracer_is_at_work_the_next_is_told_instead(void **state)
{
	(void) state;
	miss_frees(3);
	assert_int_equal(told.count, 2);
	allocate(space, SIZE);
	/* The fourth. */
	aspan_thread.busy = ASPAN_BUSY_TRACER;
	allocate(space, SIZE);
	aspan_thread.busy = 0;
	assert_int_equal(told.count, 2);
	miss_frees(1);
	assert_int_equal(told.count, 3);
}

static void errno_is_kept(void **state)
{
	(void) state;
	errno = EDOM;
	miss_frees(1);
	assert_int_equal(errno, EDOM);
	assert_int_equal(told.count, 1);
}

static int begin(void **state)
{
	static bool is_second;

	(void) state;
	memset(&told, 0, sizeof(told));
	/* Each test has a session of its own. */
	is_second = !is_second;
	sessions = is_second ? &second_session : &first_session;
	is_enabled = 1;
	aspan_trace.misuse.emit = emit;
	aspan_trace.misuse.sessions = &sessions;
	aspan_trace.misuse.enabled = &is_enabled;
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frees_that_are_seen_are_not_told),
		TEST(an_address_that_is_given_out_again_is_told_with_its_owner),
		TEST(its_free_is_made_up_for),
		TEST(a_block_inside_of_one_whose_free_was_not_seen_is_told_without_owner),
		TEST(many_are_counted_and_told_ever_more_rarely),
		TEST(a_session_that_starts_later_is_told_of_its_first),
		TEST(a_child_tells_of_its_first),
		TEST(while_the_tracer_is_at_work_the_next_is_told_instead),
		TEST(errno_is_kept),
	};

	token = allocspan_token_register("unseen", NULL, 0);
	space = mmap(NULL, 1 << 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return space == MAP_FAILED ? EXIT_FAILURE : cmocka_run_group_tests(tests, NULL, NULL);
}
