/* SPDX-License-Identifier: MIT */
/*
 * The timeline for Perfetto, of events made by hand that are closer to each other than the points of a track.
 */
#include "report-perfetto.h"

#include "analysis-support.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

static char *text;
static size_t text_size;
static FILE *stream;
static struct aspan_perfetto *perfetto;
static struct json_object *top;

static int start(void **state)
{
	struct aspan_questions questions = { 0 };

	start_model(state);
	aspan_report_perfetto_ask(&questions);
	assert_int_equal(aspan_model_ask(model, &questions), 0);
	stream = open_memstream(&text, &text_size);
	assert_non_null(stream);
	perfetto = aspan_perfetto_create(stream);
	assert_non_null(perfetto);
	aspan_model_set_observer(model, aspan_perfetto_observe, perfetto);
	return 0;
}

static int end(void **state)
{
	json_object_put(top);
	aspan_perfetto_destroy(perfetto);
	free(text);
	return end_model(state);
}

static void span_event(enum aspan_event_type type, uint64_t id, uint64_t parent, const char *name)
{
	feed((struct aspan_event){ .type = type,
				   .span_id = id,
				   .parent_span_id = parent,
				   .name = name,
				   .counts = { .alloc_count = 1, .alloc_bytes = id } });
}

/* Ends the trace; the events are then in `top`. */
static struct json_object *finish(void)
{
	struct aspan_report report;

	assert_int_equal(aspan_report_init(&report, model), 0);
	assert_int_equal(aspan_perfetto_finish(perfetto, &report), 0);
	aspan_report_fini(&report);
	assert_int_equal(fclose(stream), 0);
	top = json_tokener_parse(text);
	assert_non_null(top);
	return json_object_object_get(top, "traceEvents");
}

static const char *text_of(struct json_object *event, const char *key)
{
	const char *string = json_object_get_string(json_object_object_get(event, key));

	return string ? string : "";
}

/* The points of a track: "time:bytes " each, with times in ns since the first event. */
static void expect_points(struct json_object *events, const char *name, const char *expected)
{
	char points[512] = "";

	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *event = json_object_array_get_idx(events, i);
		struct json_object *args = json_object_object_get(event, "args");
		double time_us = json_object_get_double(json_object_object_get(event, "ts"));

		if (strcmp(text_of(event, "ph"), "C") == 0 &&
		    strcmp(text_of(event, "name"), name) == 0) {
			snprintf(points + strlen(points), sizeof(points) - strlen(points),
				 "%.0f:%s ", time_us * 1000, text_of(args, "bytes"));
		}
	}
	assert_string_equal(points, expected);
}

/* Each slice: "phase name begin+duration " */
static void expect_slices(struct json_object *events, const char *expected)
{
	char slices[512] = "";

	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *event = json_object_array_get_idx(events, i);
		double time_us = json_object_get_double(json_object_object_get(event, "ts"));
		double duration_us = json_object_get_double(json_object_object_get(event, "dur"));

		if (strcmp(text_of(event, "cat"), "span") == 0) {
			snprintf(slices + strlen(slices), sizeof(slices) - strlen(slices),
				 "%s %s %.0f+%.0f ", text_of(event, "ph"), text_of(event, "name"),
				 time_us * 1000, duration_us * 1000);
		}
	}
	assert_string_equal(slices, expected);
}

static void a_peak_between_two_points_is_not_lost(void **state)
{
	(void) state;
	group_register(2, PARSER); /* at 0 */
	allocate(0x1000, 100, 2, PARSER);
	allocate(0x2000, 5000, 2, PARSER); /* at 2 */
	release(0x2000, 5000, 2, PARSER);
	now_ns += 5000;
	allocate(0x3000, 1, 2, PARSER);
	/* The track begins with nothing; the peak, and what was there after it, when there is news; and the end. */
	expect_points(finish(), "live: parser", "0:0 2:5100 3:100 5004:101 ");
}

/* 100,000 events, a nanosecond each: of every 1,000 there are two points of a track at most. */
static void there_are_fewer_points_than_events(void **state)
{
	struct json_object *events;
	size_t points = 0;

	(void) state;
	group_register(2, PARSER);
	for (int i = 0; i < 50000; i++) {
		allocate(0x1000, 100, 2, PARSER);
		release(0x1000, 100, 2, PARSER);
	}
	events = finish();
	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *event = json_object_array_get_idx(events, i);

		points += strcmp(text_of(event, "name"), "live: parser") == 0;
	}
	assert_in_range(points, 3, 202);
}

static void tracks_of_the_same_tags_are_one(void **state)
{
	struct json_object *events;

	(void) state;
	group_register(2, PARSER);
	group_register(3, PARSER);
	allocate(0x1000, 100, 2, PARSER);
	now_ns += 2000;
	allocate(0x2000, 10, 3, PARSER);
	now_ns += 2000;
	allocate(0x3000, 1, 4, CACHE);
	events = finish();
	expect_points(events, "live: parser", "0:0 2:100 2003:110 ");
	expect_points(events, "live: cache", "4004:0 4004:1 ");
}

static void spans_are_slices_and_out_of_order_they_are_not(void **state)
{
	(void) state;
	span_event(ASPAN_EVENT_SPAN_ENTER, 1, 0, "outer"); /* at 0 */
	span_event(ASPAN_EVENT_SPAN_ENTER, 2, 1, "inner");
	span_event(ASPAN_EVENT_SPAN_EXIT, 2, 0, "inner");
	span_event(ASPAN_EVENT_SPAN_ENTER, 3, 1, "later"); /* at 3 */
	span_event(ASPAN_EVENT_SPAN_EXIT, 1, 0, "outer");
	span_event(ASPAN_EVENT_SPAN_EXIT, 3, 0, "later");
	span_event(ASPAN_EVENT_SPAN_EXIT, 9, 0, "older");
	span_event(ASPAN_EVENT_SPAN_ENTER, 4, 0, "open");
	expect_slices(finish(),
		      "X inner 1+1 b outer 0+0 e outer 4+0 X later 3+2 X older 0+6 B open 7+0 ");
}

static void processes_of_one_pid_are_two(void **state)
{
	struct json_object *events;
	size_t names = 0;

	(void) state;
	group_register(2, PARSER);
	allocate(0x1000, 100, 2, PARSER);
	group_register(2, PARSER); /* the pid is used again */
	allocate(0x1000, 7, 2, PARSER);
	events = finish();
	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *event = json_object_array_get_idx(events, i);

		names += strcmp(text_of(event, "name"), "process_name") == 0;
	}
	assert_int_equal(names, 2);
	/* The first process, the second, and what each ends with. */
	expect_points(events, "live: parser", "0:0 2:0 1:100 3:7 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_peak_between_two_points_is_not_lost, start, end),
		cmocka_unit_test_setup_teardown(there_are_fewer_points_than_events, start, end),
		cmocka_unit_test_setup_teardown(tracks_of_the_same_tags_are_one, start, end),
		cmocka_unit_test_setup_teardown(spans_are_slices_and_out_of_order_they_are_not,
						start, end),
		cmocka_unit_test_setup_teardown(processes_of_one_pid_are_two, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
