/* SPDX-License-Identifier: MIT */
/*
 * Writes a report as a profile for pprof: samples, what they are of, and their labels.
 */
#include "report-pprof.h"

#include "gzip-buffer.h"
#include "pprof-builder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* The sample types, in the order of Go's heap profiles. X(type, unit, value) */
#define SAMPLE_TYPES(X)                                                                            \
	X("alloc_objects", "count", ASPAN_STACK_COUNT)                                             \
	X("alloc_space", "bytes", ASPAN_STACK_BYTES)                                               \
	X("inuse_objects", "count", ASPAN_STACK_LIVE_COUNT)                                        \
	X("inuse_space", "bytes", ASPAN_STACK_LIVE)                                                \
	X("peak_space", "bytes", ASPAN_STACK_PEAK)

static const struct {
	const char *type, *unit;
	enum aspan_stack_value value;
} sample_types[] = {
#define SAMPLE_TYPE(type, unit, value) { type, unit, value },
	SAMPLE_TYPES(SAMPLE_TYPE)
#undef SAMPLE_TYPE
};

#define SAMPLE_TYPE_COUNT (sizeof(sample_types) / sizeof(sample_types[0]))

struct writer {
	const struct aspan_report *report;
	struct aspan_pprof_builder builder;
	uint64_t *values[SAMPLE_TYPE_COUNT]; /* by place */
};

void aspan_report_pprof_ask(struct aspan_questions *questions)
{
	char message[256];

	aspan_stacks_ask(questions);
	aspan_questions_add_breakdown(questions, "thread", message, sizeof(message));
}

static int fill_value_type(struct writer *writer, Pprof__ValueType *is, const char *type,
			   const char *unit)
{
	int result;

	pprof__value_type__init(is);
	result = aspan_pprof_intern(&writer->builder, type, &is->type);
	return result ? result : aspan_pprof_intern(&writer->builder, unit, &is->unit);
}

static int add_sample_types(struct writer *writer)
{
	Pprof__Profile *profile = writer->builder.profile;
	int result = 0;

	for (size_t i = 0; !result && i < SAMPLE_TYPE_COUNT; i++) {
		Pprof__ValueType *is = ASPAN_PPROF_APPEND(profile, sample_types, *is);

		result = is ? fill_value_type(writer, is, sample_types[i].type,
					      sample_types[i].unit) :
			      -ENOMEM;
	}
	profile->period_type = calloc(1, sizeof(*profile->period_type));
	if (result || !profile->period_type) {
		return -ENOMEM;
	}
	profile->period = 1;
	result = fill_value_type(writer, profile->period_type, "space", "bytes");
	return result ? result :
			aspan_pprof_intern(&writer->builder, "alloc_space",
					   &profile->default_sample_type);
}

static bool is_code(const struct aspan_frame *frame)
{
	return frame->kind == ASPAN_FRAME_SPAN || frame->kind == ASPAN_FRAME_CALL ||
	       frame->kind == ASPAN_FRAME_CALLSITE || frame->kind == ASPAN_FRAME_UNSEEN;
}

static int add_sample_location(struct writer *writer, Pprof__Sample *sample,
			       const struct aspan_frame *frame)
{
	uint64_t *id = aspan_pprof_append((void **) &sample->location_ids, &sample->n_location_ids,
					  sizeof(*sample->location_ids));

	return id ? aspan_pprof_add_location(&writer->builder, frame, id) : -ENOMEM;
}

/* The innermost first. A group stands for what has no span and no call site. */
static int add_stack(struct writer *writer, Pprof__Sample *sample, const struct aspan_stack *stack)
{
	const struct aspan_frame *group = NULL;
	int result = 0;

	for (size_t i = stack->frame_count; !result && i-- > 0;) {
		const struct aspan_frame *frame = &stack->frames[i];

		if (is_code(frame)) {
			result = add_sample_location(writer, sample, frame);
		} else if (frame->kind == ASPAN_FRAME_GROUP) {
			group = frame;
		}
	}
	if (!result && sample->n_location_ids == 0 && group) {
		result = add_sample_location(writer, sample, group);
	}
	return result;
}

static int add_label(struct writer *writer, Pprof__Sample *sample, const char *key,
		     const char *text)
{
	Pprof__Label *label = ASPAN_PPROF_APPEND(sample, labels, *label);
	int result;

	if (!label) {
		return -ENOMEM;
	}
	pprof__label__init(label);
	result = aspan_pprof_intern(&writer->builder, key, &label->key);
	return result ? result : aspan_pprof_intern(&writer->builder, text, &label->text);
}

