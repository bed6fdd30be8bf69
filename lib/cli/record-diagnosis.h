/* SPDX-License-Identifier: MIT */
/*
 * Why a recording has no allocation in it.
 */
#ifndef ASPAN_CLI_RECORD_DIAGNOSIS_H
#define ASPAN_CLI_RECORD_DIAGNOSIS_H

#include "record-count.h"
#include "record-ends.h"
#include "record-options.h"

#include <sys/types.h>

struct aspan_record_question {
	const struct aspan_record_counts *counts;
	const struct aspan_record_options *options;
	const struct aspan_record_ends *ends;
	const char *program; /* the file that was run */
	pid_t pid; /* the command's */
	int status; /* how it ended, as from waitpid() */
};

/* Prints one line: the likeliest reason, and what to do. */
void aspan_record_diagnosis_print(const struct aspan_record_question *question);

#endif
