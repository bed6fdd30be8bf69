/* SPDX-License-Identifier: MIT */
/*
 * See misuses.h.
 */
#include "misuses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void aspan_misuses_fini(struct aspan_misuses *misuses)
{
	for (size_t i = 0; i < misuses->kind_count; i++) {
		free(misuses->kinds[i].what);
	}
	*misuses = (struct aspan_misuses){ 0 };
}

static size_t find(const struct aspan_misuses *misuses, const char *what)
{
	size_t i = 0;

	while (i < misuses->kind_count && strcmp(misuses->kinds[i].what, what) != 0) {
		i++;
	}
	return i;
}

int aspan_misuses_note(struct aspan_misuses *misuses, const char *what)
{
	size_t i = find(misuses, what);

	if (i == ASPAN_MISUSE_KINDS_MAX) {
		misuses->other_count++;
		return 0;
	}
	if (i == misuses->kind_count) {
		misuses->kinds[i].what = strdup(what);
		if (!misuses->kinds[i].what) {
			return -ENOMEM;
		}
		misuses->kind_count++;
	}
	misuses->kinds[i].count++;
	return 0;
}

uint64_t aspan_misuses_get(const struct aspan_misuses *misuses, const char *what)
{
	size_t i = find(misuses, what);

	return i < misuses->kind_count ? misuses->kinds[i].count : 0;
}
