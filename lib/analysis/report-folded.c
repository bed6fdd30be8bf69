/* SPDX-License-Identifier: MIT */
/*
 * Writes folded stacks.
 */
#include "report-folded.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static int write_name(const char *name, FILE *stream)
{
	char *text = aspan_text_escape(name);

	if (!text) {
		return -ENOMEM;
	}
	for (const char *c = text; *c; c++) {
		if (*c == ';') {
			fputs("\\x3b", stream);
		} else {
			fputc(*c, stream);
		}
	}
	free(text);
	return 0;
}

static int write_stack(const struct aspan_stack *stack, uint64_t value, FILE *stream)
{
	int result = 0;

	for (size_t i = 0; !result && i < stack->frame_count; i++) {
		if (i > 0) {
			fputc(';', stream);
		}
		result = write_name(stack->frames[i].name, stream);
	}
	fprintf(stream, " %" PRIu64 "\n", value);
	return result;
}

int aspan_report_folded_write(const struct aspan_report *report, enum aspan_stack_value value,
			      FILE *stream)
{
	struct aspan_stack stack = { 0 };
	uint64_t *values;
	int result = aspan_stacks_get_values(report, value, &values);

	for (size_t i = 0; !result && i < report->place_count; i++) {
		if (values[i] == 0) {
			continue;
		}
		result = aspan_stack_fill(&stack, report, &report->places[i]);
		result = result ? result : write_stack(&stack, values[i], stream);
	}
	aspan_stack_fini(&stack);
	free(values);
	return result;
}
