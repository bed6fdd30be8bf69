/* SPDX-License-Identifier: MIT */
/*
 * The encoder of packed events, to the byte: what is expected here is written by hand from tp/packed-format.md.
 */
#include "support.h"

#include "group.h"
#include "ledger-memory.h"
#include "packed-encode.h"
#include "packed-format.h"

enum { GROUPS = 8, PARSER = 2, CACHE, LONG_A, LONG_B };

struct allocspan_token *aspan_group_segments[ASPAN_GROUP_SEGMENTS];

static struct allocspan_token groups[ASPAN_GROUP_SEGMENT];
static struct aspan_packed_encoder encoder;
static struct aspan_packed_event event;
static char long_tags[11000];

static void add_alloc(uint32_t slot, uintptr_t address, size_t size_bytes, unsigned int kind,
		      uintptr_t ip, uint64_t ns)
{
	struct aspan_packed_words words =
		aspan_packed_words(slot, (void *) address, size_bytes, kind, (void *) ip, false);

	assert_true(aspan_packed_encoder_add(&encoder, &words, ns));
}

static void add_free(uint32_t slot, uintptr_t address, size_t size_bytes, unsigned int kind,
		     uintptr_t ip, uint64_t ns)
{
	struct aspan_packed_words words =
		aspan_packed_words(slot, (void *) address, size_bytes, kind, (void *) ip, true);

	assert_true(aspan_packed_encoder_add(&encoder, &words, ns));
}

static void add_state(uint32_t slot, uint64_t span_id)
{
	struct aspan_packed_words words = aspan_packed_state_words(slot, span_id);

	assert_true(aspan_packed_encoder_add(&encoder, &words, 0));
}

/* All memory is there. */
void aspan_ledger_memory_reserve(char *start, size_t bytes)
{
	(void) start;
	(void) bytes;
	fail();
}

static void finish(void)
{
	assert_true(aspan_packed_encoder_finish(&encoder, &event));
	aspan_packed_encoder_begin_next(&encoder);
}

/* The event so far has these fields, and exactly these bytes. */
static void assert_event(const char *expected_groups, const char *records)
{
	finish();
	assert_string_equal(event.groups, expected_groups);
	assert_string_equal(event.records, records);
}

static void nothing_makes_no_event(void **state)
{
	(void) state;
	add_state(PARSER, 5);
	assert_false(aspan_packed_encoder_finish(&encoder, &event));
}

static void a_first_record_has_everything(void **state)
{
	(void) state;
	add_alloc(PARSER, 0x1000, 24, 0, 0x400, 5000);
	assert_event("77:14:,group=parser,",
		     /* other group, other call site; 0 ns; 0x1000/8 = 512, zigzag 1024 */
		     "\x94\x01\x81\x08\x19\x01\x01\x81\x10");
	assert_int_equal(event.record_index, 0);
	assert_int_equal(event.record_count, 1);
	assert_int_equal(event.begin_ns, 5000);
	assert_int_equal(event.span_id, 0);
}

static void what_is_as_before_is_left_out(void **state)
{
	(void) state;
	add_state(PARSER, 3);
	add_alloc(PARSER, 64, 24, 1, 0x400, 5000);
	add_alloc(PARSER, 128, 24, 1, 0x400, 5007);
	add_alloc(PARSER, 56, 25, 1, 0x408, 5007);
	add_alloc(PARSER, 56, 25, 0, 0x400, 5200);
	assert_event("77:14:,group=parser,", "\x82\x04\x02"
					     "\x98\x01\x11\x19\x02\x01\x81\x10"
					     "\xa0\x08\x11"
					     "\x90\x01\x12\x1a\x01\x11"
					     "\xb8\xc2\x01\x01\x01\x02");
	assert_int_equal(event.span_id, 3);
}

static void allocations_and_frees_remember_apart(void **state)
{
	(void) state;
	add_state(PARSER, 0);
	add_alloc(PARSER, 8, 10, 4, 0x40, 1);
	add_free(PARSER, 8, 10, 4, 0x50, 1);
	add_alloc(PARSER, 8, 10, 4, 0x40, 1);
	add_free(PARSER, 8, 10, 4, 0x50, 1);
	assert_event("77:14:,group=parser,", "\x82\x01\x02"
					     "\x98\x01\x03\x0b\x05\x01\x81\x01"
					     "\x99\x01\x01\x0b\x05\x01\x21"
					     "\xa0\x01\x01"
					     "\xa1\x01\x01");
}

static void an_owner_that_is_not_current_is_named(void **state)
{
	(void) state;
	add_state(CACHE, 0);
	add_free(PARSER, 8, 0, 0, 0, 1);
	add_free(CACHE, 8, 0, 0, 0, 1);
	add_state(ASPAN_SLOT_NONE, 0);
	add_free(CACHE, 8, 0, 0, 0, 1);
	add_state(ASPAN_SLOT_UNTRACKED, 0);
	add_free(PARSER, 8, 0, 0, 0, 1);
	assert_event("900:25:,group=cache,tenant=4\\,2,77:14:,group=parser,", "\x82\x01\x02"
									      "\xa5\x01\x03\x02"
									      "\xa1\x01\x01"
									      "\x82\x01\x01"
									      "\xa5\x01\x01\x01"
									      "\xa5\x01\x01\x02");
}

