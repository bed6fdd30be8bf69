/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for speedscope.
 *
 * The format has all frames before the first profile. So each place's stack is kept as indexes of frames, one place
 * after the other in one array, and written once for each value. Stacks that begin alike are written side by side: the
 * viewer's first picture draws what is side by side as one.
 */
#include "report-speedscope.h"

#include "array.h"
#include "json-text.h"
#include "text-map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "https://www.speedscope.app/file-format-schema.json"

struct writer {
	const struct aspan_report *report;
	FILE *stream;
	/* The stacks of all places, and where each begins; one more says where the last ends. */
	uint32_t *indexes;
	size_t index_count, index_capacity;
	size_t *begins;
	uint32_t *order; /* places */
	struct aspan_text_map frames; /* by kind; text to index */
	uint32_t frame_count;
};

/* A function that calls is one frame, whichever of its lines the call is in. */
static int write_source(const struct writer *writer, const struct aspan_frame *frame)
{
	const struct aspan_callsite *callsite = &writer->report->callsites[frame->index];
	bool has_line = frame->kind == ASPAN_FRAME_CALLSITE && callsite->line;
	int result = 0;

	if (callsite->file) {
		fputs(",\"file\":", writer->stream);
		result = aspan_json_write_text(callsite->file, writer->stream);
	}
	if (!result && callsite->file && has_line) {
		fprintf(writer->stream, ",\"line\":%" PRIu64, callsite->line);
	}
	return result;
}

static int write_frame(struct writer *writer, const struct aspan_frame *frame)
{
	int result;

	fputs(writer->frame_count++ ? ",\n{\"name\":" : "\n{\"name\":", writer->stream);
	result = aspan_json_write_text(frame->name, writer->stream);
	if (!result && (frame->kind == ASPAN_FRAME_CALL || frame->kind == ASPAN_FRAME_CALLSITE)) {
		result = write_source(writer, frame);
	}
	fputc('}', writer->stream);
	return result;
}

/* Notes a frame of the present place, and writes it if it is new. */
static int add_frame(struct writer *writer, const struct aspan_frame *frame)
{
	uint32_t found = aspan_text_map_find(&writer->frames, frame->kind, frame->name);
	uint32_t *index = ASPAN_ARRAY_APPEND(writer, indexes, index);
	int result;

	if (!index) {
		return -ENOMEM;
	}
	*index = found == ASPAN_TEXT_MAP_NONE ? writer->frame_count : found;
	if (found != ASPAN_TEXT_MAP_NONE) {
		return 0;
	}
	result = aspan_text_map_set(&writer->frames, frame->kind, frame->name, *index);
	return result ? result : write_frame(writer, frame);
}

static int write_frames(struct writer *writer)
{
	const struct aspan_report *report = writer->report;
	struct aspan_stack stack = { 0 };
	int result = 0;

	fputs("\"shared\":{\"frames\":[", writer->stream);
	for (size_t i = 0; !result && i < report->place_count; i++) {
		writer->begins[i] = writer->index_count;
		result = aspan_stack_fill(&stack, report, &report->places[i]);
		for (size_t j = 0; !result && j < stack.frame_count; j++) {
			result = add_frame(writer, &stack.frames[j]);
		}
	}
	writer->begins[report->place_count] = writer->index_count;
	fputs("\n]},\n", writer->stream);
	aspan_stack_fini(&stack);
	return result;
}

/* By the first frame that differs; of stacks that begin alike, the shorter first. */
static int compare_places(const void *left, const void *right, void *data)
{
	const struct writer *writer = data;
	size_t a = *(const uint32_t *) left, b = *(const uint32_t *) right;
	size_t a_length = writer->begins[a + 1] - writer->begins[a];
	size_t b_length = writer->begins[b + 1] - writer->begins[b];

	for (size_t i = 0; i < a_length && i < b_length; i++) {
		uint32_t a_frame = writer->indexes[writer->begins[a] + i];
		uint32_t b_frame = writer->indexes[writer->begins[b] + i];

		if (a_frame != b_frame) {
			return a_frame < b_frame ? -1 : 1;
		}
	}
	return (a_length > b_length) - (a_length < b_length);
}

static void sort_places(struct writer *writer)
{
	for (size_t i = 0; i < writer->report->place_count; i++) {
		writer->order[i] = (uint32_t) i;
	}
	qsort_r(writer->order, writer->report->place_count, sizeof(*writer->order), compare_places,
		writer);
}

static uint64_t sum_of(const uint64_t *values, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		sum += values[i];
	}
	return sum;
}

static void write_sample(const struct writer *writer, size_t place)
{
	for (size_t i = writer->begins[place]; i < writer->begins[place + 1]; i++) {
		fprintf(writer->stream, "%s%" PRIu32, i == writer->begins[place] ? "[" : ",",
			writer->indexes[i]);
	}
	fputc(']', writer->stream);
}

static void write_samples(const struct writer *writer, const uint64_t *values)
{
	const char *separator = "";

	fputs(",\n\"samples\":[", writer->stream);
	for (size_t i = 0; i < writer->report->place_count; i++) {
		if (values[writer->order[i]]) {
			fputs(separator, writer->stream);
			write_sample(writer, writer->order[i]);
			separator = ",";
		}
	}
	separator = "";
	fputs("],\n\"weights\":[", writer->stream);
	for (size_t i = 0; i < writer->report->place_count; i++) {
		uint64_t value = values[writer->order[i]];

		if (value) {
			fprintf(writer->stream, "%s%" PRIu64, separator, value);
			separator = ",";
		}
	}
	fputs("]}", writer->stream);
}

static int write_profile(const struct writer *writer, enum aspan_stack_value value)
{
	uint64_t *values;
	int result = aspan_stacks_get_values(writer->report, value, &values);

	if (result) {
		return result;
	}
	fprintf(writer->stream,
		"{\"type\":\"sampled\",\"name\":\"%s\",\"unit\":\"%s\",\"startValue\":0,"
		"\"endValue\":%" PRIu64,
		aspan_stack_value_get_title(value), aspan_stack_value_get_unit(value),
		sum_of(values, writer->report->place_count));
	write_samples(writer, values);
	free(values);
	return 0;
}

static int write_profiles(const struct writer *writer)
{
	int result = 0;

	fputs("\"profiles\":[", writer->stream);
	for (int value = 0; !result && value < ASPAN_STACK_VALUE_COUNT; value++) {
		fputs(value ? ",\n" : "\n", writer->stream);
		result = write_profile(writer, (enum aspan_stack_value) value);
	}
	fputs("\n]}\n", writer->stream);
	return result;
}

int aspan_report_speedscope_write(const struct aspan_report *report, enum aspan_stack_value first,
				  FILE *stream)
{
	struct writer writer = { .report = report,
				 .stream = stream,
				 .begins =
					 calloc(report->place_count + 1, sizeof(*writer.begins)) };
	int result;

	writer.order = calloc(report->place_count + 1, sizeof(*writer.order));
	result = writer.begins && writer.order ? 0 : -ENOMEM;

	fprintf(stream,
		"{\"$schema\":\"" SCHEMA "\",\"exporter\":\"allocspan\",\"name\":\"allocspan\","
		"\"activeProfileIndex\":%d,\n",
		(int) first);
	result = result ? result : write_frames(&writer);
	if (!result) {
		sort_places(&writer);
		result = write_profiles(&writer);
	}
	aspan_text_map_fini(&writer.frames);
	free(writer.begins);
	free(writer.order);
	free(writer.indexes);
	return result;
}
