/* SPDX-License-Identifier: MIT */
/*
 * Packed records of many threads and ordinary events come out in the order of their times, and what cannot be in order,
 * or is missing, is counted.
 */
#include "packed-merge.h"

#include "packed-support.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)
#define START (1000 * MS)
#define GROUPS "2:14:,group=parser,3:7:,group="

static struct aspan_packed_merge *merge;
static struct aspan_packed_output output;
static struct packed_writer writer;

static const struct aspan_origin of_trace_0 = { .trace = 0 };

/* Of what is added. */
static struct aspan_origin added_origin;
static uint64_t offset_ns;

static int start(void **state)
{
	(void) state;
	merge = aspan_packed_merge_create();
	added_origin = of_trace_0;
	offset_ns = 0;
	return merge ? 0 : -1;
}

static int end(void **state)
{
	(void) state;
	aspan_packed_merge_destroy(merge);
	return 0;
}

/* An event of process 100 with what is in the writer, which is empty then. */
static int add(int64_t vtid, uint64_t begin_ns, uint64_t event_ns, uint64_t index)
{
	struct aspan_packed_fields event = {
		.version = 1,
		.vpid = 100,
		.vtid = vtid,
		.thread_name = vtid == 100 ? "main" : "",
		.record_index = index,
		.record_count = writer.record_count,
		.begin_ns = begin_ns,
		.flush_ns = event_ns,
		.groups = GROUPS,
		.groups_bytes = sizeof(GROUPS) - 1,
		.records = (const char *) writer.bytes,
		.records_bytes = writer.length,
	};
	int result =
		aspan_packed_merge_add_event(merge, &added_origin, event_ns, offset_ns, &event);

	memset(writer.bytes, 0, sizeof(writer.bytes));
	writer.length = 0;
	writer.address = 0;
	writer.record_count = 0;
	return result;
}

/* An event of one alloc at each of these times, the first of which is begin_ns; its address tells which. */
static void add_allocs(int64_t vtid, uint64_t event_ns, uint64_t index, const uint64_t *times,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		packed_record(&writer, 0, i ? times[i] - times[i - 1] : 0, times[i] * 8, 1, 0, 0,
			      0);
	}
	assert_int_equal(add(vtid, times[0], event_ns, index), 0);
}

static void add_alloc(int64_t vtid, uint64_t time_ns, uint64_t event_ns, uint64_t index)
{
	add_allocs(vtid, event_ns, index, &time_ns, 1);
}

static void add_item(uint64_t time_ns, const char *item)
{
	assert_int_equal(
		aspan_packed_merge_add_item(merge, time_ns, (void *) (uintptr_t) item, NULL), 0);
}

static void expect_record(int64_t vtid, uint64_t time_ns)
{
	assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
	assert_int_equal(output.type, ASPAN_PACKED_RECORD);
	assert_int_equal(output.origin.vtid, vtid);
	assert_int_equal(output.time_ns, time_ns);
}

static void expect_item(const char *item, uint64_t time_ns)
{
	assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
	assert_int_equal(output.type, ASPAN_PACKED_ITEM);
	assert_ptr_equal(output.item, item);
	assert_int_equal(output.time_ns, time_ns);
}

static void expect_nothing(void)
{
	assert_int_equal(aspan_packed_merge_next(merge, &output), 0);
}

static void a_record_has_thread_groups_and_name(void **state)
{
	(void) state;
	packed_state(&writer, 9, 2);
	packed_record(&writer, 1, 5, 0x1000, 77, 0, 4, 0x401000);
	assert_int_equal(add(100, START, START + MS, 0), 0);
	aspan_packed_merge_end(merge);
	expect_record(100, START + 5);
	assert_true(output.origin.has_vpid);
	assert_int_equal(output.origin.vpid, 100);
	assert_string_equal(output.origin.procname, "main");
	assert_int_equal(output.group->id, 2);
	assert_string_equal(output.group->tags, ",group=parser,");
	assert_int_equal(output.current_group_id, 3);
	assert_true(output.record->is_free);
	assert_int_equal(output.record->address, 0x1000);
	assert_int_equal(output.record->size_bytes, 77);
	assert_int_equal(output.record->kind, 4);
	assert_int_equal(output.record->ip, 0x401000);
	assert_int_equal(output.record->span_id, 9);
	expect_nothing();
}

