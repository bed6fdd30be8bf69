/* SPDX-License-Identifier: MIT */
/*
 * Stacks: each place of a report as frames, and a value of it.
 *
 * Span paths are as deep as the program made them, so frames are found by loops from the innermost out and then
 * turned round.
 */
#include "report-stacks.h"

#include "array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word, *title, *unit;
} values_info[] = {
#define VALUE_INFO(symbol, word, title, unit) { word, title, unit },
	ASPAN_STACK_VALUES(VALUE_INFO)
#undef VALUE_INFO
};

const char *aspan_stack_value_get_word(enum aspan_stack_value value)
{
	return values_info[value].word;
}

const char *aspan_stack_value_get_title(enum aspan_stack_value value)
{
	return values_info[value].title;
}

const char *aspan_stack_value_get_unit(enum aspan_stack_value value)
{
	return values_info[value].unit;
}

enum aspan_stack_value aspan_stack_value_find(const char *word)
{
	unsigned int value = 0;

	while (value < ASPAN_STACK_VALUE_COUNT && strcmp(values_info[value].word, word) != 0) {
		value++;
	}
	return (enum aspan_stack_value) value;
}

void aspan_stacks_ask(struct aspan_questions *questions)
{
	char message[256];

	/* These words are right, and a list that is full holds them or can do without. */
	aspan_questions_add_breakdown(questions, "group", message, sizeof(message));
	aspan_questions_add_breakdown(questions, "span", message, sizeof(message));
	aspan_questions_add_breakdown(questions, "callsite", message, sizeof(message));
	questions->extras |= 1U << ASPAN_SHOW_PEAK | 1U << ASPAN_SHOW_STACKS;
}

static int64_t get_value(const struct aspan_report_place *place, enum aspan_stack_value value)
{
	switch (value) {
	case ASPAN_STACK_BYTES:
		return (int64_t) place->numbers.counts.alloc_bytes;
	case ASPAN_STACK_COUNT:
		return (int64_t) place->numbers.counts.alloc_count;
	case ASPAN_STACK_LIVE:
		return place->live.bytes;
	case ASPAN_STACK_LIVE_COUNT:
		return place->live.count;
	default:
		return 0;
	}
}

/* What a place held at the overall peak is a part of the first breakdown's only row. */
static void add_peak_parts(const struct aspan_report *report, int64_t *values)
{
	const struct aspan_report_row *total = report->breakdown_count &&
							       report->breakdowns[0].row_count ?
						       &report->breakdowns[0].rows[0] :
						       NULL;

	for (size_t i = 0; total && i < total->peak_part_count; i++) {
		values[total->peak_parts[i].place] += total->peak_parts[i].bytes;
	}
}

struct settling {
	uint32_t group;
	uint32_t place;
	int64_t value;
};

/* A group's places together, the largest first. */
static int compare_settling(const void *left, const void *right)
{
	const struct settling *a = left;
	const struct settling *b = right;

	if (a->group != b->group) {
		return a->group < b->group ? -1 : 1;
	}
	if (a->value != b->value) {
		return a->value > b->value ? -1 : 1;
	}
	return (a->place > b->place) - (a->place < b->place);
}

static size_t find_end_of_group(const struct settling *items, size_t begin, size_t count)
{
	size_t end = begin;

	while (end < count && items[end].group == items[begin].group) {
		end++;
	}
	return end;
}

static void settle_group(struct settling *items, size_t count)
{
	int64_t debt = 0;

	for (size_t i = 0; i < count; i++) {
		if (items[i].value < 0) {
			debt -= items[i].value;
			items[i].value = 0;
		}
	}
	for (size_t i = 0; i < count && debt > 0; i++) {
		int64_t taken = items[i].value < debt ? items[i].value : debt;

		items[i].value -= taken;
		debt -= taken;
	}
}

static int settle(const struct aspan_report *report, int64_t *values)
{
	size_t count = report->place_count;
	struct settling *items = calloc(count ? count : 1, sizeof(*items));

	if (!items) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		items[i] = (struct settling){ .group = report->places[i].group,
					      .place = (uint32_t) i,
					      .value = values[i] };
	}
	qsort(items, count, sizeof(*items), compare_settling);
	for (size_t begin = 0, end; begin < count; begin = end) {
		end = find_end_of_group(items, begin, count);
		settle_group(&items[begin], end - begin);
	}
	for (size_t i = 0; i < count; i++) {
		values[items[i].place] = items[i].value;
	}
	free(items);
	return 0;
}

int aspan_stacks_get_values(const struct aspan_report *report, enum aspan_stack_value value,
			    uint64_t **values)
{
	int64_t *made = calloc(report->place_count ? report->place_count : 1, sizeof(*made));
	int result;

	*values = NULL;
	if (!made) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < report->place_count; i++) {
		made[i] = get_value(&report->places[i], value);
	}
	if (value == ASPAN_STACK_PEAK) {
		add_peak_parts(report, made);
	}
	result = settle(report, made);
	if (result) {
		free(made);
		return result;
	}
	/* None is negative now, and both types may name the same memory. */
	*values = (uint64_t *) made;
	return 0;
}

