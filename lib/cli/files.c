/* SPDX-License-Identifier: MIT */
/*
 * Temporary directories.
 */
#include "files.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The path of a socket has 108 bytes; LTTng appends 40 to the directory. */
#define MAX_PARENT 40
#define OPEN_FILES_OF_NFTW 16

const char *aspan_files_temporary_parent(void)
{
	const char *parent = getenv("TMPDIR");

	return parent && *parent == '/' && strlen(parent) <= MAX_PARENT ? parent : "/tmp";
}

int aspan_files_make_temporary(char **path)
{
	int ret = 0;

	if (asprintf(path, "%s/allocspan-XXXXXX", aspan_files_temporary_parent()) < 0) {
		*path = NULL;
		return -ENOMEM;
	}
	if (!mkdtemp(*path)) {
		ret = -errno;
		free(*path);
		*path = NULL;
	}
	return ret;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void) status;
	(void) type;
	(void) position;
	remove(path);
	return 0;
}

void aspan_files_remove_tree(const char *path)
{
	nftw(path, remove_entry, OPEN_FILES_OF_NFTW, FTW_DEPTH | FTW_PHYS);
}

static int remove_if_empty(const char *path, const struct stat *status, int type,
			   struct FTW *position)
{
	(void) status;
	if (type == FTW_DP && position->level > 0) {
		rmdir(path);
	}
	return 0;
}

void aspan_files_prune(const char *path)
{
	nftw(path, remove_if_empty, OPEN_FILES_OF_NFTW, FTW_DEPTH | FTW_PHYS);
}