/* A thread may enter and exit for ever without allocating. */
static void states_that_no_record_is_in_are_not_written(void **state)
{
	(void) state;
	add_state(PARSER, 1);
	add_state(CACHE, 2);
	add_state(PARSER, 3);
	add_alloc(PARSER, 8, 0, 0, 0, 1);
	add_state(CACHE, 2);
	add_state(PARSER, 3);
	add_alloc(PARSER, 8, 0, 0, 0, 1);
	add_state(PARSER, 4);
	assert_event("77:14:,group=parser,", "\x82\x04\x02"
					     "\xa0\x01\x03"
					     "\xa0\x01\x01");
	assert_int_equal(event.span_id, 3);
	add_alloc(PARSER, 8, 0, 0, 0, 1);
	assert_event("77:14:,group=parser,", "\x82\x05\x02"
					     "\xa0\x01\x03");
	assert_int_equal(event.span_id, 4);
}

static void an_event_is_read_without_those_before_it(void **state)
{
	(void) state;
	add_state(PARSER, 9);
	add_alloc(PARSER, 64, 24, 1, 0x400, 5000);
	add_free(PARSER, 64, 24, 1, 0x410, 5001);
	finish();
	add_alloc(PARSER, 64, 24, 1, 0x400, 5002);
	assert_event("77:14:,group=parser,", "\x82\x0a\x02"
					     "\x98\x01\x11\x19\x02\x01\x81\x10");
	assert_int_equal(event.record_index, 2);
	assert_int_equal(event.record_count, 1);
	assert_int_equal(event.begin_ns, 5002);
}

static void numbers_may_be_as_large_as_they_get(void **state)
{
	(void) state;
	/* The largest size that the owner map keeps, the highest address and call site; backwards. */
	add_state(PARSER, UINT64_C(0xfffffffffffffffe));
	add_alloc(PARSER, 0xfffffffffffffff8, ((size_t) 1 << 54) - 1, 5, ((uintptr_t) 1 << 48) - 1,
		  1);
	add_alloc(PARSER, 0, 0, 5, 0, UINT64_C(1) + 0xffffffff);
	assert_event(
		"77:14:,group=parser,",
		"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02"
		"\x98\x01\x02\x80\x80\x80\x80\x80\x80\x80\x20\x06\x01\xff\xff\xff\xff\xff\xff\x7f"
		"\x90\x80\x80\x80\x80\x10\x03\x01\x01\xfe\xff\xff\xff\xff\xff\x7f");
}

static void no_byte_is_zero_whatever_the_numbers(void **state)
{
	uint64_t random = 1;
	size_t taken = 0;

	(void) state;
	for (int i = 0; i < 200000; i++) {
		struct aspan_packed_words words;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		words = aspan_packed_words(PARSER + (random >> 60 & 1),
					   (void *) (random >> (random % 50) & ~UINT64_C(7)),
					   random >> (10 + random % 54), random >> 13 & 3,
					   (void *) (random >> (random >> 40) % 64),
					   random >> 7 & 1);
		while (!aspan_packed_encoder_add(&encoder, &words, random >> (random >> 8) % 60)) {
			finish();
			assert_int_equal(strlen(event.records) + strlen(event.groups) <=
						 ASPAN_PACKED_EVENT_BYTES,
					 1);
			assert_true(strlen(event.records) >= ASPAN_PACKED_EVENT_BYTES -
								     strlen(event.groups) -
								     ASPAN_PACKED_RECORD_BYTES);
			taken++;
		}
	}
	assert_true(taken > 100);
}

/* A signal handler's record is behind the one that it interrupted, and earlier. */
static void times_do_not_go_back(void **state)
{
	(void) state;
	add_alloc(PARSER, 8, 0, 0, 0, 100);
	add_alloc(PARSER, 8, 0, 0, 0, 90);
	add_alloc(PARSER, 8, 0, 0, 0, 110);
	assert_event("77:14:,group=parser,", "\xa4\x01\x03\x01"
					     "\xa4\x01\x01\x01"
					     "\xa4\x0b\x01\x01");
	add_alloc(PARSER, 8, 0, 0, 0, 105);
	finish();
	assert_int_equal(event.begin_ns, 110);
}