static void clear(struct aspan_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++) {
		free(stack->frames[i].name);
	}
	stack->frame_count = 0;
}

void aspan_stack_fini(struct aspan_stack *stack)
{
	clear(stack);
	free(stack->frames);
	*stack = (struct aspan_stack){ 0 };
}

/* `before` and `after` stand round the name. */
static int push(struct aspan_stack *stack, enum aspan_frame_kind kind, uint32_t index,
		const char *before, const char *name, const char *after)
{
	struct aspan_frame *frame = ASPAN_ARRAY_APPEND(stack, frames, frame);

	if (!frame) {
		return -ENOMEM;
	}
	frame->kind = kind;
	frame->index = index;
	if (asprintf(&frame->name, "%s%s%s", before, name, after) < 0) {
		frame->name = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* One function is one frame, whichever of its lines the call is in: so do flame graphs get wide. */
static int push_call(struct aspan_stack *stack, const struct aspan_report *report,
		     uint32_t callsite)
{
	const struct aspan_callsite *is = &report->callsites[callsite];

	return push(stack, ASPAN_FRAME_CALL, callsite, "", is->function ? is->function : is->text,
		    "");
}

/* What a function was inlined into, from the innermost out. */
static int push_inlined(struct aspan_stack *stack, const struct aspan_report *report,
			uint32_t callsite)
{
	uint32_t into = report->callsites[callsite].inlined_into;
	int result = 0;

	for (; !result && into; into = report->callsites[into].inlined_into) {
		result = push_call(stack, report, into);
	}
	return result;
}

/* The callers of a stack's innermost frame, from the innermost out. */
static int push_callers(struct aspan_stack *stack, const struct aspan_report *report, uint32_t node)
{
	int result = 0;

	while (!result && (node = report->stack_nodes[node].parent) != 0) {
		uint32_t callsite = report->stack_nodes[node].callsite;

		result = push_call(stack, report, callsite);
		result = result ? result : push_inlined(stack, report, callsite);
	}
	return result;
}

static int push_callsite(struct aspan_stack *stack, const struct aspan_report *report,
			 const struct aspan_report_place *place)
{
	int result;

	if (place->callsite == ASPAN_REPORT_NONE) {
		return 0;
	}
	result = push(stack, ASPAN_FRAME_CALLSITE, place->callsite, "",
		      report->callsites[place->callsite].text, "");
	result = result ? result : push_inlined(stack, report, place->callsite);
	return result || !place->stack ? result : push_callers(stack, report, place->stack);
}

static int push_group(struct aspan_stack *stack, const struct aspan_report *report, uint32_t group)
{
	return push(stack, ASPAN_FRAME_GROUP, group, "[", report->groups[group].text, "]");
}

/* From the innermost out; the root is no span. */
static int push_spans(struct aspan_stack *stack, const struct aspan_report *report, uint32_t node)
{
	int result = 0;

	while (!result && node != ASPAN_REPORT_NONE &&
	       report->nodes[node].parent != ASPAN_REPORT_NONE) {
		const char *name = report->nodes[node].name;

		result =
			push(stack, ASPAN_FRAME_SPAN, node, "", name ? name : "(unknown span)", "");
		node = report->nodes[node].parent;
	}
	return result;
}

static int push_thread(struct aspan_stack *stack, const struct aspan_report *report,
		       uint32_t thread)
{
	const struct aspan_report_thread *is = &report->threads[thread];
	char vtid[24];

	/* Its text may name the process, which is a frame of its own. */
	snprintf(vtid, sizeof(vtid), "(%llu)", (unsigned long long) is->vtid);
	return push(stack, ASPAN_FRAME_THREAD, thread, "", is->name ? is->name : "thread", vtid);
}

static int push_process(struct aspan_stack *stack, const struct aspan_report *report,
			uint32_t process)
{
	return push(stack, ASPAN_FRAME_PROCESS, process, "", report->processes[process].text, "");
}

static void reverse(struct aspan_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count / 2; i++) {
		struct aspan_frame *other = &stack->frames[stack->frame_count - 1 - i];
		struct aspan_frame frame = stack->frames[i];

		stack->frames[i] = *other;
		*other = frame;
	}
}

int aspan_stack_fill(struct aspan_stack *stack, const struct aspan_report *report,
		     const struct aspan_report_place *place)
{
	int result;

	clear(stack);
	result = place->is_unseen ? push(stack, ASPAN_FRAME_UNSEEN, ASPAN_REPORT_NONE, "",
					 "(not seen allocated)", "") :
				    push_callsite(stack, report, place);
	result = result ? result : push_group(stack, report, place->group);
	if (!result && !place->is_unseen) {
		result = push_spans(stack, report, place->node);
	}
	if (!result && !place->is_unseen && place->thread != ASPAN_REPORT_NONE) {
		result = push_thread(stack, report, place->thread);
	}
	result = result ? result :
			  push_process(stack, report, report->groups[place->group].process_index);
	reverse(stack);
	return result;
}
