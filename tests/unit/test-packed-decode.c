/* SPDX-License-Identifier: MIT */
/*
 * The records of a packed event are read as tp/packed-format.md has them, and whatever is not so is refused, with the place.
 */
#include "packed-decode.h"

#include "packed-support.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BEGIN_NS UINT64_C(1000)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* An event with these records and three groups, of which none matters. */
static struct aspan_packed_fields event_of(const void *records, size_t bytes, uint64_t count)
{
	return (struct aspan_packed_fields){
		.version = 1,
		.record_count = count,
		.begin_ns = BEGIN_NS,
		.flush_ns = UINT64_C(1) << 40,
		.span_id = 7,
		.records = records,
		.records_bytes = bytes,
	};
}

/* Reads all records, of which there must be so many; a sanitizer sees the end of the copy. */
static void decode(const void *records, size_t bytes, struct aspan_packed_record *read,
		   size_t count)
{
	char *copy = malloc(bytes ? bytes : 1);
	struct aspan_packed_fields event = event_of(memcpy(copy, records, bytes), bytes, count);
	struct aspan_packed_cursor cursor;
	struct aspan_packed_record extra;

	aspan_packed_cursor_init(&cursor, &event, 3);
	for (size_t i = 0; i < count; i++) {
		int result = aspan_packed_cursor_next(&cursor, &read[i]);

		if (result < 0) {
			print_error("byte %zu: %s\n", cursor.error.byte, cursor.error.what);
		}
		assert_int_equal(result, 1);
	}
	assert_int_equal(aspan_packed_cursor_next(&cursor, &extra), 0);
	aspan_packed_cursor_fini(&cursor);
	free(copy);
}

#define DECODE(literal, read) decode(literal, sizeof(literal) - 1, read, COUNT_OF(read))

static void expect_refusal(const void *records, size_t bytes, uint64_t count, size_t byte,
			   const char *what)
{
	char *copy = malloc(bytes ? bytes : 1);
	struct aspan_packed_fields event = event_of(memcpy(copy, records, bytes), bytes, count);
	struct aspan_packed_cursor cursor;
	struct aspan_packed_record record;
	int result;

	aspan_packed_cursor_init(&cursor, &event, 3);
	do {
		result = aspan_packed_cursor_next(&cursor, &record);
	} while (result == 1);
	assert_int_equal(result, -EINVAL);
	assert_string_equal(cursor.error.field, "records");
	assert_string_equal(cursor.error.what, what);
	assert_int_equal(cursor.error.byte, byte);
	aspan_packed_cursor_fini(&cursor);
	free(copy);
}

#define REFUSE(literal, count, byte, what)                                                         \
	expect_refusal(literal, sizeof(literal) - 1, count, byte, what)

static void an_alloc_has_all_that_the_page_lists(void **state)
{
	struct aspan_packed_record read[1];

	(void) state;
	/* Other group, kind and site; 5 ns; 0x10 is 2 units; 99 bytes; group 2; kind 4; new site 0x40. */
	DECODE("\x9c\x06\x05\x64\x03\x05\x01\x81\x01", read);
	assert_false(read[0].is_free);
	assert_int_equal(read[0].time_ns, BEGIN_NS + 5);
	assert_int_equal(read[0].address, 0x10);
	assert_int_equal(read[0].size_bytes, 99);
	assert_int_equal(read[0].group, 2);
	assert_int_equal(read[0].kind, 4);
	assert_int_equal(read[0].ip, 0x40);
	assert_int_equal(read[0].span_id, 7);
	assert_int_equal(read[0].current_group, 0);
}

static void a_free_has_all_that_the_page_lists(void **state)
{
	struct aspan_packed_record read[1];

	(void) state;
	DECODE("\x82\x0a\x02\x89\x01\x11\x02\x04", read);
	assert_true(read[0].is_free);
	assert_int_equal(read[0].time_ns, BEGIN_NS);
	assert_int_equal(read[0].address, 64);
	assert_int_equal(read[0].size_bytes, 1);
	assert_int_equal(read[0].group, 0);
	assert_int_equal(read[0].kind, 3);
	assert_int_equal(read[0].ip, 0);
	assert_int_equal(read[0].span_id, 9);
	assert_int_equal(read[0].current_group, 1);
}