static void a_thread_without_a_name_has_none(void **state)
{
	(void) state;
	add_alloc(7, START, START, 0);
	aspan_packed_merge_end(merge);
	expect_record(7, START);
	assert_null(output.origin.procname);
	assert_int_equal(output.current_group_id, 0);
}

static void threads_take_turns(void **state)
{
	static const uint64_t first[] = { START, START + 20, START + 21, START + 60 };
	static const uint64_t second[] = { START + 10, START + 30, START + 50 };

	(void) state;
	add_allocs(1, START + 100, 0, first, 4);
	add_allocs(2, START + 101, 0, second, 3);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	expect_record(2, START + 10);
	expect_record(1, START + 20);
	expect_record(1, START + 21);
	expect_record(2, START + 30);
	expect_record(2, START + 50);
	expect_record(1, START + 60);
	expect_nothing();
}

static void ordinary_events_take_their_places_and_come_first(void **state)
{
	static const uint64_t times[] = { START, START + 10, START + 20 };
	static const char a[] = "a", b[] = "b", c[] = "c";

	(void) state;
	add_item(START + 10, a);
	add_item(START + 10, b);
	add_item(START + 15, c);
	add_allocs(1, START + 100, 0, times, 3);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	expect_item(a, START + 10);
	expect_item(b, START + 10);
	expect_record(1, START + 10);
	expect_item(c, START + 15);
	expect_record(1, START + 20);
	expect_nothing();
}

static void everything_waits_for_the_hold_back_and_no_longer(void **state)
{
	static const char early[] = "early", late[] = "late", last[] = "last";

	(void) state;
	add_item(START, early);
	add_alloc(1, START + 1, START + 100 * MS, 0);
	add_item(START + ASPAN_PACKED_HOLD_NS - 1, late);
	expect_nothing();
	add_item(START + ASPAN_PACKED_HOLD_NS, last);
	expect_item(early, START);
	expect_nothing();
	add_alloc(1, START + ASPAN_PACKED_HOLD_NS, START + ASPAN_PACKED_HOLD_NS + 1, 1);
	expect_record(1, START + 1);
	expect_nothing();
}

static void an_item_without_a_time_keeps_its_place(void **state)
{
	static const char a[] = "a", b[] = "b";

	(void) state;
	add_item(START + 10, a);
	add_item(0, b);
	aspan_packed_merge_end(merge);
	expect_item(a, START + 10);
	expect_item(b, START + 10);
}

static void what_is_too_late_comes_at_the_earliest_time_and_is_counted(void **state)
{
	static const uint64_t times[] = { START - 20, START - 10, START + MS };
	static const char a[] = "a", b[] = "b";

	(void) state;
	add_item(START, a);
	add_item(START + ASPAN_PACKED_HOLD_NS + MS, b);
	expect_item(a, START);
	add_allocs(1, START + ASPAN_PACKED_HOLD_NS + 2 * MS, 0, times, 3);
	expect_record(1, START);
	assert_int_equal(output.record->address, (START - 20) * 8);
	expect_record(1, START);
	expect_record(1, START + MS);
	assert_int_equal(aspan_packed_merge_get_counts(merge)->late_records, 2);
	assert_int_equal(aspan_packed_merge_get_counts(merge)->records, 3);
}

static void an_old_record_that_nothing_overtook_is_not_late(void **state)
{
	(void) state;
	add_alloc(1, START, START + 10 * ASPAN_PACKED_HOLD_NS, 0);
	expect_record(1, START);
	assert_int_equal(aspan_packed_merge_get_counts(merge)->late_records, 0);
}

