/* SPDX-License-Identifier: MIT */
/*
 * The verdicts of `allocspan check` as JUnit XML, which CI servers read: a test suite for the trace, a test case for each
 * rule. A rule that is broken is a failure, one that could not be decided an error.
 */
#ifndef ASPAN_CLI_CHECK_JUNIT_H
#define ASPAN_CLI_CHECK_JUNIT_H

#include <stdbool.h>
#include <stddef.h>

enum aspan_check_outcome {
	ASPAN_OUTCOME_KEPT,
	ASPAN_OUTCOME_BROKEN,
	ASPAN_OUTCOME_ERROR,
};

struct aspan_check_result {
	const char *rule; /* as it was written; borrowed */
	enum aspan_check_outcome outcome;
	bool is_undecided; /* of an error: the trace does not tell */
	char *message; /* what the number is */
};

/* Writes the file whole, or leaves it as it was. 0; or negative errno, and the reason has been printed. */
int aspan_check_junit_write(const char *path, const char *trace,
			    const struct aspan_check_result *results, size_t count);

#endif
