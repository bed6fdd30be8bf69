/* SPDX-License-Identifier: MIT */
/*
 * Debian's package database, /var/lib/dpkg/status, read into a list.
 */
#ifndef DPKG_STATUS_H
#define DPKG_STATUS_H

#include <stddef.h>

/* Each string is the package's own; one that the file lacks is empty, never NULL. */
struct package {
	struct package *next;
	char *name;
	char *version;
	char *section;
	char *priority;
	char *summary; /* first line of the description */
	char *description; /* its other lines */
	char *depends; /* Pre-Depends and Depends, separated by commas */
	long installed_kib;
};

struct package_list {
	struct package *first;
	struct package *last;
	size_t count;
};

/*
 * Adds the installed packages of the file to an empty list. Returns 0 or a negative errno: that of
 * opening or reading, -ENOMEM, or -EINVAL for a file that is not one or has no installed package.
 * The list must be given to package_list_fini() in any case.
 */
int dpkg_status_read(const char *path, struct package_list *list);

void package_list_fini(struct package_list *list);

#endif
