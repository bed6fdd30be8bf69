/* SPDX-License-Identifier: MIT */
/*
 * What the events `misuse` say, counted by what it was.
 *
 * Programs name a handful of kinds. A trace may name any number; those that do not fit are counted together.
 */
#ifndef ASPAN_ANALYSIS_MISUSES_H
#define ASPAN_ANALYSIS_MISUSES_H

#include <stddef.h>
#include <stdint.h>

#define ASPAN_MISUSE_KINDS_MAX 32

struct aspan_misuse {
	char *what;
	uint64_t count;
};

/* All zero is empty. */
struct aspan_misuses {
	struct aspan_misuse kinds[ASPAN_MISUSE_KINDS_MAX]; /* in the order of their first events */
	size_t kind_count;
	uint64_t other_count;
};

void aspan_misuses_fini(struct aspan_misuses *misuses);

/* Counts one; `what` is copied. 0 or -ENOMEM. */
int aspan_misuses_note(struct aspan_misuses *misuses, const char *what);

/* How many there were of a kind. */
uint64_t aspan_misuses_get(const struct aspan_misuses *misuses, const char *what);

#endif
