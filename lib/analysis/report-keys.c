/* SPDX-License-Identifier: MIT */
/*
 * What a row is about, for people.
 */
#include "report-build.h"

#include <errno.h>
#include <stdio.h>

static int describe_none(const struct aspan_report_build *build,
			 const struct aspan_breakdown_key *key, const char **text)
{
	static const char *const texts[] = {
		[ASPAN_BY_SPAN] = "(no span)",
		[ASPAN_BY_HOST] = "(unknown host)",
		[ASPAN_BY_CALLSITE] = "(unknown)",
	};
	char *made;

	if (key->dimension != ASPAN_BY_TAG) {
		*text = texts[key->dimension];
		return 0;
	}
	if (asprintf(&made, "(no %s)", key->tag_key) < 0) {
		return -ENOMEM;
	}
	return aspan_report_keep_text(build->report, made, text);
}

static void describe_value(const struct aspan_report_build *build,
			   const struct aspan_breakdown_key *key, uint32_t value,
			   struct aspan_report_key *described)
{
	const struct aspan_report *report = build->report;

	described->index = value;
	switch (key->dimension) {
	case ASPAN_BY_GROUP:
		described->index = build->group_of_model[value];
		described->text = report->groups[described->index].text;
		break;
	case ASPAN_BY_THREAD:
		described->text = report->threads[value].text;
		break;
	case ASPAN_BY_PROCESS:
		described->text = report->processes[value].text;
		break;
	case ASPAN_BY_CALLSITE:
		described->text = report->callsites[value].text;
		break;
	case ASPAN_BY_SPAN:
		described->index = ASPAN_REPORT_NONE;
		described->text = build->tally->threads.tree.names.texts[value];
		break;
	default:
		described->index = ASPAN_REPORT_NONE;
		described->text = build->tally->values.texts[value];
		break;
	}
}

int aspan_report_describe_key(const struct aspan_report_build *build,
			      const struct aspan_breakdown_key *key, uint32_t value,
			      struct aspan_report_key *described)
{
	*described = (struct aspan_report_key){ .index = ASPAN_REPORT_NONE };
	if (value == ASPAN_KEY_INDEX_NONE) {
		described->state = ASPAN_KEY_NONE;
		return describe_none(build, key, &described->text);
	}
	if (value == ASPAN_KEY_INDEX_UNSEEN) {
		described->state = ASPAN_KEY_UNSEEN;
		described->text = "(not in the trace)";
		return 0;
	}
	described->state = ASPAN_KEY_VALUE;
	describe_value(build, key, value, described);
	return 0;
}
