/* SPDX-License-Identifier: MIT */
/*
 * What a report says of the number that a rule is about.
 *
 * The answer is an interval that holds the true number for sure. Where nothing is missing from the trace, both ends are
 * the same. Where something is, an end is as far away as what is missing can put it; so a rule is only kept, or broken,
 * if it is so for every number of the interval.
 *
 * Of a process whose events are incomplete, its ledger knows what lives at the end. Where the process began in the trace, all of that
 * was never freed (`exact_never_freed`), and a rule on leak() is decided by it. Else what was never freed is at most what lives.
 *
 * Rows of one name (threads, processes, groups of several processes) are taken together. What they hold at once is not
 * known then: at least as much as the largest peak, at most the sum of all.
 */
#ifndef ASPAN_CLI_CHECK_VALUE_H
#define ASPAN_CLI_CHECK_VALUE_H

#include "check-rule.h"

#include <json-c/json.h>

struct aspan_check_value {
	bool is_found; /* the trace has such a thing */
	uint64_t least, most; /* `most` is UINT64_MAX if there is no bound */
	bool is_of_ledger; /* what lives is known, and that bounds what was never freed */
	bool is_unknown; /* nobody asked for it when the report was made */
	char *near; /* what may have been meant, if it was not found; or NULL */
};

enum aspan_check_verdict {
	ASPAN_VERDICT_KEPT,
	ASPAN_VERDICT_BROKEN,
	ASPAN_VERDICT_UNDECIDED, /* what is missing from the trace decides */
};

/* 0 or -ENOMEM. aspan_check_value_fini() frees it. */
int aspan_check_value_find(struct aspan_check_value *value, const struct aspan_check_rule *rule,
			   struct json_object *report);
void aspan_check_value_fini(struct aspan_check_value *value);

enum aspan_check_verdict aspan_check_value_judge(const struct aspan_check_value *value,
						 const struct aspan_check_rule *rule);

#endif
