/* SPDX-License-Identifier: MIT */
/*
 * Call stacks of a report for people: --show stacks.
 *
 * A stack has its numbers in one line, and its frames below, the innermost first. All groups, spans and threads that allocated
 * with it are one.
 */
#include "report-text-sections.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>

struct stack {
	uint32_t node;
	uint64_t alloc_count, alloc_bytes;
	int64_t live_count, live_bytes, peak_bytes;
	bool is_certain;
};

static int compare(const void *left, const void *right)
{
	const struct stack *a = left;
	const struct stack *b = right;

	if (a->alloc_bytes != b->alloc_bytes) {
		return a->alloc_bytes < b->alloc_bytes ? 1 : -1;
	}
	if (a->alloc_count != b->alloc_count) {
		return a->alloc_count < b->alloc_count ? 1 : -1;
	}
	return (a->node > b->node) - (a->node < b->node);
}

static void add_place(struct stack *stack, const struct aspan_report_place *place)
{
	stack->alloc_count += place->numbers.counts.alloc_count;
	stack->alloc_bytes += place->numbers.counts.alloc_bytes;
	stack->live_count += place->live.count;
	stack->live_bytes += place->live.bytes;
	stack->peak_bytes += place->bytes_at_total_peak;
	stack->is_certain &= place->numbers.is_certain;
}

/* The sums of all stacks, the largest first; the caller frees them. NULL without memory. */
static struct stack *add_up(const struct aspan_report *report)
{
	struct stack *stacks = calloc(report->stack_node_count, sizeof(*stacks));

	for (size_t i = 0; stacks && i < report->stack_node_count; i++) {
		stacks[i] = (struct stack){ .node = (uint32_t) i, .is_certain = true };
	}
	for (size_t i = 0; stacks && i < report->place_count; i++) {
		if (report->places[i].stack) {
			add_place(&stacks[report->places[i].stack], &report->places[i]);
		}
	}
	if (stacks) {
		qsort(stacks, report->stack_node_count, sizeof(*stacks), compare);
	}
	return stacks;
}

static uint64_t above_zero(int64_t value)
{
	return value > 0 ? (uint64_t) value : 0;
}

static int write_numbers(const struct aspan_report_text *text, const struct stack *stack)
{
	const struct aspan_report *report = text->report;
	uint32_t process = report->callsites[report->stack_nodes[stack->node].callsite].process;
	const char *unsure = stack->is_certain ? "" : "~";
	char numbers[5][ASPAN_TEXT_NUMBER_SIZE];
	char *name = aspan_text_escape(report->processes[process].text);

	if (!name) {
		return -ENOMEM;
	}
	fprintf(text->stream, "%s%s%s in %s block%s; live %s%s in %s%s; at the peak %s%s%s%s\n",
		aspan_text_style_get(&text->style, ASPAN_TEXT_BOLD),
		aspan_text_format_bytes(numbers[0], stack->alloc_bytes),
		aspan_text_style_get(&text->style, ASPAN_TEXT_PLAIN),
		aspan_text_format_count(numbers[1], stack->alloc_count),
		stack->alloc_count == 1 ? "" : "s", unsure,
		aspan_text_format_bytes(numbers[2], above_zero(stack->live_bytes)), unsure,
		aspan_text_format_count(numbers[3], above_zero(stack->live_count)), unsure,
		aspan_text_format_bytes(numbers[4], above_zero(stack->peak_bytes)),
		report->process_count > 1 ? ", " : "", report->process_count > 1 ? name : "");
	free(name);
	return 0;
}

/* A call site, and below it what its function was inlined into. */
static int write_frames(const struct aspan_report_text *text, uint32_t callsite)
{
	const struct aspan_report *report = text->report;

	do {
		char *name = aspan_text_escape(report->callsites[callsite].text);

		if (!name) {
			return -ENOMEM;
		}
		callsite = report->callsites[callsite].inlined_into;
		fprintf(text->stream, "    %s%s\n", name, callsite ? " (inlined)" : "");
		free(name);
	} while (callsite);
	return 0;
}

static int write_stack(const struct aspan_report_text *text, const struct stack *stack)
{
	const struct aspan_report *report = text->report;
	int result = write_numbers(text, stack);

	for (uint32_t node = stack->node; !result && node;
	     node = report->stack_nodes[node].parent) {
		result = write_frames(text, report->stack_nodes[node].callsite);
	}
	return result;
}

/* Allocations of which no event told a stack; blocks that nobody saw allocated are not among them. */
static void write_rest(const struct aspan_report_text *text)
{
	char count[ASPAN_TEXT_NUMBER_SIZE], bytes[ASPAN_TEXT_NUMBER_SIZE];
	struct stack rest = { .node = 0 };

	for (size_t i = 0; i < text->report->place_count; i++) {
		const struct aspan_report_place *place = &text->report->places[i];

		if (!place->stack && !place->is_unseen) {
			add_place(&rest, place);
		}
	}
	if (rest.alloc_count) {
		fprintf(text->stream, "(%s in %s block%s without a stack)\n",
			aspan_text_format_bytes(bytes, rest.alloc_bytes),
			aspan_text_format_count(count, rest.alloc_count),
			rest.alloc_count == 1 ? "" : "s");
	}
}

int aspan_report_text_write_stacks(const struct aspan_report_text *text)
{
	size_t shown = 0, left_out = 0;
	struct stack *stacks;
	int result = 0;

	aspan_report_text_begin_section(text, "Call stacks, by what they allocated");
	if (text->report->stack_node_count == 0) {
		fputs("none: record them with 'allocspan record --stack 16'\n", text->stream);
		return 0;
	}
	stacks = add_up(text->report);
	if (!stacks) {
		return -ENOMEM;
	}
	for (size_t i = 0; !result && i < text->report->stack_node_count; i++) {
		if (stacks[i].alloc_count == 0) {
			continue;
		}
		if (shown < text->top) {
			result = write_stack(text, &stacks[i]);
			shown++;
		} else {
			left_out++;
		}
	}
	free(stacks);
	if (left_out) {
		fprintf(text->stream, "(%zu more; --top shows more)\n", left_out);
	}
	write_rest(text);
	return result;
}