static void long_tags_begin_another_event(void **state)
{
	struct aspan_packed_words words = aspan_packed_words(LONG_A, (void *) 8, 0, 0, NULL, false);

	(void) state;
	add_state(PARSER, 0);
	add_alloc(PARSER, 8, 0, 0, 0, 1);
	assert_false(aspan_packed_encoder_add(&encoder, &words, 1));
	assert_event("77:14:,group=parser,", "\x82\x01\x02\xa0\x01\x03");
	/* Alone it is recorded however long they are, and so is the current group with it. */
	add_state(LONG_B, 0);
	assert_true(aspan_packed_encoder_add(&encoder, &words, 1));
	finish();
	assert_int_equal(event.record_count, 1);
	assert_int_equal(strlen(event.groups), 2 * (strlen(long_tags) + strlen("1:10999:")));
	assert_string_equal(event.records, "\x82\x01\x02\xa4\x01\x03\x02");
}

static void call_sites_that_were_forgotten_are_told_again(void **state)
{
	enum { SITES = 2 * ASPAN_PACKED_KNOWN_SITES };
	size_t news = 0;

	(void) state;
	add_state(PARSER, 0);
	for (int round = 0; round < 2; round++) {
		for (uintptr_t i = 1; i <= SITES && news < SITES; i++) {
			size_t before = encoder.site_count;
			struct aspan_packed_words words = aspan_packed_words(
				PARSER, (void *) 8, 0, 0, (void *) (i * 16), false);

			if (!aspan_packed_encoder_add(&encoder, &words, 1)) {
				break;
			}
			news += encoder.site_count - before;
		}
	}
	assert_int_equal(encoder.site_count, news);
	assert_true(news >= ASPAN_PACKED_KNOWN_SITES);
}

static void a_slot_that_was_used_again_is_named_again(void **state)
{
	(void) state;
	add_state(PARSER, 0);
	add_alloc(PARSER, 64, 24, 0, 0, 1);
	aspan_packed_encoder_forget_groups(&encoder);
	groups[PARSER].view.id = 78;
	add_alloc(PARSER, 64, 24, 0, 0, 1);
	aspan_packed_encoder_forget_groups(&encoder);
	groups[PARSER].view.id = 79;
	add_state(ASPAN_SLOT_NONE, 0);
	add_free(PARSER, 64, 24, 0, 0, 1);
	groups[PARSER].view.id = 77;
	assert_event("77:14:,group=parser,78:14:,group=parser,79:14:,group=parser,",
		     "\x82\x01\x02"
		     "\x80\x01\x11\x19"
		     "\x82\x01\x03"
		     "\xa0\x01\x01"
		     "\x82\x01\x01"
		     "\x85\x01\x01\x19\x03");
}

static void what_is_passed_over_is_counted(void **state)
{
	struct aspan_packed_words words = aspan_packed_words(PARSER, (void *) 8, 0, 0, NULL, false);
	struct aspan_packed_words span = aspan_packed_state_words(PARSER, 6);

	(void) state;
	aspan_packed_encoder_skip(&encoder, &words);
	aspan_packed_encoder_skip(&encoder, &span);
	aspan_packed_encoder_skip(&encoder, &words);
	add_alloc(PARSER, 8, 0, 0, 0, 1);
	assert_event("77:14:,group=parser,", "\x82\x07\x02\xa0\x01\x03");
	assert_int_equal(event.record_index, 2);
}

static int begin(void **state)
{
	(void) state;
	memset(&encoder, 0, sizeof(encoder));
	aspan_packed_encoder_init(&encoder, 0);
	return 0;
}

static int set_up(void **state)
{
	(void) state;
	memset(long_tags, ',', sizeof(long_tags) - 1);
	aspan_group_segments[0] = groups;
	groups[PARSER] = (struct allocspan_token){ .view.id = 77, .tag_string = ",group=parser," };
	groups[CACHE] = (struct allocspan_token){ .view.id = 900,
						  .tag_string = ",group=cache,tenant=4\\,2," };
	groups[LONG_A] = (struct allocspan_token){ .view.id = 1, .tag_string = long_tags };
	groups[LONG_B] = (struct allocspan_token){ .view.id = 2, .tag_string = long_tags };
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_makes_no_event, begin),
		cmocka_unit_test_setup(a_first_record_has_everything, begin),
		cmocka_unit_test_setup(what_is_as_before_is_left_out, begin),
		cmocka_unit_test_setup(allocations_and_frees_remember_apart, begin),
		cmocka_unit_test_setup(an_owner_that_is_not_current_is_named, begin),
		cmocka_unit_test_setup(states_that_no_record_is_in_are_not_written, begin),
		cmocka_unit_test_setup(an_event_is_read_without_those_before_it, begin),
		cmocka_unit_test_setup(numbers_may_be_as_large_as_they_get, begin),
		cmocka_unit_test_setup(no_byte_is_zero_whatever_the_numbers, begin),
		cmocka_unit_test_setup(times_do_not_go_back, begin),
		cmocka_unit_test_setup(long_tags_begin_another_event, begin),
		cmocka_unit_test_setup(call_sites_that_were_forgotten_are_told_again, begin),
		cmocka_unit_test_setup(a_slot_that_was_used_again_is_named_again, begin),
		cmocka_unit_test_setup(what_is_passed_over_is_counted, begin),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
