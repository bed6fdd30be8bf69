/* SPDX-License-Identifier: MIT */
/*
 * What waits in the rings of a ledger is given once, to the last record, wherever the process ended.
 */
#include "ledger-rings-support.h"
#include "waiting.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* What a reader was given, as a text of one line a record. */
static char given[4096];

static void say(const char *format, ...)
{
	size_t used = strlen(given);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(given + used, sizeof(given) - used, format, arguments);
	va_end(arguments);
}

static void say_record(const struct aspan_waiting_thread *thread,
		       const struct aspan_waiting_record *record)
{
	const struct aspan_waiting_group *group = &thread->groups[record->group];

	say("%llu %s %#llx %llu %d ip %#llx span %llu group %llu%s",
	    (unsigned long long) record->time_ns, record->is_free ? "free" : "alloc",
	    (unsigned long long) record->address, (unsigned long long) record->size_bytes,
	    record->kind, (unsigned long long) record->ip, (unsigned long long) record->span_id,
	    (unsigned long long) group->id, group->tags);
	if (record->current_group) {
		say(" in %llu", (unsigned long long) thread->groups[record->current_group - 1].id);
	}
	say("\n");
}

static int take(void *data, const struct aspan_waiting_process *process,
		const struct aspan_waiting_thread *thread)
{
	(void) data;
	assert_int_equal(process->vpid, 1234);
	assert_int_equal(process->pid_ns, 4026531836);
	assert_int_equal(process->start_ns, 5000);
	say("%s %d from %llu\n", thread->name, thread->vtid,
	    (unsigned long long) thread->record_index);
	if (thread->encoded_count) {
		say("encoded %llu at %llu span %llu: %.*s|%.*s\n",
		    (unsigned long long) thread->encoded_count,
		    (unsigned long long) thread->begin_ns,
		    (unsigned long long) thread->begin_span_id, (int) thread->encoded_groups_bytes,
		    thread->encoded_groups, (int) thread->encoded_records_bytes,
		    (const char *) thread->encoded_records);
	}
	for (size_t i = 0; i < thread->record_count; i++) {
		say_record(thread, &thread->records[i]);
	}
	return 0;
}

static int read_waiting(const struct ledger_maker *maker, struct aspan_ledger_error *error)
{
	int file = ledger_open_bytes(maker->bytes, ledger_file_bytes(maker));
	int result;

	given[0] = '\0';
	error->text[0] = '\0';
	result = aspan_ledger_read_waiting_fd(file, "test.ledger", take, NULL, error);
	close(file);
	return result;
}

static void expect(struct ledger_maker *maker, const char *expected)
{
	struct aspan_ledger_error error;

	assert_int_equal(read_waiting(maker, &error), 0);
	assert_string_equal(error.text, "");
	assert_string_equal(given, expected);
	ledger_fini(maker);
}

static void expect_refusal(struct ledger_maker *maker, const char *what)
{
	struct aspan_ledger_error error;
	char text[256];

	assert_int_equal(read_waiting(maker, &error), -EINVAL);
	snprintf(text, sizeof(text), "test.ledger: damaged ledger: %s; its counts cannot be used",
		 what);
	assert_string_equal(error.text, text);
	ledger_fini(maker);
}

static void begin(struct ledger_maker *maker, struct ledger_rings *rings)
{
	ledger_init(maker);
	ledger_fill_usual(maker);
	ledger_add_rings(maker, rings);
}

#define PARSER "7,group=parser,tenant=42,"

