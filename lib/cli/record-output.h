/* SPDX-License-Identifier: MIT */
/*
 * The directory that the trace goes into.
 */
#ifndef ASPAN_CLI_RECORD_OUTPUT_H
#define ASPAN_CLI_RECORD_OUTPUT_H

#include <stdbool.h>

struct aspan_record_output {
	char *shown; /* as the user would type it */
	char *absolute; /* as the session daemon needs it */
	bool is_new; /* made by us, so ours to remove if nothing comes of it */
};

/*
 * Makes the directory, or takes an empty one that exists. Prints what is wrong and returns
 * negative errno; nothing is left behind then.
 */
int aspan_record_output_create(struct aspan_record_output *output, const char *directory,
			       const char *command);

/*
 * Where no trace came of it: removes what LTTng made in the directory, and the directory if it was made here. A file in
 * it stays, and the way to it.
 */
void aspan_record_output_discard(struct aspan_record_output *output);

void aspan_record_output_fini(struct aspan_record_output *output);

#endif
