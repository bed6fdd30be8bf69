/* SPDX-License-Identifier: MIT */
/*
 * How a report is put together: the steps of aspan_report_init(), each in a file of its own, in this order.
 *
 * A step gives 0 or -ENOMEM; what it has made by then is freed with the report.
 */
#ifndef ASPAN_ANALYSIS_REPORT_BUILD_H
#define ASPAN_ANALYSIS_REPORT_BUILD_H

#include "report.h"
#include "tally.h"

struct aspan_report_build {
	struct aspan_report *report;
	const struct aspan_model *model;
	const struct aspan_tally *tally; /* NULL: groups alone */
	uint32_t *group_of_model; /* index in the model to index in the report */
	/* By the model's index: what a group held all the time, and events do not tell. */
	struct aspan_live *group_shift;
	/* The same of what was never freed; where a ledger knows it. */
	struct aspan_live *never_freed_shift;
};

/* Keeps a text, which the report frees. Of NULL the result is -ENOMEM. */
int aspan_report_keep_text(struct aspan_report *report, char *text, const char **kept);

/* report-owners.c: processes, groups, threads and nodes. */
int aspan_report_add_owners(struct aspan_report_build *build);

/* report-processes.c: part of aspan_report_add_owners(). */
int aspan_report_add_processes(struct aspan_report_build *build);

/* report-callsites.c: call sites and stacks; part of aspan_report_add_owners(). */
int aspan_report_add_callsites(struct aspan_report_build *build);

/* report-places.c */
int aspan_report_add_places(struct aspan_report_build *build);

/* report-rows.c: the rows of each breakdown, in order. */
int aspan_report_add_rows(struct aspan_report_build *build);

/* report-curves.c: the timeline, and points of a row. */
int aspan_report_add_timeline(struct aspan_report_build *build);
int aspan_report_add_points(const struct aspan_report_build *build, struct aspan_report_row *made,
			    const struct aspan_row *row, int64_t shift_bytes);

/* report-keys.c: what a number of a key means, for people. */
int aspan_report_describe_key(const struct aspan_report_build *build,
			      const struct aspan_breakdown_key *key, uint32_t value,
			      struct aspan_report_key *described);

/* report-activity.c: handover and spans. */
int aspan_report_add_activity(struct aspan_report_build *build);

/* report-notes.c */
int aspan_report_add_notes(struct aspan_report *report);

/* report-notes-processes.c: of processes of which it is not proved that all is there; part of aspan_report_add_notes(). */
int aspan_report_add_process_notes(struct aspan_report *report);

#endif