static void times_of_a_thread_never_go_back(void **state)
{
	(void) state;
	add_alloc(1, START + 50, START + 100, 0);
	add_alloc(1, START + 20, START + 110, 1);
	aspan_packed_merge_end(merge);
	expect_record(1, START + 50);
	expect_record(1, START + 50);
	/* Its own clock went back, and nothing else was in its way. */
	assert_int_equal(aspan_packed_merge_get_counts(merge)->late_records, 0);
}

static void a_record_is_not_younger_than_its_event(void **state)
{
	(void) state;
	add_alloc(1, START + 50, START + 10, 0);
	aspan_packed_merge_end(merge);
	expect_record(1, START + 10);
}

static void the_offset_makes_times_those_of_the_trace(void **state)
{
	struct aspan_packed_fields event = {
		.version = 1,
		.vpid = 100,
		.vtid = 1,
		.thread_name = "",
		.record_count = 1,
		.begin_ns = 500,
		.flush_ns = 600,
		.groups = GROUPS,
		.groups_bytes = sizeof(GROUPS) - 1,
		.records = "\xa4\x0b\x01\x01",
		.records_bytes = 4,
	};

	(void) state;
	assert_int_equal(
		aspan_packed_merge_add_event(merge, &of_trace_0, START, START - 600, &event), 0);
	event.vtid = 2;
	/* A clock that is behind that of the records: the offset wraps. */
	assert_int_equal(aspan_packed_merge_add_event(merge, &of_trace_0, START, 400 - 600, &event),
			 0);
	aspan_packed_merge_end(merge);
	expect_record(2, 310);
	expect_record(1, START - 90);
}

static void expect_loss(int64_t vtid, uint64_t count, uint64_t time_ns)
{
	assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
	assert_int_equal(output.type, ASPAN_PACKED_LOSS);
	assert_int_equal(output.origin.vtid, vtid);
	assert_int_equal(output.lost_count, count);
	assert_int_equal(output.time_ns, time_ns);
}

static void a_gap_is_the_exact_number_of_lost_records(void **state)
{
	static const uint64_t times[] = { START, START + 1, START + 2 };

	(void) state;
	add_allocs(1, START + 10, 0, times, 3);
	add_alloc(2, START + 5, START + 10, 70);
	add_alloc(1, START + 20, START + 30, 10);
	add_alloc(2, START + 25, START + 30, 71);
	add_alloc(1, START + 40, START + 50, 11);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	expect_record(1, START + 1);
	expect_record(1, START + 2);
	expect_record(2, START + 5);
	expect_loss(1, 7, START + 20);
	expect_record(1, START + 20);
	expect_record(2, START + 25);
	expect_record(1, START + 40);
	expect_nothing();
	assert_int_equal(aspan_packed_merge_get_counts(merge)->lost_records, 7);
}

static void a_thread_id_that_is_used_again_is_no_loss(void **state)
{
	(void) state;
	add_alloc(1, START, START + 10, 40);
	add_alloc(1, START + 20, START + 30, 0);
	add_alloc(1, START + 40, START + 50, 1);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	expect_record(1, START + 20);
	expect_record(1, START + 40);
	expect_nothing();
}

static void threads_of_other_processes_and_traces_are_others(void **state)
{
	struct aspan_origin origins[] = { { .trace = 0 },
					  { .trace = 1 },
					  { .trace = 0, .pid_namespace = 5 } };
	struct aspan_packed_fields event = {
		.version = 1,
		.vtid = 1,
		.thread_name = "",
		.record_count = 1,
		.begin_ns = START,
		.flush_ns = START,
		.groups = GROUPS,
		.groups_bytes = sizeof(GROUPS) - 1,
		.records = "\xa4\x01\x01\x01",
		.records_bytes = 4,
	};

	(void) state;
	/* Of one thread, the indexes would tell of losses. */
	for (unsigned int i = 0; i < 3; i++) {
		for (event.vpid = 1; event.vpid < 4; event.vpid++) {
			event.record_index += 1000;
			assert_int_equal(
				aspan_packed_merge_add_event(merge, &origins[i], START, 0, &event),
				0);
		}
	}
	aspan_packed_merge_end(merge);
	for (int i = 0; i < 9; i++) {
		expect_record(1, START);
	}
	expect_nothing();
}

