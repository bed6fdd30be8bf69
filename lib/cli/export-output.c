/* SPDX-License-Identifier: MIT */
/*
 * The directory that an export makes.
 */
#include "export-output.h"

#include "files.h"
#include "terminal.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Less the umask. As LTTng's own: names, tags and addresses are not for everybody. */
#define DIRECTORY_MODE 0770

static int fail(const char *directory, int error)
{
	if (error == -ENOTEMPTY || error == -EEXIST) {
		aspan_terminal_error("%s is not empty; remove it or name another directory with -o",
				     directory);
	} else if (error == -ENOTDIR) {
		aspan_terminal_error("%s is no directory; name another with -o", directory);
	} else {
		aspan_terminal_error("cannot write to %s: %s; name another directory with -o",
				     directory, strerror(-error));
	}
	return error;
}

/* Without the slashes that a shell's completion adds, so that the neighbour is no child. */
static size_t get_length(const char *directory)
{
	size_t length = strlen(directory);

	while (length > 1 && directory[length - 1] == '/') {
		length--;
	}
	return length;
}

static bool is_empty(DIR *stream)
{
	const struct dirent *entry;

	do {
		entry = readdir(stream);
	} while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return !entry;
}

static int check(const char *directory)
{
	DIR *stream = opendir(directory);
	int result = 0;

	if (!stream) {
		return errno == ENOENT ? 0 : -errno;
	}
	if (!is_empty(stream)) {
		result = -ENOTEMPTY;
	}
	closedir(stream);
	return result;
}

int aspan_export_output_init(struct aspan_export_output *output, const char *directory)
{
	mode_t mask = umask(0);
	int result = check(directory);

	/* There is no other way to ask for it. */
	umask(mask);
	*output = (struct aspan_export_output){ .directory = directory };
	if (result) {
		return fail(directory, result);
	}
	if (asprintf(&output->unfinished, "%.*s.XXXXXX", (int) get_length(directory), directory) <
	    0) {
		output->unfinished = NULL;
		return -ENOMEM;
	}
	if (!mkdtemp(output->unfinished)) {
		result = fail(directory, -errno);
		free(output->unfinished);
		output->unfinished = NULL;
		return result;
	}
	/* mkdtemp() lets nobody else in. */
	chmod(output->unfinished, DIRECTORY_MODE & ~mask);
	return 0;
}

int aspan_export_output_commit(struct aspan_export_output *output)
{
	if (rename(output->unfinished, output->directory) < 0) {
		return fail(output->directory, -errno);
	}
	free(output->unfinished);
	output->unfinished = NULL;
	return 0;
}

void aspan_export_output_fini(struct aspan_export_output *output)
{
	if (output->unfinished) {
		aspan_files_remove_tree(output->unfinished);
		free(output->unfinished);
		output->unfinished = NULL;
	}
}
