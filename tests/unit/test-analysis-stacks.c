/* SPDX-License-Identifier: MIT */
/*
 * Call stacks in the model: which allocation has which, and what was loaded where.
 */
#include "answers-support.h"

#include "report-stacks.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t ab[] = { 0x10, 0x20 }; /* 0x20 called 0x10 */
static const uint64_t ac[] = { 0x10, 0x30 };

static void tell_stack(uint64_t address, const uint64_t *frames, size_t count)
{
	feed((struct aspan_event){ .type = ASPAN_EVENT_ALLOC_STACK,
				   .address = address,
				   .group_id = 2,
				   .ip = count ? frames[0] : 0,
				   .frames = frames,
				   .frame_count = count });
}

static void allocate_from(uint64_t ip, uint64_t address, uint64_t size)
{
	allocate_in(0, ip, address, size, 2, PARSER);
}

static void load(uint64_t base, uint64_t size, const char *path)
{
	struct aspan_object_event event = {
		.change = ASPAN_OBJECT_LOAD, .base = base, .size_bytes = size, .path = path
	};

	assert_int_equal(aspan_model_take_object(model, &from, &event), 0);
}

static void change(enum aspan_object_change what, uint64_t base)
{
	struct aspan_object_event event = { .change = what, .base = base };

	assert_int_equal(aspan_model_take_object(model, &from, &event), 0);
}

/* Says of each frame in which file it is. */
static int name_by_path(void *data, const struct aspan_object *object, uint64_t base,
			uint64_t address, struct aspan_frame_name *name)
{
	(void) data;
	(void) base;
	(void) address;
	name->code.function = object->path;
	return 1;
}

/* The allocated bytes of places with these frames (functions or addresses), the outermost first. */
static uint64_t bytes_of(const char *frames)
{
	struct aspan_stack stack = { 0 };
	uint64_t sum = 0;

	for (size_t i = 0; i < report.place_count; i++) {
		char text[256] = "";

		assert_int_equal(aspan_stack_fill(&stack, &report, &report.places[i]), 0);
		for (size_t j = 0; j < stack.frame_count; j++) {
			if (stack.frames[j].kind == ASPAN_FRAME_CALL ||
			    stack.frames[j].kind == ASPAN_FRAME_CALLSITE) {
				strcat(strcat(text, *text ? ";" : ""), stack.frames[j].name);
			}
		}
		if (strcmp(text, frames) == 0) {
			sum += report.places[i].numbers.counts.alloc_bytes;
		}
	}
	aspan_stack_fini(&stack);
	return sum;
}

static void an_alloc_has_the_stack_that_was_told_before(void **state)
{
	(void) state;
	tell_stack(0x1000, ab, COUNT(ab));
	allocate_from(0x10, 0x1000, 5);
	tell_stack(0x2000, ac, COUNT(ac));
	allocate_from(0x10, 0x2000, 7);
	make_report();
	assert_int_equal(bytes_of("0x20;0x10"), 5);
	assert_int_equal(bytes_of("0x30;0x10"), 7);
}

static void equal_stacks_are_one(void **state)
{
	(void) state;
	for (uint64_t i = 0; i < 1000; i++) {
		tell_stack(0x1000 + i, ab, COUNT(ab));
		allocate_from(0x10, 0x1000 + i, 1);
	}
	make_report();
	assert_int_equal(report.stack_node_count, 3);
	assert_int_equal(report.callsite_count, 2);
	assert_int_equal(bytes_of("0x20;0x10"), 1000);
}

static void a_stack_is_of_its_address_alone(void **state)
{
	(void) state;
	tell_stack(0x1000, ab, COUNT(ab));
	allocate_from(0x10, 0x2000, 5);
	/* Nor is it kept for later. */
	allocate_from(0x10, 0x1000, 6);
	make_report();
	assert_int_equal(bytes_of("0x20;0x10"), 0);
	assert_int_equal(bytes_of("0x10"), 11);
}

static void a_stack_is_of_its_call_site_alone(void **state)
{
	(void) state;
	tell_stack(0x1000, ab, COUNT(ab));
	allocate_from(0x11, 0x1000, 5);
	make_report();
	assert_int_equal(bytes_of("0x11"), 5);
}

static void a_stack_is_of_its_thread_alone(void **state)
{
	(void) state;
	tell_stack(0x1000, ab, COUNT(ab));
	from.vtid = 101;
	allocate_from(0x10, 0x2000, 3);
	from.vtid = 100;
	allocate_from(0x10, 0x1000, 5);
	make_report();
	assert_int_equal(bytes_of("0x10"), 3);
	assert_int_equal(bytes_of("0x20;0x10"), 5);
}

/* The alloc is lost, the block is freed, and its address is given out again by another caller. */
static void a_free_ends_what_a_lost_alloc_left(void **state)
{
	(void) state;
	tell_stack(0x1000, ab, COUNT(ab));
	release(0x1000, 5, 2, PARSER);
	allocate_from(0x10, 0x1000, 6);
	make_report();
	assert_int_equal(bytes_of("0x10"), 6);
}