/* Whatever they are called: here vpid and namespace are mixed up to the same key. */
static void threads_of_one_key_are_told_apart(void **state)
{
	struct aspan_origin namespaces[] = { { .pid_namespace = 5 }, { .pid_namespace = 0 } };
	const int64_t vpids[] = { 1, (INT64_C(5) << 32) ^ 1 };
	struct aspan_packed_fields event = {
		.version = 1,
		.vtid = 1,
		.thread_name = "",
		.record_count = 1,
		.begin_ns = START,
		.flush_ns = START,
		.groups = GROUPS,
		.groups_bytes = sizeof(GROUPS) - 1,
		.records = "\xa4\x01\x01\x01",
		.records_bytes = 4,
	};

	(void) state;
	for (size_t i = 0; i < 2; i++) {
		event.vpid = vpids[i];
		event.record_index = i * 1000;
		assert_int_equal(
			aspan_packed_merge_add_event(merge, &namespaces[i], START, 0, &event), 0);
	}
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	expect_record(1, START);
	expect_nothing();
}

static void add_full(uint64_t time_ns, const char *item, struct aspan_origin origin)
{
	assert_int_equal(
		aspan_packed_merge_add_item(merge, time_ns, (void *) (uintptr_t) item, &origin), 0);
}

static bool next_item_is_ignored(void)
{
	assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
	assert_true(output.type == ASPAN_PACKED_ITEM || output.type == ASPAN_PACKED_IGNORED_ITEM);
	return output.type == ASPAN_PACKED_IGNORED_ITEM;
}

static void full_allocations_of_a_packed_process_are_ignored(void **state)
{
	const struct aspan_origin packed = { .has_vpid = true, .vpid = 100, .vtid = 3 };
	const struct aspan_origin other = { .has_vpid = true, .vpid = 101, .vtid = 3 };
	const struct aspan_origin elsewhere = { .trace = 1, .has_vpid = true, .vpid = 100 };

	(void) state;
	add_full(START - 2 * MS, "before", packed);
	add_full(START - 1, "the same", packed);
	add_full(START + 2, "other process", other);
	add_full(START + 2, "other trace", elsewhere);
	add_item(START + 2, "no allocation");
	add_full(START + 3, "another thread", packed);
	add_alloc(1, START, START + 10, 0);
	aspan_packed_merge_end(merge);
	assert_false(next_item_is_ignored());
	assert_true(next_item_is_ignored());
	expect_record(1, START);
	assert_false(next_item_is_ignored());
	assert_false(next_item_is_ignored());
	assert_false(next_item_is_ignored());
	assert_true(next_item_is_ignored());
	expect_nothing();
	assert_int_equal(aspan_packed_merge_get_counts(merge)->ignored_items, 2);
}

static void what_is_known_to_be_ignored_does_not_wait(void **state)
{
	const struct aspan_origin packed = { .has_vpid = true, .vpid = 100, .vtid = 3 };
	static char item[] = "full";

	(void) state;
	add_alloc(1, START, START + 10, 0);
	assert_int_equal(aspan_packed_merge_add_item(merge, START + 20, item, &packed), 1);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	expect_nothing();
	assert_int_equal(aspan_packed_merge_get_counts(merge)->ignored_items, 1);
}

