/* SPDX-License-Identifier: MIT */
/*
 * The files of ledgers that belong to a trace: what they say goes to the model, and what cannot be read into notes.
 */
#ifndef ASPAN_BT2_LEDGER_FILES_H
#define ASPAN_BT2_LEDGER_FILES_H

#include "model.h"
#include "report.h"

#include <babeltrace2/babeltrace.h>

#include <stddef.h>

/* How many files that could not be read are named. */
#define ASPAN_LEDGER_FILES_NAMED 4

/* All zero is empty. */
struct aspan_ledger_files {
	char *problems[ASPAN_LEDGER_FILES_NAMED];
	size_t problem_count; /* of all; more than are named */
	size_t read_count; /* how many could be read */
};

void aspan_ledger_files_fini(struct aspan_ledger_files *files);

/*
 * Reads each file of an array of paths, or of NULL, after the last event; `cover` as in ledgers.h. 0 or -ENOMEM; a file that cannot be
 * read is a problem.
 */
int aspan_ledger_files_read(struct aspan_ledger_files *files, const bt_value *paths,
			    enum aspan_ledger_cover cover, struct aspan_model *model);

/* A line for each problem. 0 or -ENOMEM. */
int aspan_ledger_files_add_notes(const struct aspan_ledger_files *files,
				 struct aspan_report *report);

#endif
