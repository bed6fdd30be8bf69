/* SPDX-License-Identifier: MIT */
/*
 * What is said of a rule: the number, why it could not be decided, what the trace does not have.
 *
 * The caller frees what it gets; NULL without memory.
 */
#ifndef ASPAN_CLI_CHECK_TELL_H
#define ASPAN_CLI_CHECK_TELL_H

#include "check-value.h"

/* "it is 71 B", "it is at least 71 B", "it is between 71 B and 90 B" */
char *aspan_check_tell_number(const struct aspan_check_rule *rule,
			      const struct aspan_check_value *value);

/* That, and what it would take to decide. */
char *aspan_check_tell_undecided(const struct aspan_check_rule *rule,
				 const struct aspan_check_value *value);

/* "the trace has no group 'parsr'; did you mean 'parser'?" */
char *aspan_check_tell_missing(const struct aspan_check_rule *rule,
			       const struct aspan_check_value *value);

#endif
