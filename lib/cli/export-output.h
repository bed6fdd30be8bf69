/* SPDX-License-Identifier: MIT */
/*
 * The directory that an export makes: whole, or not at all. What is being made is in a directory beside it.
 */
#ifndef ASPAN_CLI_EXPORT_OUTPUT_H
#define ASPAN_CLI_EXPORT_OUTPUT_H

struct aspan_export_output {
	const char *directory; /* as the user named it */
	char *unfinished; /* its neighbour; NULL: none */
};

/*
 * Checks that the directory does not exist or is empty, and makes the neighbour. 0; or negative errno, and the reason has been
 * printed. In any case aspan_export_output_fini() frees it.
 */
int aspan_export_output_init(struct aspan_export_output *output, const char *directory);

/* Gives the neighbour the directory's name. 0; or negative errno, and the reason has been printed. */
int aspan_export_output_commit(struct aspan_export_output *output);

/* Removes what was not committed. */
void aspan_export_output_fini(struct aspan_export_output *output);

#endif
