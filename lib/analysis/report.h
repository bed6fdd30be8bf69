/* SPDX-License-Identifier: MIT */
/*
 * A report: what the model knows at the end, put in order for a writer.
 *
 * It borrows from the model, which must live longer and not be fed meanwhile. Writers for people are here
 * (report-text.h); those that need a library are beside that library's users.
 */
#ifndef ASPAN_ANALYSIS_REPORT_H
#define ASPAN_ANALYSIS_REPORT_H

#include "group.h"
#include "model.h"
#include "tag-string.h"

#include <stdbool.h>
#include <stddef.h>

struct aspan_report_row {
	const struct aspan_group *group;
	const struct aspan_process *process;
	const char *hostname; /* NULL if unknown */
	const char *name;
	struct aspan_tags tags;
	struct aspan_group_result result;
};

struct aspan_report {
	const struct aspan_model *model;
	struct aspan_report_row *rows; /* the highest peak first */
	size_t row_count;
	bool is_complete;
	/* One line each: what the trace lacks, and what to do about it. */
	char **notes;
	size_t note_count;
};

/* aspan_report_fini() frees what it makes, also after a failure. 0 or -ENOMEM. */
int aspan_report_init(struct aspan_report *report, const struct aspan_model *model);
void aspan_report_fini(struct aspan_report *report);

#endif
