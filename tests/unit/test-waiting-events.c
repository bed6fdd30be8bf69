/* SPDX-License-Identifier: MIT */
/*
 * What waited in a process becomes events that say the same (lib/analysis/waiting-events.h): the decoder reads it back.
 */
#include "waiting-events.h"

#include "packed-decode.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)
#define RECORDS 3000
#define GROUPS 40

static const struct aspan_waiting_process process = { .vpid = 100, .pid_ns = 40 };

static struct aspan_waiting_group groups[GROUPS];
static struct aspan_waiting_record records[RECORDS];

/* What was given. */
static size_t event_count, read_count;
static uint64_t next_index;

static uint64_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 20;
}

static void make_groups(void)
{
	static char tags[GROUPS][64];

	for (uint32_t i = 0; i < GROUPS; i++) {
		snprintf(tags[i], sizeof(tags[i]), ",group=g,number=%u,", i);
		groups[i] = (struct aspan_waiting_group){ 1000 + i, tags[i] };
	}
}

static void make_records(uint64_t *state)
{
	uint64_t time_ns = 1000 * MS;

	for (size_t i = 0; i < RECORDS; i++) {
		/* Now and then nothing for a while. */
		time_ns += draw(state) % 500 + (draw(state) % 400 ? 0 : 150 * MS);
		records[i] = (struct aspan_waiting_record){
			.time_ns = time_ns,
			.address = draw(state) << 20 & ~UINT64_C(7),
			.size_bytes = draw(state) >> draw(state) % 40,
			.ip = draw(state) & ((UINT64_C(1) << 48) - 1),
			.span_id = draw(state) % 3,
			.group = (uint32_t) (draw(state) % GROUPS),
			.current_group = (uint32_t) (draw(state) % (GROUPS + 1)),
			.kind = draw(state) % 6,
			.is_free = draw(state) % 2,
		};
	}
}

static void expect_record(const struct aspan_packed_record *read,
			  const struct aspan_waiting_record *record,
			  const struct aspan_packed_group *named)
{
	const struct aspan_waiting_group *group = &groups[record->group];

	assert_int_equal(read->time_ns, record->time_ns);
	assert_int_equal(read->address, record->address);
	assert_int_equal(read->size_bytes, record->size_bytes);
	assert_int_equal(read->ip, record->ip);
	assert_int_equal(read->span_id, record->span_id);
	assert_int_equal(read->kind, record->kind);
	assert_int_equal(read->is_free, record->is_free);
	assert_int_equal(named[read->group].id, group->id);
	assert_int_equal(named[read->group].tags_bytes, strlen(group->tags));
	assert_memory_equal(named[read->group].tags, group->tags, strlen(group->tags));
	assert_int_equal(read->current_group ? named[read->current_group - 1].id : 0,
			 record->current_group ? groups[record->current_group - 1].id : 0);
}

static int read_back(void *data, const struct aspan_packed_fields *event)
{
	struct aspan_packed_group named[GROUPS];
	struct aspan_packed_cursor cursor;
	struct aspan_packed_record read;
	struct aspan_packed_error error;
	size_t group_count;

	(void) data;
	assert_int_equal(aspan_packed_fields_check(event, &error), 0);
	assert_int_equal(event->vpid, 100);
	assert_int_equal(event->vtid, 7);
	assert_string_equal(event->thread_name, "worker");
	assert_int_equal(event->record_index, next_index);
	assert_int_equal(aspan_packed_groups_parse(event->groups, event->groups_bytes, named,
						   GROUPS, &group_count, &error),
			 0);
	/* A tracer's smallest sub-buffer has room for it. */
	assert_true(event->groups_bytes + event->records_bytes < 3800);
	aspan_packed_cursor_init(&cursor, event, group_count);
	for (uint64_t i = 0; i < event->record_count; i++) {
		assert_int_equal(aspan_packed_cursor_next(&cursor, &read), 1);
		expect_record(&read, &records[read_count++], named);
	}
	assert_int_equal(aspan_packed_cursor_next(&cursor, &read), 0);
	aspan_packed_cursor_fini(&cursor);
	/* Later than all that the thread can have recorded itself, and not much. */
	assert_int_equal(event->flush_ns, read.time_ns + 100 * MS);
	assert_true(read.time_ns - event->begin_ns <= 100 * MS);
	next_index += event->record_count;
	event_count++;
	return 0;
}

static void begin(void)
{
	event_count = 0;
	read_count = 0;
}

