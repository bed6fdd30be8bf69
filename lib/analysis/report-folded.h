/* SPDX-License-Identifier: MIT */
/*
 * Writes folded stacks, as flamegraph.pl, speedscope and others read them: a line for each stack, its frames apart
 * by `;`, then a space and the value.
 *
 * Names are escaped as for people, and a `;` in them becomes `\x3b`, so that each line can be taken apart.
 */
#ifndef ASPAN_ANALYSIS_REPORT_FOLDED_H
#define ASPAN_ANALYSIS_REPORT_FOLDED_H

#include "report-stacks.h"

#include <stdio.h>

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_folded_write(const struct aspan_report *report, enum aspan_stack_value value,
			      FILE *stream);

#endif
