/* SPDX-License-Identifier: MIT */
/*
 * Why a recording has no allocation in it.
 */
#ifndef ASPAN_CLI_RECORD_DIAGNOSIS_H
#define ASPAN_CLI_RECORD_DIAGNOSIS_H

#include "record-count.h"
#include "record-options.h"

/* Prints one line: the likeliest reason, and what to do. `program` is the file that was run. */
void aspan_record_diagnosis_print(const struct aspan_record_counts *counts,
				  const struct aspan_record_options *options, const char *program);

#endif