static void what_is_left_out_is_that_of_the_same_operation(void **state)
{
	struct aspan_packed_record read[4];

	(void) state;
	DECODE("\x82\x01\x02" /* no span; group 0 */
	       "\x98\x01\x01\x0b\x02\x01\x05" /* alloc, 10 bytes, kind 1, site 2 */
	       "\x99\x01\x01\x15\x03\x01\x03" /* free, 20 bytes, kind 2, site 3 */
	       "\xa0\x01\x01" /* alloc, same size */
	       "\xa1\x01\x01", /* free, same size */
	       read);
	for (size_t i = 0; i < 4; i++) {
		bool is_free = i % 2;

		assert_int_equal(read[i].is_free, is_free);
		assert_int_equal(read[i].size_bytes, is_free ? 20 : 10);
		assert_int_equal(read[i].kind, is_free ? 2 : 1);
		assert_int_equal(read[i].ip, is_free ? 3 : 2);
		assert_int_equal(read[i].group, 0);
		assert_int_equal(read[i].span_id, 0);
	}
}

static void before_the_first_of_an_operation_all_is_zero(void **state)
{
	struct aspan_packed_record read[2];

	(void) state;
	DECODE("\xa4\x01\x01\x01\xa5\x01\x01\x02", read);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(read[i].size_bytes, 0);
		assert_int_equal(read[i].kind, 0);
		assert_int_equal(read[i].ip, 0);
		assert_int_equal(read[i].address, 0);
		assert_int_equal(read[i].group, i);
		assert_int_equal(read[i].span_id, 7);
		assert_int_equal(read[i].current_group, 0);
	}
}

static void call_sites_have_numbers_in_their_order(void **state)
{
	static const uint64_t sites[] = { 1000, 900, 1100 };
	struct packed_writer writer = { .length = 0 };
	struct aspan_packed_record read[6];

	(void) state;
	for (size_t i = 0; i < 3; i++) {
		packed_record(&writer, 0, 0, 8, 1, 0, 0, sites[i]);
	}
	for (size_t i = 3; i > 0; i--) {
		packed_byte(&writer, 0x80 | 0x04 | 0x10 | 0x20);
		packed_number(&writer, 0);
		packed_number(&writer, 0);
		packed_number(&writer, 0);
		packed_number(&writer, i);
	}
	decode(writer.bytes, writer.length, read, 6);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read[i].ip, sites[i]);
		assert_int_equal(read[5 - i].ip, sites[i]);
	}
}

/* Both ends of every length of a number. */
static void numbers_have_64_bits(void **state)
{
	struct packed_writer writer = { .length = 0 };
	struct aspan_packed_record read[1 + 2 * 9 + 1];
	uint64_t expected[COUNT_OF(read)];

	(void) state;
	for (size_t i = 0; i < COUNT_OF(read); i++) {
		unsigned int bits = 7 * (unsigned int) ((i + 1) / 2);

		expected[i] = i == 0		      ? 0 :
			      i == COUNT_OF(read) - 1 ? UINT64_MAX - 1 :
			      i % 2		      ? (UINT64_C(1) << bits) - 2 :
							(UINT64_C(1) << bits) - 1;
		packed_record(&writer, i % 2, 0, 0, expected[i], 0, 0, 0);
	}
	decode(writer.bytes, writer.length, read, COUNT_OF(read));
	for (size_t i = 0; i < COUNT_OF(read); i++) {
		assert_int_equal(read[i].size_bytes, expected[i]);
	}
}

static void addresses_go_anywhere_and_back(void **state)
{
	static const uint64_t addresses[] = { 0,  UINT64_MAX - 7, 8, UINT64_C(1) << 63,
					      16, 0x7ffff7dd1000 };
	struct packed_writer writer = { .length = 0 };
	struct aspan_packed_record read[COUNT_OF(addresses)];

	(void) state;
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		packed_record(&writer, 0, 0, addresses[i], 1, 0, 0, 0);
	}
	decode(writer.bytes, writer.length, read, COUNT_OF(addresses));
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		assert_int_equal(read[i].address, addresses[i]);
	}
}

static void times_add_up(void **state)
{
	struct packed_writer writer = { .length = 0 };
	struct aspan_packed_record read[3];

	(void) state;
	packed_record(&writer, 0, 5, 0, 1, 0, 0, 0);
	packed_record(&writer, 1, 0, 0, 1, 0, 0, 0);
	packed_record(&writer, 0, 1000000, 0, 1, 0, 0, 0);
	decode(writer.bytes, writer.length, read, 3);
	assert_int_equal(read[0].time_ns, BEGIN_NS + 5);
	assert_int_equal(read[1].time_ns, BEGIN_NS + 5);
	assert_int_equal(read[2].time_ns, BEGIN_NS + 1000005);
}

