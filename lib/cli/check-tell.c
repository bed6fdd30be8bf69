/* SPDX-License-Identifier: MIT */
/*
 * What is said of a rule.
 */
#include "check-tell.h"

#include "check-limit.h"

#include <stdio.h>
#include <stdlib.h>

char *aspan_check_tell_number(const struct aspan_check_rule *rule,
			      const struct aspan_check_value *value)
{
	bool is_bytes = aspan_check_metric_get_info(rule->metric)->is_bytes;
	char least[ASPAN_CHECK_NUMBER_SIZE], most[ASPAN_CHECK_NUMBER_SIZE];
	char *text;
	int length;

	aspan_check_number_format(least, value->least, is_bytes);
	aspan_check_number_format(most, value->most, is_bytes);
	if (value->least == value->most) {
		length = asprintf(&text, "it is %s", least);
	} else if (value->most == UINT64_MAX) {
		length = asprintf(&text, "it is at least %s", least);
	} else {
		length = asprintf(&text, "it is between %s and %s", least, most);
	}
	return length < 0 ? NULL : text;
}

char *aspan_check_tell_undecided(const struct aspan_check_rule *rule,
				 const struct aspan_check_value *value)
{
	char *known = aspan_check_tell_number(rule, value), *text;
	const char *why =
		value->most == UINT64_MAX ?
			"events are missing from the trace (record with larger buffers, and "
			"from the program's start)" :
		value->is_of_ledger ?
			"events are missing, and what lives at the end, which a ledger tells, may be "
			"older than the trace (record from the program's start)" :
			"what several of one name hold at once is not known";

	if (known && asprintf(&text, "%s: %s", known, why) < 0) {
		text = NULL;
	}
	free(known);
	return known ? text : NULL;
}

char *aspan_check_tell_missing(const struct aspan_check_rule *rule,
			       const struct aspan_check_value *value)
{
	const char *kind = aspan_check_subject_get_word(rule->subject);
	const char *equals = rule->key ? "=" : "";
	const char *key = rule->key ? rule->key : "";
	char *text;
	int length;

	if (value->near) {
		length = asprintf(&text, "the trace has no %s '%s%s%s'; did you mean '%s'?", kind,
				  key, equals, rule->name, value->near);
	} else {
		length = asprintf(&text,
				  "the trace has no %s '%s%s%s' (--allow-missing takes it for 0)",
				  kind, key, equals, rule->name);
	}
	return length < 0 ? NULL : text;
}
