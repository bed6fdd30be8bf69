/* SPDX-License-Identifier: MIT */
/*
 * The formats for tools, of a report made by hand.
 *
 * One process, two groups, spans request/parse, one call site that is known and places without; the first group has
 * an unseen place that takes 30 of the 100 bytes that its events leave alive.
 */
#include "report-formats.h"

#include "profile.pb-c.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define NONE ASPAN_REPORT_NONE
#define HOSTILE "a;b \"c\"\n,d\xff"

static struct aspan_process process = { .has_vpid = true,
					.vpid = 7,
					.procname = (char[]){ "server" } };
static struct aspan_report_process processes[] = { { .process = &process, .text = "server(7)" } };
static struct aspan_tag tags[] = { { "tenant", "42" } };
static struct aspan_report_group groups[] = {
	{ .process = &process,
	  .name = "parser",
	  .text = "parser tenant=42",
	  .tags = { .name = "parser", .tags = tags, .tag_count = 1 } },
	{ .process = &process, .name = HOSTILE, .text = HOSTILE, .tags = { .name = HOSTILE } },
};
static struct aspan_report_thread threads[] = {
	{ .vtid = 8, .name = "worker", .text = "worker(8)" }
};
static struct aspan_callsite callsites[] = {
	{ .address = 0x1234,
	  .binary = "/bin/server+0x1f",
	  .function = "xml_parse",
	  .file = "/src/xml.c",
	  .line = 12,
	  .text = "xml_parse at xml.c:12" },
};
static struct aspan_report_node nodes[] = {
	{ NONE, NULL }, { 0, "request" }, { 1, "parse" }, { 1, NULL }
};

#define PLACE(g, n, t, c, allocs, size, lives, live_size)                                          \
	{                                                                                          \
		.group = (g), .node = (n), .thread = (t), .callsite = (c),                         \
		.numbers.counts = { .alloc_count = (allocs), .alloc_bytes = (size) },              \
		.live = { .count = (lives), .bytes = (live_size) },                                \
	}

static struct aspan_report_place places[] = {
	PLACE(0, 2, NONE, 0, 10, 1000, 3, 60),
	PLACE(0, 1, NONE, NONE, 4, 400, 2, 40),
	{ .group = 0,
	  .node = NONE,
	  .thread = NONE,
	  .callsite = NONE,
	  .is_unseen = true,
	  .numbers.counts = { .alloc_count = 1, .alloc_bytes = 5 },
	  .live = { .count = -1, .bytes = -30 } },
	PLACE(1, 0, NONE, NONE, 1, 7, 1, 7),
	PLACE(1, 3, 0, NONE, 2, 0, 0, 0),
};
static struct aspan_report_part peak_parts[] = { { 0, 500 }, { 3, 7 }, { 2, -20 } };
static struct aspan_report_row total[] = {
	{ .numbers = { .counts = { .alloc_count = 18, .alloc_bytes = 1412 },
		       .peak_live_bytes = 487 },
	  .peak_parts = peak_parts,
	  .peak_part_count = 3 },
};
static struct aspan_report_row rows[] = {
	{ .keys = { { ASPAN_KEY_VALUE, HOSTILE, 1 }, { ASPAN_KEY_NONE, "(no span)", NONE } },
	  .numbers = { .counts = { 1, 2, 3, 4 },
		       .lost = { 5, 0, 6, 0 },
		       .unsure_frees = { 7, 8 },
		       .live = { 9, 10 },
		       .peak_live_bytes = 11,
		       .peak_time_ns = 12,
		       .bytes_at_total_peak = 13,
		       .foreign_frees = { 14, 15 },
		       .other_thread_frees = { 16, 17 },
		       .temporary = { 18, 19 },
		       .never_freed = { 20, 21 },
		       .oldest_never_freed_ns = 22,
		       .growth = { 23, 24, 25, 26, 27, 28, 29 },
		       .is_certain = true } },
	{ .keys = { { ASPAN_KEY_UNSEEN, "(unseen)", NONE }, { ASPAN_KEY_VALUE, "parse", NONE } },
	  .numbers = { .counts = { UINT64_MAX, 0, 0, 0 } } },
};
static struct aspan_report_breakdown breakdowns[] = {
	{ .rows = total, .row_count = 1 },
	{ .question = { .keys = { { .dimension = ASPAN_BY_TAG, .tag_key = "a,b" },
				  { .dimension = ASPAN_BY_SPAN } },
			.key_count = 2 },
	  .rows = rows,
	  .row_count = 2 },
};
static char *notes[] = { (char[]){ "something is missing" } };
static struct aspan_report report = {
	.begin_ns = 1000,
	.end_ns = 5000,
	.processes = processes,
	.process_count = 1,
	.groups = groups,
	.group_count = 2,
	.threads = threads,
	.thread_count = 1,
	.callsites = callsites,
	.callsite_count = 1,
	.nodes = nodes,
	.node_count = 4,
	.places = places,
	.place_count = 5,
	.breakdowns = breakdowns,
	.breakdown_count = 2,
	.notes = notes,
	.note_count = 1,
};

