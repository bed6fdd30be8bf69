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

/* What writes while the trace is read. */
struct aspan_report_live_writer {
	void *(*create)(FILE *stream); /* NULL without memory */
	aspan_model_observer *observe;
	int (*finish)(void *writer, const struct aspan_report *report); /* writes the rest */
	void (*destroy)(void *writer); /* NULL is allowed */
};

struct aspan_report_format {
	const char *name;
	/* Adds what the format shows to what was asked for; NULL: nothing. */
	void (*ask)(struct aspan_questions *questions);
	/* 0 or negative errno; errors of the stream are its own (ferror()). */
	int (*write)(const struct aspan_report *report,
		     const struct aspan_report_format_options *options, FILE *stream);
	const struct aspan_report_live_writer *live; /* instead of `write`; or NULL */
};

/* NULL if there is no such format. */
const struct aspan_report_format *aspan_report_format_find(const char *name);

/* The names, for messages. */
extern const char aspan_report_format_names[];

#endif