static void a_state_holds_for_all_that_follow(void **state)
{
	struct packed_writer writer = { .length = 0 };
	struct aspan_packed_record read[3];

	(void) state;
	packed_record(&writer, 0, 0, 0, 1, 2, 0, 0);
	packed_state(&writer, UINT64_MAX - 1, 3);
	packed_record(&writer, 1, 0, 0, 1, 1, 0, 0);
	packed_state(&writer, 0, 0);
	packed_record(&writer, 0, 0, 0, 1, 2, 0, 0);
	packed_state(&writer, 5, 1);
	decode(writer.bytes, writer.length, read, 3);
	assert_int_equal(read[0].span_id, 7);
	assert_int_equal(read[1].span_id, UINT64_MAX - 1);
	assert_int_equal(read[1].current_group, 3);
	assert_int_equal(read[1].group, 1);
	assert_int_equal(read[2].span_id, 0);
	assert_int_equal(read[2].current_group, 0);
}

static void no_records_are_an_event_too(void **state)
{
	(void) state;
	decode("", 0, NULL, 0);
}

static void what_is_no_control_byte_is_refused(void **state)
{
	(void) state;
	REFUSE("\x24\x01\x01\x01", 1, 0, "has no control byte where one must be");
	REFUSE("\xe4\x01\x01\x01", 1, 0, "has no control byte where one must be");
	REFUSE("\xa4\x01\x01\x01\xa7\x01\x01\x01", 2, 4, "has no control byte where one must be");
	REFUSE("\x86\x01\x01", 0, 1, "has a state with reserved bits");
}

static void numbers_that_are_none_are_refused(void **state)
{
	(void) state;
	REFUSE("\xa4", 1, 1, "ends within a number");
	REFUSE("\xa4\x81", 1, 2, "ends within a number");
	REFUSE("\xa4\x01\x01", 1, 3, "ends within a number");
	REFUSE("\xa4\x81\x00\x01\x01", 1, 2, "has a zero byte or a number that is too long");
	REFUSE("\xa4\x00\x01\x01", 1, 1, "has a zero byte or a number that is too long");
	REFUSE("\x84\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x01", 1, 12,
	       "has a number of more than 64 bits");
	REFUSE("\x84\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01", 1, 12,
	       "has a number of more than 64 bits");
}

static void what_refers_to_nothing_is_refused(void **state)
{
	(void) state;
	REFUSE("\xa0\x01\x01", 1, 3, "has a record without a group");
	REFUSE("\xa4\x01\x01\x04", 1, 4, "names a group that does not exist");
	REFUSE("\x82\x01\x05", 0, 3, "names a group that does not exist");
	REFUSE("\xb4\x01\x01\x01\x02", 1, 5, "names a call site that does not exist");
	REFUSE("\xb4\x01\x01\x01\x01\x01\xb4\x01\x01\x01\x03", 2, 11,
	       "names a call site that does not exist");
	REFUSE("\xac\x01\x01\x01\x81\x02", 1, 6, "has an impossible kind");
}

static void impossible_times_and_addresses_are_refused(void **state)
{
	struct packed_writer late = { .length = 0 }, far = { .length = 0 };

	(void) state;
	packed_record(&late, 0, UINT64_C(1) << 41, 0, 1, 0, 0, 0);
	expect_refusal(late.bytes, late.length, 1, 7, "has a time after that of the event");
	packed_byte(&far, 0xa4);
	packed_number(&far, 0);
	packed_signed(&far, INT64_C(1) << 60);
	expect_refusal(far.bytes, far.length, 1, far.length, "has an impossible address");
}

static void record_count_must_be_true(void **state)
{
	(void) state;
	REFUSE("\xa4\x01\x01\x01", 2, 4, "has fewer records than record_count says");
	REFUSE("\xa4\x01\x01\x01\xa4\x01\x01\x01", 1, 4, "has more records than record_count says");
	REFUSE("", 1, 0, "has fewer records than record_count says");
}

/* Cut anywhere, it is refused, unless the cut is between records and the count says so. */
static void every_cut_is_refused(void **state)
{
	struct packed_writer writer = { .length = 0 };

	(void) state;
	packed_state(&writer, 300, 1);
	packed_record(&writer, 0, 1000, 0x7f0000001000, 5000, 1, 2, 0x401000);
	packed_record(&writer, 1, 1, 0x7f0000001000, 5000, 1, 2, 0x401800);
	for (size_t length = 0; length < writer.length; length++) {
		char *copy = malloc(length + 1);
		struct aspan_packed_fields event =
			event_of(memcpy(copy, writer.bytes, length), length, 2);
		struct aspan_packed_cursor cursor;
		struct aspan_packed_record record;
		int result;

		aspan_packed_cursor_init(&cursor, &event, 3);
		while ((result = aspan_packed_cursor_next(&cursor, &record)) == 1) {
		}
		assert_int_equal(result, -EINVAL);
		assert_true(cursor.error.byte <= length);
		aspan_packed_cursor_fini(&cursor);
		free(copy);
	}
}