static void full_allocations_without_a_process_are_ignored_in_a_packed_trace(void **state)
{
	(void) state;
	add_full(START + 1, "without", (struct aspan_origin){ .trace = 0, .pid_namespace = 7 });
	add_full(START + 1, "of another trace", (struct aspan_origin){ .trace = 1 });
	add_alloc(1, START, START + 10, 0);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	assert_true(next_item_is_ignored());
	assert_false(next_item_is_ignored());
}

static void damage_is_told_with_its_place(void **state)
{
	(void) state;
	packed_record(&writer, 0, 0, 8, 1, 0, 0, 0);
	packed_byte(&writer, 0x07);
	assert_int_equal(add(1, START, START + 10, 5), 0);
	aspan_packed_merge_end(merge);
	expect_record(1, START);
	assert_int_equal(aspan_packed_merge_next(merge, &output), -EINVAL);
	assert_string_equal(aspan_packed_merge_get_error(merge),
			    "a packed event of thread 1 of process 100 is damaged: its field "
			    "'records' has no control byte where one must be (byte 6, first record "
			    "5)");
}

static void damage_of_the_first_record_is_told_at_once(void **state)
{
	(void) state;
	packed_byte(&writer, 0x07);
	writer.record_count = 1;
	assert_int_equal(add(1, START, START + 10, 0), -EINVAL);
	assert_non_null(strstr(aspan_packed_merge_get_error(merge), "(byte 0, first record 0)"));
}

/* More than fit at first, while some have been taken, so that the queue grows around its seam. */
static void many_items_stay_in_order(void **state)
{
	static const char items[3000];
	size_t given = 0, added = 0;

	(void) state;
	for (; added < 1000; added++) {
		add_item(START + added * MS, &items[added]);
		if (added % 3 == 0 && aspan_packed_merge_next(merge, &output) == 1) {
			assert_ptr_equal(output.item, &items[given++]);
		}
	}
	assert_true(given > 0 && given < added);
	for (; added < 3000; added++) {
		add_item(START + 1000 * MS, &items[added]);
	}
	aspan_packed_merge_end(merge);
	while (given < added) {
		assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
		assert_ptr_equal(output.item, &items[given++]);
	}
	expect_nothing();
}

static uint64_t announced[64];
static size_t announced_count;

static void note_announced(void *data, uint64_t address)
{
	assert_ptr_equal(data, announced);
	announced[announced_count++] = address;
}

static void records_are_announced_before_they_come_in_their_order(void **state)
{
	uint64_t times[40];

	(void) state;
	for (size_t i = 0; i < 40; i++) {
		times[i] = START + i;
	}
	aspan_packed_merge_set_announce(merge, note_announced, announced);
	add_allocs(1, START + 100, 0, times, 40);
	aspan_packed_merge_end(merge);
	for (size_t i = 0; i < 40; i++) {
		expect_record(1, START + i);
		assert_true(announced_count > i);
		assert_int_equal(announced[i], output.record->address);
		assert_true(announced_count <= i + 16);
	}
	assert_int_equal(announced_count, 40);
}

static void items_can_be_taken_back(void **state)
{
	static const char a[] = "a", b[] = "b";
	void *item;

	(void) state;
	add_item(START, a);
	add_item(START, b);
	assert_int_equal(aspan_packed_merge_take_item(merge, &item), 1);
	assert_ptr_equal(item, a);
	assert_int_equal(aspan_packed_merge_take_item(merge, &item), 1);
	assert_ptr_equal(item, b);
	assert_int_equal(aspan_packed_merge_take_item(merge, &item), 0);
}

