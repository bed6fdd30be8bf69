/* SPDX-License-Identifier: MIT */
/*
 * Texts by number: equal texts have one number, counted from 0. An all-zero table is an empty one.
 */
#ifndef ASPAN_ANALYSIS_NAMES_H
#define ASPAN_ANALYSIS_NAMES_H

#include "text-map.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_names {
	char **texts;
	size_t text_count, text_capacity;
	struct aspan_text_map map;
};

void aspan_names_fini(struct aspan_names *names);

/* The number of a text, which is copied if it is new. 0 or -ENOMEM. */
int aspan_names_intern(struct aspan_names *names, const char *text, uint32_t *number);

#endif