static void records_are_read_back_as_they_were(void **state)
{
	struct aspan_waiting_thread thread = {
		.vtid = 7,
		.name = "worker",
		.record_index = 500,
		.groups = groups,
		.group_count = GROUPS,
		.records = records,
	};
	uint64_t random_state = 20261130, damaged_count = 0;

	(void) state;
	print_message("seed %llu\n", (unsigned long long) random_state);
	make_groups();
	for (int round = 0; round < 20; round++) {
		begin();
		make_records(&random_state);
		thread.record_count = draw(&random_state) % RECORDS;
		next_index = 500;
		assert_int_equal(aspan_waiting_events_make(&process, &thread, read_back, NULL,
							   &damaged_count),
				 0);
		assert_int_equal(read_count, thread.record_count);
		assert_true(event_count > thread.record_count / 400);
	}
	assert_int_equal(damaged_count, 0);
}

/* As tp/packed-format.md has it: a state, an alloc, and what was being written when the process ended. */
static const unsigned char encoded[] = "\x82\x81\x01\x01"
				       "\x84\x01\x03\x19\x01"
				       "\xa1\x05";

static int take_encoded(void *data, const struct aspan_packed_fields *event)
{
	(void) data;
	assert_int_equal(event->record_index, 60);
	assert_int_equal(event->record_count, 1);
	assert_int_equal(event->begin_ns, 5 * MS);
	assert_int_equal(event->flush_ns, 105 * MS);
	assert_int_equal(event->span_id, 8);
	assert_int_equal(event->groups_bytes, 16);
	assert_memory_equal(event->groups, "2:11:,group=par,", 16);
	assert_int_equal(event->records_bytes, 9);
	assert_memory_equal(event->records, encoded, 9);
	event_count++;
	return 0;
}

static void what_is_encoded_is_cut_to_the_records_that_count(void **state)
{
	const struct aspan_waiting_thread thread = {
		.vtid = 7,
		.name = "worker",
		.record_index = 60,
		.encoded_count = 1,
		.begin_ns = 5 * MS,
		.begin_span_id = 8,
		.encoded_groups = "2:11:,group=par,",
		.encoded_groups_bytes = 16,
		.encoded_records = encoded,
		.encoded_records_bytes = sizeof(encoded) - 1,
	};
	uint64_t damaged_count = 0;

	(void) state;
	begin();
	assert_int_equal(
		aspan_waiting_events_make(&process, &thread, take_encoded, NULL, &damaged_count),
		0);
	assert_int_equal(event_count, 1);
	assert_int_equal(damaged_count, 0);
}

static void what_is_damaged_is_counted(void **state)
{
	struct aspan_waiting_thread thread = {
		.name = "worker",
		.encoded_count = 3,
		.encoded_groups = "",
		.encoded_records = encoded,
		.encoded_records_bytes = 4,
	};
	uint64_t damaged_count = 0;

	(void) state;
	begin();
	assert_int_equal(
		aspan_waiting_events_make(&process, &thread, take_encoded, NULL, &damaged_count),
		0);
	assert_int_equal(event_count, 0);
	assert_int_equal(damaged_count, 3);
	/* Times that no trace has. */
	make_groups();
	records[0] = (struct aspan_waiting_record){ .time_ns = UINT64_MAX };
	thread = (struct aspan_waiting_thread){ .name = "",
						.records = records,
						.record_count = 1,
						.groups = groups,
						.group_count = 1 };
	assert_int_equal(
		aspan_waiting_events_make(&process, &thread, take_encoded, NULL, &damaged_count),
		0);
	assert_int_equal(damaged_count, 4);
}

static int refuse(void *data, const struct aspan_packed_fields *event)
{
	(void) data;
	(void) event;
	return -EIO;
}

static void a_failure_of_the_taker_ends_it(void **state)
{
	struct aspan_waiting_thread thread = { .name = "",
					       .records = records,
					       .record_count = 1,
					       .groups = groups,
					       .group_count = 1 };
	uint64_t damaged_count = 0;

	(void) state;
	make_groups();
	records[0] = (struct aspan_waiting_record){ .time_ns = MS };
	assert_int_equal(aspan_waiting_events_make(&process, &thread, refuse, NULL, &damaged_count),
			 -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read_back_as_they_were),
		cmocka_unit_test(what_is_encoded_is_cut_to_the_records_that_count),
		cmocka_unit_test(what_is_damaged_is_counted),
		cmocka_unit_test(a_failure_of_the_taker_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
