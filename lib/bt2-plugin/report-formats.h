/* SPDX-License-Identifier: MIT */
/*
 * The formats of a report: what each is called, what it needs to ask, and who writes it.
 *
 * One table. A new format is a line in it.
 */
#ifndef ASPAN_BT2_REPORT_FORMATS_H
#define ASPAN_BT2_REPORT_FORMATS_H

#include "report-stacks.h"
#include "report-text.h"
#include "report.h"

#include <stdio.h>

struct aspan_report_format_options {
	struct aspan_report_text_options text;
	enum aspan_stack_value value; /* of stacks: the one, or the first to be shown */
};

struct aspan_report_format {
	const char *name;
	/* Adds what the format shows to what was asked for; NULL: nothing. */
	void (*ask)(struct aspan_questions *questions);
	/* 0 or negative errno; errors of the stream are its own (ferror()). */
	int (*write)(const struct aspan_report *report,
		     const struct aspan_report_format_options *options, FILE *stream);
};

/* NULL if there is no such format. */
const struct aspan_report_format *aspan_report_format_find(const char *name);

/* The names, for messages. */
extern const char aspan_report_format_names[];

#endif