static void gives_records_with_the_state_they_were_made_in(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;
	struct ledger_source *source;

	(void) state;
	begin(&maker, &rings);
	source = &rings.sources[1];
	/* The positions are far on, and the ring begins anew between them. */
	source->tail = source->head = (UINT64_C(1) << 40) - 2;
	source->mark |= (uint32_t) source->tail;
	source->slot = 2;
	source->span_id = 5;
	ledger_push_alloc(source, 10);
	ledger_push_state(source, 11, 1, 6);
	ledger_push_alloc(source, 12);
	ledger_push(source, &(struct aspan_ledger_record){
				    .stamp = 13,
				    .address = 0x2000,
				    /* A size of 2^53 + 1: its parts are in two words. */
				    .site = 0xffff00000001 | UINT64_C(1) << 63,
				    .owner = 70 | UINT64_C(1) << ASPAN_LEDGER_SLOT_BITS |
					     UINT64_C(1) << ASPAN_LEDGER_SIZE_SHIFT,
			    });
	/* Outside of all groups. */
	ledger_push_state(source, 14, 0, 0);
	ledger_push_alloc(source, 15);
	/* In a period that is not tracked. */
	ledger_push_state(source, 16, 0x7ffffffe, 0);
	ledger_push_alloc(source, 17);
	expect(&maker, "second 1235 from 200\n"
		       "10000 alloc 0x1000 48 2 ip 0x400000 span 5 group " PARSER " in 9\n"
		       "12000 alloc 0x1000 48 2 ip 0x400000 span 6 group " PARSER " in 7\n"
		       "13000 free 0x2000 9007199254740993 0 ip 0xffff00000001 span 6 group "
		       "11,group=far, in 7\n"
		       "15000 alloc 0x1000 48 2 ip 0x400000 span 0 group " PARSER "\n"
		       "17000 alloc 0x1000 48 2 ip 0x400000 span 0 group " PARSER "\n");
}

static void gives_each_record_once(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;
	struct ledger_source *source;

	(void) state;
	begin(&maker, &rings);
	source = &rings.sources[0];
	strcpy(source->groups, "7:14:,group=parser,");
	source->groups_bytes = strlen(source->groups);
	strcpy(source->event_records, "records");
	source->records_bytes = strlen(source->event_records);
	source->begin_ns = 9000;
	source->begin_span_id = 3;
	/* Encoded and set back; encoded, and the process ended before that; being pushed; taken of a retired ring. */
	ledger_push_alloc(source, 0);
	ledger_push_alloc(source, 10);
	ledger_push_alloc(source, 0);
	ledger_push_alloc(source, ASPAN_LEDGER_STAMP_TAKEN);
	ledger_push_alloc(source, 12);
	source->mark = UINT64_C(102) << 32 | 2;
	expect(&maker, "first 1234 from 100\n"
		       "encoded 2 at 9000 span 3: 7:14:,group=parser,|records\n"
		       "12000 alloc 0x1000 48 2 ip 0x400000 span 0 group " PARSER "\n");
}

static void an_event_that_was_recorded_is_not_there_any_more(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;
	struct ledger_source *source;

	(void) state;
	begin(&maker, &rings);
	source = &rings.sources[0];
	source->records_bytes = 7;
	source->record_index = 102;
	source->mark = UINT64_C(102) << 32;
	ledger_push_alloc(source, 12);
	expect(&maker, "first 1234 from 102\n"
		       "12000 alloc 0x1000 48 2 ip 0x400000 span 0 group " PARSER "\n");
	/* A record was passed over, and the process ended before that was marked. */
	begin(&maker, &rings);
	source = &rings.sources[0];
	source->records_bytes = 7;
	source->record_index = 103;
	source->mark = UINT64_C(102) << 32;
	expect(&maker, "");
}

static void times_are_those_of_the_process(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;
	struct ledger_source *source;

	(void) state;
	begin(&maker, &rings);
	source = &rings.sources[0];
	/* The knots 65 to 128; the last one is in the last place. */
	for (uint64_t i = 0; i < ASPAN_LEDGER_KNOTS; i++) {
		rings.clock->knots[i] = (struct aspan_ledger_knot){ 1000 + 10 * i, 5000 + 20 * i,
								    i == 63 ? UINT64_C(1) << 31 :
									      UINT64_C(2) << 32 };
	}
	rings.clock->knot_count = 128;
	source->last_ns = 5021;
	/* Before all knots; before what was encoded; in a piece; behind the last one; and earlier, in a handler. */
	ledger_push_alloc(source, 900);
	ledger_push_alloc(source, 1010);
	ledger_push_alloc(source, 1019);
	ledger_push_alloc(source, 1730);
	ledger_push_alloc(source, 1019);
#define AT(time) time " alloc 0x1000 48 2 ip 0x400000 span 0 group " PARSER "\n"
	expect(&maker,
	       "first 1234 from 100\n" AT("5021") AT("5021") AT("5038") AT("6310") AT("6310"));
	begin(&maker, &rings);
	rings.clock->is_identity = 1;
	ledger_push_alloc(&rings.sources[0], 900);
	expect(&maker, "first 1234 from 100\n" AT("900"));
}