static void losses_between_a_stack_and_its_alloc_part_them(void **state)
{
	uint64_t count = 4;

	(void) state;
	tell_stack(0x1000, ab, COUNT(ab));
	aspan_model_note_discarded_events(model, from.trace, &count);
	allocate_from(0x10, 0x1000, 6);
	make_report();
	assert_int_equal(bytes_of("0x10"), 6);
	assert_int_equal(bytes_of("0x20;0x10"), 0);
}

static void an_empty_stack_is_none(void **state)
{
	static const uint64_t zeros[] = { 0, 0 };

	(void) state;
	tell_stack(0x1000, NULL, 0);
	allocate_from(0x10, 0x1000, 6);
	tell_stack(0x2000, zeros, COUNT(zeros));
	allocate_from(0x10, 0x2000, 7);
	make_report();
	assert_int_equal(report.stack_node_count, 0);
	assert_int_equal(bytes_of("0x10"), 13);
}

static void a_trace_without_stacks_has_no_tree(void **state)
{
	(void) state;
	allocate_from(0x10, 0x1000, 6);
	make_report();
	assert_int_equal(report.stack_node_count, 0);
	assert_null(model->tally->calls.nodes);
}

static void an_address_is_of_what_was_loaded_when_it_called(void **state)
{
	static const uint64_t frames[] = { 0x1010, 0x9010 };

	(void) state;
	aspan_model_set_namer(model, name_by_path, NULL);
	load(0x9000, 0x1000, "/main");
	load(0x1000, 0x1000, "/first");
	tell_stack(0x10000, frames, COUNT(frames));
	allocate_from(0x1010, 0x10000, 1);
	change(ASPAN_OBJECT_UNLOAD, 0x1000);
	load(0x1000, 0x800, "/second");
	tell_stack(0x20000, frames, COUNT(frames));
	allocate_from(0x1010, 0x20000, 2);
	/* Over the second, of whose end there is no event. */
	load(0x800, 0x1000, "/third");
	tell_stack(0x30000, frames, COUNT(frames));
	allocate_from(0x1010, 0x30000, 4);
	load(0x1000, 0x1000, "/first");
	tell_stack(0x40000, frames, COUNT(frames));
	allocate_from(0x1010, 0x40000, 8);
	make_report();
	assert_int_equal(bytes_of("/main;/first"), 9);
	assert_int_equal(bytes_of("/main;/second"), 2);
	/* It began elsewhere. */
	assert_int_equal(bytes_of("/main;/third"), 4);
}

/* The first allocations of a process can come before its state dump. */
static void what_is_loaded_can_be_told_later(void **state)
{
	(void) state;
	aspan_model_set_namer(model, name_by_path, NULL);
	tell_stack(0x10000, ab, COUNT(ab));
	allocate_from(0x10, 0x10000, 3);
	change(ASPAN_OBJECT_START, 0);
	load(0x0, 0x100, "/main");
	make_report();
	assert_int_equal(bytes_of("/main;/main"), 3);
	tell_stack(0x20000, ab, COUNT(ab));
	allocate_from(0x10, 0x20000, 4);
	make_report();
	assert_int_equal(bytes_of("/main;/main"), 7);
}

/* What the old one had loaded is not there any more; the new one's state dump is late. */
static void a_new_process_of_a_pid_has_loaded_nothing_yet(void **state)
{
	(void) state;
	aspan_model_set_namer(model, name_by_path, NULL);
	group_register(2, PARSER);
	load(0x0, 0x100, "/old");
	tell_stack(0x10000, ab, COUNT(ab));
	allocate_from(0x10, 0x10000, 3);
	group_register(2, PARSER);
	tell_stack(0x10000, ac, COUNT(ac));
	allocate_from(0x10, 0x10000, 4);
	make_report();
	assert_int_equal(bytes_of("/old;/old"), 3);
	change(ASPAN_OBJECT_START, 0);
	load(0x0, 0x100, "/new");
	make_report();
	assert_int_equal(bytes_of("/old;/old"), 3);
	assert_int_equal(bytes_of("/new;/new"), 4);
}

/* Ranges beyond the last address, without a length, without a name. */
static void absurd_objects_are_left_out(void **state)
{
	(void) state;
	aspan_model_set_namer(model, name_by_path, NULL);
	load(UINT64_MAX - 5, 100, "/over");
	load(0, UINT64_MAX, "");
	load(0x18, 0, "/nothing");
	change(ASPAN_OBJECT_UNLOAD, 0x77);
	change(ASPAN_OBJECT_BUILD_ID, 0x77);
	tell_stack(0x20000, ab, COUNT(ab));
	allocate_from(0x10, 0x20000, 4);
	make_report();
	assert_int_equal(bytes_of("0x20;0x10"), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_all, end_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_alloc_has_the_stack_that_was_told_before),
		TEST(equal_stacks_are_one),
		TEST(a_stack_is_of_its_address_alone),
		TEST(a_stack_is_of_its_call_site_alone),
		TEST(a_stack_is_of_its_thread_alone),
		TEST(a_free_ends_what_a_lost_alloc_left),
		TEST(losses_between_a_stack_and_its_alloc_part_them),
		TEST(an_empty_stack_is_none),
		TEST(a_trace_without_stacks_has_no_tree),
		TEST(an_address_is_of_what_was_loaded_when_it_called),
		TEST(what_is_loaded_can_be_told_later),
		TEST(a_new_process_of_a_pid_has_loaded_nothing_yet),
		TEST(absurd_objects_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
