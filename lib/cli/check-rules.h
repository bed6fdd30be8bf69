/* SPDX-License-Identifier: MIT */
/*
 * The rules that a run of `allocspan check` was given, in the order in which they were.
 */
#ifndef ASPAN_CLI_CHECK_RULES_H
#define ASPAN_CLI_CHECK_RULES_H

#include "check-rule.h"

#include <stddef.h>

/* An all-zero list is an empty one. */
struct aspan_check_rules {
	struct aspan_check_rule *items;
	size_t count;
};

/* Adds a rule. 0; or negative errno, and *message says what is wrong with it. */
int aspan_check_rules_add(struct aspan_check_rules *rules, const char *text, char *message,
			  size_t message_bytes);

/*
 * Adds the rules of a file: one a line, and a line that begins with `#`, or is empty, is none. 0; or negative errno, and
 * *message says what is wrong and where.
 */
int aspan_check_rules_add_file(struct aspan_check_rules *rules, const char *path, char *message,
			       size_t message_bytes);

void aspan_check_rules_fini(struct aspan_check_rules *rules);

#endif