static void gives_nothing_where_nothing_waits(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;

	(void) state;
	ledger_init(&maker);
	expect(&maker, "");
	begin(&maker, &rings);
	expect(&maker, "");
	/* Before the first ring. */
	begin(&maker, &rings);
	ledger_push_alloc(&rings.sources[0], 10);
	ledger_section(&maker, ASPAN_LEDGER_RINGS)->address = 0;
	expect(&maker, "");
	/* The process goes on, and records it itself. */
	begin(&maker, &rings);
	ledger_push_alloc(&rings.sources[0], 10);
	maker.header->state = ASPAN_LEDGER_COPIED;
	expect(&maker, "");
	/* A thread that ended, and one of another process. */
	begin(&maker, &rings);
	ledger_push_alloc(&rings.sources[0], 10);
	ledger_push_alloc(&rings.sources[1], 10);
	rings.sources[0].vpid = 0;
	rings.sources[1].vpid = 1235;
	expect(&maker, "");
}

static void leaves_out_what_no_group_is_known_of(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;

	(void) state;
	begin(&maker, &rings);
	ledger_push_alloc(&rings.sources[0], 10);
	rings.sources[0].records[0].owner += 4;
	ledger_push_alloc(&rings.sources[0], 11);
	rings.sources[0].records[1].owner += 1 << 20;
	ledger_push_alloc(&rings.sources[0], 12);
	expect(&maker, "first 1234 from 100\n" AT("12000"));
}

static void refuses_layouts_that_are_none(void **state)
{
	static const char larger[] =
		"its section RINGS has a layout that is larger than its sources";
	struct aspan_ledger_source_layout usual;
	struct ledger_maker maker;
	struct ledger_rings rings;

	(void) state;
	ledger_fill_layout(&usual);
	for (size_t i = 0; i < sizeof(usual) / sizeof(uint32_t); i++) {
		bool is_size = i == 0 || i == 1 || i == 8;

		begin(&maker, &rings);
		((uint32_t *) &rings.section->layout)[i] = UINT32_MAX;
		expect_refusal(&maker, is_size ? "its section RINGS has no layout" : larger);
	}
	begin(&maker, &rings);
	rings.section->layout.ring_records = 7;
	expect_refusal(&maker, "its section RINGS has no layout");
}

static void refuses_sources_that_are_none(void **state)
{
	struct ledger_maker maker;
	struct ledger_rings rings;

	(void) state;
	begin(&maker, &rings);
	rings.sources[0].head = LEDGER_RING_RECORDS + 1;
	expect_refusal(&maker, "more waits in a ring than it has room for");
	begin(&maker, &rings);
	rings.sources[0].tail = 1;
	expect_refusal(&maker, "more waits in a ring than it has room for");
	begin(&maker, &rings);
	rings.sources[0].records_bytes = LEDGER_EVENT_ROOM + 1;
	expect_refusal(&maker, "an event that waits is larger than its room");
	begin(&maker, &rings);
	rings.sources[0].groups_bytes = UINT64_MAX;
	expect_refusal(&maker, "an event that waits is larger than its room");
	begin(&maker, &rings);
	rings.section->slabs[1].address = LEDGER_FIRST_ADDRESS + LEDGER_PART_BYTES - 8;
	expect_refusal(&maker, "what waits of a thread at 0x7f0000007ff8 reaches out of the image");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_records_with_the_state_they_were_made_in),
		cmocka_unit_test(gives_each_record_once),
		cmocka_unit_test(an_event_that_was_recorded_is_not_there_any_more),
		cmocka_unit_test(times_are_those_of_the_process),
		cmocka_unit_test(gives_nothing_where_nothing_waits),
		cmocka_unit_test(leaves_out_what_no_group_is_known_of),
		cmocka_unit_test(refuses_layouts_that_are_none),
		cmocka_unit_test(refuses_sources_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