/* 200 threads, each flushed when its records are 90 ms old; everything comes out in order, as it goes along. */
static void many_threads_over_a_long_time(void **state)
{
	static uint64_t next_index[200];
	uint64_t seed = 1, last_ns = 0, given = 0, added = 0;

	(void) state;
	memset(next_index, 0, sizeof(next_index));
	for (uint64_t now = START; now < START + 5000 * MS; now += MS) {
		unsigned int thread = (unsigned int) ((now / MS) % 200);
		uint64_t time = now - 90 * MS;

		while (time < now - MS) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			packed_record(&writer, 0, seed >> 41, 8, 1, 0, 0, 0);
			time += seed >> 41;
		}
		added += writer.record_count;
		next_index[thread] += writer.record_count;
		assert_int_equal(
			add(thread, now - 90 * MS, now, next_index[thread] - writer.record_count),
			0);
		while (aspan_packed_merge_next(merge, &output) == 1) {
			assert_int_equal(output.type, ASPAN_PACKED_RECORD);
			assert_true(output.time_ns >= last_ns);
			last_ns = output.time_ns;
			given++;
		}
		/* It does not save them all up for the end. */
		assert_true(now < START + 1000 * MS || given > 0);
	}
	aspan_packed_merge_end(merge);
	while (aspan_packed_merge_next(merge, &output) == 1) {
		assert_true(output.time_ns >= last_ns);
		last_ns = output.time_ns;
		given++;
	}
	assert_int_equal(given, added);
	assert_true(added > 10000);
	assert_int_equal(aspan_packed_merge_get_counts(merge)->late_records, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

/* What was salvaged of process 100, by a clock that differs a little. */
static void begin_salvaged(void)
{
	added_origin =
		(struct aspan_origin){ .trace = 7, .pid_namespace = 40, .is_salvaged = true };
	offset_ns = 3;
}

static void what_was_salvaged_is_of_the_process_of_another_trace(void **state)
{
	const struct aspan_origin process = {
		.trace = 2, .has_vpid = true, .vpid = 100, .pid_namespace = 40
	};
	const struct aspan_origin others[] = {
		{ .trace = 3, .has_vpid = true, .vpid = 101, .pid_namespace = 40 },
		{ .trace = 4, .has_vpid = true, .vpid = 100, .pid_namespace = 41 },
		{ .trace = 5, .has_vpid = true, .vpid = 100, .pid_namespace = 40, .host = 1 },
	};

	(void) state;
	assert_int_equal(aspan_packed_merge_note_process(merge, &process, 5), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(aspan_packed_merge_note_process(merge, &others[i], 50), 0);
	}
	begin_salvaged();
	add_alloc(7, START, START + MS, 0);
	aspan_packed_merge_end(merge);
	/* By that trace's clock. */
	expect_record(7, START + 5);
	assert_int_equal(output.origin.trace, 2);
	assert_false(output.origin.is_salvaged);
	expect_nothing();
}

static void what_was_salvaged_goes_on_where_the_thread_ended(void **state)
{
	(void) state;
	added_origin.pid_namespace = 40;
	add_alloc(7, START, START + MS, 0);
	begin_salvaged();
	add_alloc(7, START + 2 * MS, START + 3 * MS, 2);
	aspan_packed_merge_end(merge);
	expect_record(7, START);
	assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
	assert_int_equal(output.type, ASPAN_PACKED_LOSS);
	assert_int_equal(output.lost_count, 1);
	expect_record(7, START + 2 * MS);
	assert_int_equal(output.origin.trace, 0);
	expect_nothing();
}

/* Its first records were overwritten. */
static void a_thread_of_a_process_that_began_in_the_trace_begins_with_record_0(void **state)
{
	const struct aspan_origin process = { .has_vpid = true, .vpid = 100 };

	(void) state;
	assert_int_equal(aspan_packed_merge_note_process(merge, &process, 0), 0);
	aspan_packed_merge_note_begin(merge, &process);
	add_alloc(7, START, START + MS, 12);
	add_alloc(8, START + MS, START + 2 * MS, 0);
	aspan_packed_merge_end(merge);
	assert_int_equal(aspan_packed_merge_next(merge, &output), 1);
	assert_int_equal(output.type, ASPAN_PACKED_LOSS);
	assert_int_equal(output.lost_count, 12);
	expect_record(7, START);
	expect_record(8, START + MS);
	expect_nothing();
}

static void a_process_older_than_the_trace_lacks_nothing_before_its_first_record(void **state)
{
	const struct aspan_origin process = { .has_vpid = true, .vpid = 100 };

	(void) state;
	assert_int_equal(aspan_packed_merge_note_process(merge, &process, 0), 0);
	add_alloc(7, START, START + MS, 12);
	aspan_packed_merge_end(merge);
	expect_record(7, START);
	expect_nothing();
}

static void an_event_that_is_there_twice_counts_once(void **state)
{
	for (int is_salvaged_first = 0; is_salvaged_first < 2; is_salvaged_first++) {
		const struct aspan_origin process = { .has_vpid = true, .vpid = 100 };

		end(state);
		start(state);
		assert_int_equal(aspan_packed_merge_note_process(merge, &process, 0), 0);
		if (is_salvaged_first) {
			begin_salvaged();
		}
		add_alloc(7, START, START + MS, 10);
		added_origin = of_trace_0;
		if (!is_salvaged_first) {
			begin_salvaged();
		}
		add_alloc(7, START, START + MS, 10);
		/* The next one that the thread made is another, and so is one of a thread that has its number later. */
		add_alloc(7, START + MS, START + MS, 11);
		add_alloc(7, START + 2 * MS, START + 2 * MS, 11);
		aspan_packed_merge_end(merge);
		expect_record(7, START);
		expect_record(7, START + MS);
		expect_record(7, START + 2 * MS);
		expect_nothing();
	}
}

static void what_was_salvaged_of_an_unknown_process_is_its_own(void **state)
{
	(void) state;
	begin_salvaged();
	add_alloc(7, START, START + MS, 0);
	aspan_packed_merge_end(merge);
	expect_record(7, START + 3);
	assert_int_equal(output.origin.trace, 7);
	assert_int_equal(output.origin.pid_namespace, 40);
	expect_nothing();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_has_thread_groups_and_name),
		TEST(a_thread_without_a_name_has_none),
		TEST(threads_take_turns),
		TEST(ordinary_events_take_their_places_and_come_first),
		TEST(everything_waits_for_the_hold_back_and_no_longer),
		TEST(an_item_without_a_time_keeps_its_place),
		TEST(what_is_too_late_comes_at_the_earliest_time_and_is_counted),
		TEST(an_old_record_that_nothing_overtook_is_not_late),
		TEST(times_of_a_thread_never_go_back),
		TEST(a_record_is_not_younger_than_its_event),
		TEST(the_offset_makes_times_those_of_the_trace),
		TEST(a_gap_is_the_exact_number_of_lost_records),
		TEST(a_thread_id_that_is_used_again_is_no_loss),
		TEST(threads_of_other_processes_and_traces_are_others),
		TEST(threads_of_one_key_are_told_apart),
		TEST(full_allocations_of_a_packed_process_are_ignored),
		TEST(what_is_known_to_be_ignored_does_not_wait),
		TEST(full_allocations_without_a_process_are_ignored_in_a_packed_trace),
		TEST(damage_is_told_with_its_place),
		TEST(damage_of_the_first_record_is_told_at_once),
		TEST(many_items_stay_in_order),
		TEST(records_are_announced_before_they_come_in_their_order),
		TEST(items_can_be_taken_back),
		TEST(many_threads_over_a_long_time),
		TEST(what_was_salvaged_is_of_the_process_of_another_trace),
		TEST(what_was_salvaged_goes_on_where_the_thread_ended),
		TEST(a_thread_of_a_process_that_began_in_the_trace_begins_with_record_0),
		TEST(a_process_older_than_the_trace_lacks_nothing_before_its_first_record),
		TEST(an_event_that_is_there_twice_counts_once),
		TEST(what_was_salvaged_of_an_unknown_process_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
