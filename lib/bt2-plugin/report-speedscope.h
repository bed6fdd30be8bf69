/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for speedscope (https://www.speedscope.app), by its published file-format-schema.json.
 *
 * Each value of stacks (report-stacks.h) is a profile of type "sampled": a sample is the stack of a place, its weight
 * the value. Frames are shared by the profiles; frames of one kind, name and source are one.
 */
#ifndef ASPAN_BT2_REPORT_SPEEDSCOPE_H
#define ASPAN_BT2_REPORT_SPEEDSCOPE_H

#include "report-stacks.h"

#include <stdio.h>

/* `first` is the profile that is shown first. 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_speedscope_write(const struct aspan_report *report, enum aspan_stack_value first,
				  FILE *stream);

#endif
