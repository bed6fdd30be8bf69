/* SPDX-License-Identifier: MIT */
/*
 * An output file that appears whole or not at all.
 *
 * What is written goes to a temporary file in the same directory, which takes the file's name when all of it
 * is on its way to the disk. What is no regular file (a terminal, a pipe, /dev/null) is written directly.
 */
#ifndef ASPAN_ANALYSIS_OUTPUT_FILE_H
#define ASPAN_ANALYSIS_OUTPUT_FILE_H

#include <stdio.h>

struct aspan_output_file {
	FILE *stream;
	char *path; /* what the file will be called; NULL: standard output */
	char *temporary_path; /* NULL: written directly */
};

/* Opens the file; a NULL path is standard output. 0 or negative errno; *file is then all zero. */
int aspan_output_file_open(struct aspan_output_file *file, const char *path);

/* Ends a file for which all was written well. 0 or negative errno, and then nothing has appeared. */
int aspan_output_file_commit(struct aspan_output_file *file);

/* Ends a file and leaves what was there before. All zero is allowed. */
void aspan_output_file_abandon(struct aspan_output_file *file);

#endif
