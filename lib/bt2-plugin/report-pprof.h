/* SPDX-License-Identifier: MIT */
/*
 * Writes a report as a profile for pprof: profile.proto, compressed by gzip.
 *
 * A sample is a place. Its sample types are those of Go's heap profiles (alloc_objects, alloc_space, inuse_objects,
 * inuse_space), where in use means live at the end; and peak_space, what lived at the overall peak. Its locations are the
 * call site, where that is known, and the spans as functions; where there is neither, the group. Its labels are the
 * group's name, its tags, the process and the thread. Notes on what the trace lacks are the profile's comments.
 */
#ifndef ASPAN_BT2_REPORT_PPROF_H
#define ASPAN_BT2_REPORT_PPROF_H

#include "report.h"

#include <stdio.h>

/* Asks what a profile needs: as stacks do, and threads. */
void aspan_report_pprof_ask(struct aspan_questions *questions);

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_pprof_write(const struct aspan_report *report, FILE *stream);

#endif
