/* SPDX-License-Identifier: MIT */
/*
 * Finds the traces in the directories that the user names.
 *
 * As babeltrace2 does, a directory is taken for a trace if it holds a metadata file, and else its folders are
 * searched. What is damaged is said, in one line each. A trace of which stream files are cut short is read
 * as far as it is whole: from a temporary copy of its directory, with links to the files that are whole.
 *
 * Ledgers are the files `ledger/` + name + `.ledger` in the directories that are searched, and in those of traces; the file
 * `allocspan.json` there is a recording's.
 */
#ifndef ASPAN_CLI_REPORT_INPUTS_H
#define ASPAN_CLI_REPORT_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

struct aspan_report_paths {
	char **paths;
	size_t count;
};

struct aspan_report_inputs {
	char **traces; /* directories, each with a metadata file */
	size_t trace_count;
	struct aspan_report_paths ledgers;
	struct aspan_report_paths
		recorded_ledgers; /* of processes that were recorded from their beginnings on */
	struct aspan_report_paths partial_ledgers; /* of which a filter left some out */
	struct aspan_report_paths recordings; /* files allocspan.json of `allocspan record` */
	char *salvage_directory; /* of copies; NULL if there are none */
	bool is_cut_short; /* something of the traces is missing */
};

/*
 * Searches the directories. 0; or negative errno, and the reason has been printed. In any case
 * aspan_report_inputs_fini() frees *inputs.
 */
int aspan_report_inputs_find(struct aspan_report_inputs *inputs, char *const paths[]);
void aspan_report_inputs_fini(struct aspan_report_inputs *inputs);

#endif