/* What a format writes; its length with *size. The caller frees it. */
static char *write_as(const char *name, enum aspan_stack_value value, size_t *size)
{
	struct aspan_report_format_options options = { .value = value };
	const struct aspan_report_format *format = aspan_report_format_find(name);
	char *text = NULL;
	FILE *stream = open_memstream(&text, size);

	assert_non_null(format);
	assert_non_null(stream);
	assert_int_equal(format->write(&report, &options, stream), 0);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void expect_text(const char *name, enum aspan_stack_value value, const char *expected)
{
	size_t size;
	char *text = write_as(name, value, &size);

	assert_string_equal(text, expected);
	free(text);
}

static void csv_has_every_number_under_its_name(void **state)
{
	(void) state;
	expect_text(
		"csv", ASPAN_STACK_BYTES,
		"\"tag:a\\,b\",\"tag:a\\,b_state\",\"span\",\"span_state\",alloc_count,alloc_bytes,"
		"free_count,free_bytes,live_count,live_bytes,peak_live_bytes,peak_time_ns,"
		"bytes_at_total_peak,foreign_free_count,foreign_free_bytes,"
		"other_thread_free_count,other_thread_free_bytes,temporary_count,"
		"temporary_bytes,never_freed_count,never_freed_bytes,oldest_never_freed_ns,"
		"growth_step_count,growth_grow_count,growth_moved_count,growth_copied_bytes,"
		"growth_longest_step_count,growth_longest_first_bytes,"
		"growth_longest_last_bytes,lost_alloc_count,lost_free_count,unsure_free_count,"
		"unsure_free_bytes,certain,exact_counts,exact_live,from,exact_never_freed,doubtful\r\n"
		"\"a;b \"\"c\"\"\n,d\xef\xbf\xbd\",value,\"\",none,1,2,3,4,9,10,11,12,13,14,15,"
		"16,17,18,19,20,21,22,23,24,25,26,27,28,29,5,6,7,8,true,false,false,events,false,false\r\n"
		"\"\",unseen,\"parse\",value,18446744073709551615,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		"0,0,0,0,0,0,0,0,0,0,0,0,false,false,false,events,false,false\r\n");
}

static void folded_stacks_are_spans_group_and_call_site(void **state)
{
	(void) state;
	expect_text("folded", ASPAN_STACK_BYTES,
		    "server(7);request;parse;[parser tenant=42];xml_parse at xml.c:12 1000\n"
		    "server(7);request;[parser tenant=42] 400\n"
		    "server(7);[parser tenant=42];(not seen allocated) 5\n"
		    "server(7);[a\\x3bb \"c\"\\x0a,d\\xff] 7\n");
}

static void a_thread_is_a_frame_where_somebody_asked(void **state)
{
	(void) state;
	expect_text("folded", ASPAN_STACK_COUNT,
		    "server(7);request;parse;[parser tenant=42];xml_parse at xml.c:12 10\n"
		    "server(7);request;[parser tenant=42] 4\n"
		    "server(7);[parser tenant=42];(not seen allocated) 1\n"
		    "server(7);[a\\x3bb \"c\"\\x0a,d\\xff] 1\n"
		    "server(7);worker(8);request;(unknown span);[a\\x3bb \"c\"\\x0a,d\\xff] 2\n");
}

/* 60 + 40 - 30: the largest gives. */
static void what_is_below_zero_is_taken_from_the_largest_of_its_group(void **state)
{
	(void) state;
	expect_text("folded", ASPAN_STACK_LIVE,
		    "server(7);request;parse;[parser tenant=42];xml_parse at xml.c:12 30\n"
		    "server(7);request;[parser tenant=42] 40\n"
		    "server(7);[a\\x3bb \"c\"\\x0a,d\\xff] 7\n");
	expect_text("folded", ASPAN_STACK_LIVE_COUNT,
		    "server(7);request;parse;[parser tenant=42];xml_parse at xml.c:12 2\n"
		    "server(7);request;[parser tenant=42] 2\n"
		    "server(7);[a\\x3bb \"c\"\\x0a,d\\xff] 1\n");
}

static void the_peak_is_made_of_its_parts(void **state)
{
	(void) state;
	expect_text("folded", ASPAN_STACK_PEAK,
		    "server(7);request;parse;[parser tenant=42];xml_parse at xml.c:12 480\n"
		    "server(7);[a\\x3bb \"c\"\\x0a,d\\xff] 7\n");
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	assert_non_null(value);
	return value;
}

static struct json_object *at(struct json_object *array, size_t index)
{
	struct json_object *value = json_object_array_get_idx(array, index);

	assert_non_null(value);
	return value;
}

static const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(get(object, key));
}

/* The names of the frames of a sample, each with a space after it. */
static void expect_sample(struct json_object *top, struct json_object *sample, const char *expected)
{
	struct json_object *frames = get(get(top, "shared"), "frames");
	char text[512] = "";

	for (size_t i = 0; i < json_object_array_length(sample); i++) {
		size_t index = (size_t) json_object_get_int64(at(sample, i));

		strcat(strcat(text, text_of(at(frames, index), "name")), "|");
	}
	assert_string_equal(text, expected);
}

static void speedscope_has_a_profile_for_each_value(void **state)
{
	size_t size;
	char *text = write_as("speedscope", ASPAN_STACK_LIVE, &size);
	struct json_object *top = json_tokener_parse(text);
	struct json_object *live;

	(void) state;
	assert_non_null(top);
	assert_int_equal(json_object_get_int(get(top, "activeProfileIndex")), ASPAN_STACK_LIVE);
	assert_int_equal(json_object_array_length(get(top, "profiles")), ASPAN_STACK_VALUE_COUNT);
	live = at(get(top, "profiles"), ASPAN_STACK_LIVE);
	assert_string_equal(text_of(live, "type"), "sampled");
	assert_string_equal(text_of(live, "unit"), "bytes");
	assert_int_equal(json_object_get_int64(get(live, "endValue")), 77);
	assert_int_equal(json_object_array_length(get(live, "samples")), 3);
	assert_int_equal(json_object_array_length(get(live, "weights")), 3);
	assert_int_equal(json_object_get_int64(at(get(live, "weights"), 0)), 30);
	expect_sample(top, at(get(live, "samples"), 0),
		      "server(7)|request|parse|[parser tenant=42]|xml_parse at xml.c:12|");
	json_object_put(top);
	free(text);
}

static void speedscope_frames_are_there_once_and_know_their_source(void **state)
{
	size_t size;
	char *text = write_as("speedscope", ASPAN_STACK_BYTES, &size);
	struct json_object *top = json_tokener_parse(text);
	struct json_object *frames = get(get(top, "shared"), "frames");
	struct json_object *source = at(frames, 4);

	(void) state;
	/* Process, request, parse, group, call site, unseen, the other group, thread, unknown span. */
	assert_int_equal(json_object_array_length(frames), 9);
	assert_string_equal(text_of(source, "file"), "/src/xml.c");
	assert_int_equal(json_object_get_int(get(source, "line")), 12);
	assert_null(json_object_object_get(at(frames, 0), "file"));
	json_object_put(top);
	free(text);
}

#define ROOM 65536

static Pprof__Profile *read_profile(void)
{
	static unsigned char bytes[ROOM];
	size_t size;
	char *packed = write_as("pprof", ASPAN_STACK_BYTES, &size);
	z_stream zip = { .next_in = (unsigned char *) packed,
			 .avail_in = (unsigned int) size,
			 .next_out = bytes,
			 .avail_out = sizeof(bytes) };
	Pprof__Profile *profile;

	assert_int_equal(inflateInit2(&zip, 15 + 16), Z_OK);
	assert_int_equal(inflate(&zip, Z_FINISH), Z_STREAM_END);
	profile = pprof__profile__unpack(NULL, zip.total_out, bytes);
	assert_non_null(profile);
	inflateEnd(&zip);
	free(packed);
	return profile;
}

static const char *text_at(const Pprof__Profile *profile, int64_t index)
{
	assert_in_range(index, 0, profile->n_strings - 1);
	return profile->strings[index];
}

static void expect_functions(const Pprof__Profile *profile, const Pprof__Sample *sample,
			     const char *expected)
{
	char text[512] = "";

	for (size_t i = 0; i < sample->n_location_ids; i++) {
		const Pprof__Location *location = profile->locations[sample->location_ids[i] - 1];
		uint64_t function = location->lines[0]->function_id;

		assert_int_equal(location->id, sample->location_ids[i]);
		strcat(strcat(text, text_at(profile, profile->functions[function - 1]->name)), "|");
	}
	assert_string_equal(text, expected);
}

static void expect_labels(const Pprof__Profile *profile, const Pprof__Sample *sample,
			  const char *expected)
{
	char text[512] = "";

	for (size_t i = 0; i < sample->n_labels; i++) {
		strcat(strcat(text, text_at(profile, sample->labels[i]->key)), "=");
		strcat(strcat(text, text_at(profile, sample->labels[i]->text)), "|");
	}
	assert_string_equal(text, expected);
}

static void pprof_has_the_sample_types_of_a_heap_profile(void **state)
{
	Pprof__Profile *profile = read_profile();
	const char *const types[] = { "alloc_objects", "alloc_space", "inuse_objects",
				      "inuse_space", "peak_space" };

	(void) state;
	assert_int_equal(profile->n_sample_types, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(text_at(profile, profile->sample_types[i]->type), types[i]);
		assert_string_equal(text_at(profile, profile->sample_types[i]->unit),
				    i % 2 == 0 && i < 4 ? "count" : "bytes");
	}
	assert_string_equal(text_at(profile, 0), "");
	assert_string_equal(text_at(profile, profile->default_sample_type), "alloc_space");
	assert_int_equal(profile->time_ns, 1000);
	assert_int_equal(profile->duration_ns, 4000);
	assert_int_equal(profile->n_comments, 1);
	assert_string_equal(text_at(profile, profile->comments[0]), "something is missing");
	pprof__profile__free_unpacked(profile, NULL);
}

static void pprof_samples_have_values_functions_and_labels(void **state)
{
	Pprof__Profile *profile = read_profile();
	const int64_t first[] = { 10, 1000, 2, 30, 480 };

	(void) state;
	assert_int_equal(profile->n_samples, 5);
	assert_int_equal(profile->samples[0]->n_values, 5);
	assert_memory_equal(profile->samples[0]->values, first, sizeof(first));
	expect_functions(profile, profile->samples[0], "xml_parse|parse|request|");
	expect_functions(profile, profile->samples[1], "request|");
	expect_functions(profile, profile->samples[2], "(not seen allocated)|");
	expect_functions(profile, profile->samples[3], "[a;b \"c\"\n,d\xef\xbf\xbd]|");
	expect_functions(profile, profile->samples[4], "(unknown span)|request|");
	expect_labels(profile, profile->samples[0], "group=parser|tenant=42|process=server(7)|");
	expect_labels(profile, profile->samples[4],
		      "group=a;b \"c\"\n,d\xef\xbf\xbd|process=server(7)|thread=worker(8)|");
	pprof__profile__free_unpacked(profile, NULL);
}

static void pprof_call_sites_know_their_source(void **state)
{
	Pprof__Profile *profile = read_profile();
	const Pprof__Location *location =
		profile->locations[profile->samples[0]->location_ids[0] - 1];
	const Pprof__Function *function = profile->functions[location->lines[0]->function_id - 1];

	(void) state;
	assert_int_equal(location->address, 0x1234);
	assert_int_equal(location->lines[0]->line, 12);
	assert_int_equal(location->mapping_id, 1);
	assert_string_equal(text_at(profile, function->filename), "/src/xml.c");
	assert_int_equal(profile->n_mappings, 1);
	assert_string_equal(text_at(profile, profile->mappings[0]->filename), "/bin/server");
	assert_true(profile->mappings[0]->has_functions);
	pprof__profile__free_unpacked(profile, NULL);
}

static void a_report_without_places_is_an_empty_profile(void **state)
{
	struct aspan_report whole = report;
	Pprof__Profile *profile;

	(void) state;
	report.place_count = 0;
	report.breakdown_count = 0;
	expect_text("folded", ASPAN_STACK_BYTES, "");
	profile = read_profile();
	assert_int_equal(profile->n_samples, 0);
	pprof__profile__free_unpacked(profile, NULL);
	report = whole;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_has_every_number_under_its_name),
		cmocka_unit_test(folded_stacks_are_spans_group_and_call_site),
		cmocka_unit_test(a_thread_is_a_frame_where_somebody_asked),
		cmocka_unit_test(what_is_below_zero_is_taken_from_the_largest_of_its_group),
		cmocka_unit_test(the_peak_is_made_of_its_parts),
		cmocka_unit_test(speedscope_has_a_profile_for_each_value),
		cmocka_unit_test(speedscope_frames_are_there_once_and_know_their_source),
		cmocka_unit_test(pprof_has_the_sample_types_of_a_heap_profile),
		cmocka_unit_test(pprof_samples_have_values_functions_and_labels),
		cmocka_unit_test(pprof_call_sites_know_their_source),
		cmocka_unit_test(a_report_without_places_is_an_empty_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
