/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for people: a header, a table with a line for each group, and notes.
 *
 * What comes from the trace is escaped. Without a width nothing is cut, so that a pipe sees it all.
 */
#ifndef ASPAN_ANALYSIS_REPORT_TEXT_H
#define ASPAN_ANALYSIS_REPORT_TEXT_H

#include "report.h"

#include <stdbool.h>
#include <stdio.h>

struct aspan_report_text_options {
	unsigned int width; /* columns of the terminal; 0: there is none */
	bool has_colour;
};

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_text_write(const struct aspan_report *report,
			    const struct aspan_report_text_options *options, FILE *stream);

#endif