static int add_labels(struct writer *writer, Pprof__Sample *sample,
		      const struct aspan_report_place *place)
{
	const struct aspan_report *report = writer->report;
	const struct aspan_report_group *group = &report->groups[place->group];
	int result = add_label(writer, sample, "group", group->name);

	for (size_t i = 0; !result && i < group->tags.tag_count; i++) {
		result = add_label(writer, sample, group->tags.tags[i].key,
				   group->tags.tags[i].value);
	}
	if (!result) {
		result = add_label(writer, sample, "process",
				   report->processes[group->process_index].text);
	}
	if (!result && place->thread != ASPAN_REPORT_NONE) {
		result = add_label(writer, sample, "thread", report->threads[place->thread].text);
	}
	return result;
}

static int add_values(const struct writer *writer, Pprof__Sample *sample, size_t place)
{
	sample->values = calloc(SAMPLE_TYPE_COUNT, sizeof(*sample->values));
	if (!sample->values) {
		return -ENOMEM;
	}
	sample->n_values = SAMPLE_TYPE_COUNT;
	for (size_t i = 0; i < SAMPLE_TYPE_COUNT; i++) {
		sample->values[i] = (int64_t) writer->values[i][place];
	}
	return 0;
}

static bool has_values(const struct writer *writer, size_t place)
{
	for (size_t i = 0; i < SAMPLE_TYPE_COUNT; i++) {
		if (writer->values[i][place]) {
			return true;
		}
	}
	return false;
}

static int add_sample(struct writer *writer, size_t index, struct aspan_stack *stack)
{
	const struct aspan_report_place *place = &writer->report->places[index];
	Pprof__Sample *sample = ASPAN_PPROF_APPEND(writer->builder.profile, samples, *sample);
	int result;

	if (!sample) {
		return -ENOMEM;
	}
	pprof__sample__init(sample);
	result = aspan_stack_fill(stack, writer->report, place);
	result = result ? result : add_stack(writer, sample, stack);
	result = result ? result : add_values(writer, sample, index);
	return result ? result : add_labels(writer, sample, place);
}

static int add_samples(struct writer *writer)
{
	struct aspan_stack stack = { 0 };
	int result = 0;

	for (size_t i = 0; !result && i < SAMPLE_TYPE_COUNT; i++) {
		result = aspan_stacks_get_values(writer->report, sample_types[i].value,
						 &writer->values[i]);
	}
	for (size_t i = 0; !result && i < writer->report->place_count; i++) {
		if (has_values(writer, i)) {
			result = add_sample(writer, i, &stack);
		}
	}
	aspan_stack_fini(&stack);
	return result;
}

static int add_comments(struct writer *writer)
{
	Pprof__Profile *profile = writer->builder.profile;
	int result = 0;

	for (size_t i = 0; !result && i < writer->report->note_count; i++) {
		int64_t *comment = aspan_pprof_append((void **) &profile->comments,
						      &profile->n_comments,
						      sizeof(*profile->comments));

		result = comment ? aspan_pprof_intern(&writer->builder, writer->report->notes[i],
						      comment) :
				   -ENOMEM;
	}
	return result;
}

static int fill(struct writer *writer)
{
	const struct aspan_report *report = writer->report;
	Pprof__Profile *profile = writer->builder.profile;
	int result;

	profile->time_ns = (int64_t) report->begin_ns;
	profile->duration_ns = (int64_t) (report->end_ns - report->begin_ns);
	result = add_sample_types(writer);
	result = result ? result : add_samples(writer);
	result = result ? result : add_comments(writer);
	return result ? result : aspan_pprof_add_texts(&writer->builder);
}

static int pack(const Pprof__Profile *profile, FILE *stream)
{
	struct aspan_gzip_buffer buffer;
	int result = aspan_gzip_buffer_init(&buffer, stream);

	if (result) {
		return result;
	}
	pprof__profile__pack_to_buffer(profile, &buffer.base);
	return aspan_gzip_buffer_finish(&buffer);
}

int aspan_report_pprof_write(const struct aspan_report *report, FILE *stream)
{
	struct writer writer = { .report = report };
	int result = aspan_pprof_builder_init(&writer.builder, report);

	result = result ? result : fill(&writer);
	result = result ? result : pack(writer.builder.profile, stream);
	aspan_pprof_builder_fini(&writer.builder);
	for (size_t i = 0; i < SAMPLE_TYPE_COUNT; i++) {
		free(writer.values[i]);
	}
	return result;
}