static void groups_are_found_and_ended(void **state)
{
	char text[] = "2:14:,group=parser,18446744073709551615:0:7:3:,1:_";
	size_t length = strlen(text) - 1;
	struct aspan_packed_group groups[3];
	struct aspan_packed_error error;
	size_t count;

	(void) state;
	assert_int_equal(aspan_packed_groups_parse(text, length, groups, 3, &count, &error), 0);
	assert_int_equal(count, 3);
	aspan_packed_groups_terminate(groups, count, text);
	assert_int_equal(groups[0].id, 2);
	assert_string_equal(groups[0].tags, ",group=parser,");
	assert_int_equal(groups[1].id, UINT64_MAX);
	assert_string_equal(groups[1].tags, "");
	assert_int_equal(groups[2].id, 7);
	assert_string_equal(groups[2].tags, ",1:");
}

static void groups_are_counted_without_room(void **state)
{
	struct aspan_packed_error error;
	size_t count;

	(void) state;
	assert_int_equal(aspan_packed_groups_parse("2:0:3:1:a", 9, NULL, 0, &count, &error), 0);
	assert_int_equal(count, 2);
	assert_int_equal(aspan_packed_groups_parse("", 0, NULL, 0, &count, &error), 0);
	assert_int_equal(count, 0);
}

static void groups_that_are_none_are_refused(void **state)
{
	static const char *const wrong[] = { "2",
					     "2:",
					     "2:1",
					     "2:1:",
					     ":1:a",
					     "x:1:a",
					     "2:x:a",
					     "02:1:a",
					     "2:01:a",
					     "0:1:a",
					     "-2:1:a",
					     "18446744073709551616:1:a",
					     "2:18446744073709551615:a",
					     "2:2:a",
					     " 2:1:a" };
	struct aspan_packed_group groups[2];
	struct aspan_packed_error error;
	size_t count;

	(void) state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char text[64] = "5:1:a";

		strcat(text, wrong[i]);
		assert_int_equal(
			aspan_packed_groups_parse(text, strlen(text), groups, 2, &count, &error),
			-EINVAL);
		assert_string_equal(error.field, "groups");
		assert_int_equal(error.byte, 5);
	}
}

static void fields_before_the_records_are_checked(void **state)
{
	struct aspan_packed_fields right = event_of("", 0, 0), wrong;
	struct aspan_packed_error error;

	(void) state;
	assert_int_equal(aspan_packed_fields_check(&right, &error), 0);
	wrong = right;
	wrong.version = 2;
	assert_int_equal(aspan_packed_fields_check(&wrong, &error), -EINVAL);
	assert_string_equal(error.field, "version");
	wrong = right;
	wrong.begin_ns = right.flush_ns + ASPAN_PACKED_CLOCK_SLACK_NS + 1;
	assert_int_equal(aspan_packed_fields_check(&wrong, &error), -EINVAL);
	assert_string_equal(error.field, "begin_ns");
	wrong.begin_ns = wrong.flush_ns = UINT64_MAX;
	assert_int_equal(aspan_packed_fields_check(&wrong, &error), -EINVAL);
	wrong = right;
	wrong.record_index = UINT64_MAX;
	wrong.record_count = 1;
	assert_int_equal(aspan_packed_fields_check(&wrong, &error), -EINVAL);
	assert_string_equal(error.field, "record_index");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alloc_has_all_that_the_page_lists),
		cmocka_unit_test(a_free_has_all_that_the_page_lists),
		cmocka_unit_test(what_is_left_out_is_that_of_the_same_operation),
		cmocka_unit_test(before_the_first_of_an_operation_all_is_zero),
		cmocka_unit_test(call_sites_have_numbers_in_their_order),
		cmocka_unit_test(numbers_have_64_bits),
		cmocka_unit_test(addresses_go_anywhere_and_back),
		cmocka_unit_test(times_add_up),
		cmocka_unit_test(a_state_holds_for_all_that_follow),
		cmocka_unit_test(no_records_are_an_event_too),
		cmocka_unit_test(what_is_no_control_byte_is_refused),
		cmocka_unit_test(numbers_that_are_none_are_refused),
		cmocka_unit_test(what_refers_to_nothing_is_refused),
		cmocka_unit_test(impossible_times_and_addresses_are_refused),
		cmocka_unit_test(record_count_must_be_true),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(groups_are_found_and_ended),
		cmocka_unit_test(groups_are_counted_without_room),
		cmocka_unit_test(groups_that_are_none_are_refused),
		cmocka_unit_test(fields_before_the_records_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
