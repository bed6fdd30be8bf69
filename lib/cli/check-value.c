/* SPDX-License-Identifier: MIT */
/*
 * What a report says of the number that a rule is about.
 */
#include "check-value.h"

#include "json-report.h"
#include "near-word.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is asked while rows go by. */
struct search {
	const struct aspan_check_rule *rule;
	struct json_object *report;
	const struct aspan_check_metric_info *metric;
	struct aspan_check_value *value;
	struct aspan_near_word near;
};

/* How exact a number of a row is. */
struct exactness {
	bool is_certain; /* all that follows from all events is */
	bool has_exact_counts, has_exact_live, has_exact_never_freed; /* proved */
	bool is_from_ledger; /* by one, and not by events */
};

/* What is not known can be anything, or at least as much as is known. */
static void add_bounds(struct search *search, uint64_t number, bool is_exact, bool is_least)
{
	struct aspan_check_value *value = search->value;

	value->is_found = true;
	if (search->rule->metric == ASPAN_METRIC_PEAK) {
		value->least = number > value->least && (is_exact || is_least) ? number :
										 value->least;
	} else if (is_exact || is_least) {
		value->least += number;
	}
	value->most = is_exact && value->most <= UINT64_MAX - number ? value->most + number :
								       UINT64_MAX;
}

/* Whether a number of what lives is proved, though not all events are there. */
static bool is_proved_state(enum aspan_check_metric metric, const struct exactness *is)
{
	switch (metric) {
	case ASPAN_METRIC_LIVE:
	case ASPAN_METRIC_LIVE_BLOCKS:
		return is->has_exact_live;
	case ASPAN_METRIC_LEAK:
	case ASPAN_METRIC_LEAK_BLOCKS:
		return is->has_exact_never_freed;
	default:
		return false;
	}
}

static bool is_total_count(enum aspan_check_metric metric)
{
	return metric == ASPAN_METRIC_ALLOCS || metric == ASPAN_METRIC_BYTES ||
	       metric == ASPAN_METRIC_FREES || metric == ASPAN_METRIC_FREED_BYTES;
}

/*
 * A row is exact if its own processes are, whatever others lack. What only events tell (frees elsewhere, what is temporary) is, if all
 * events are there; a ledger does not know it.
 */
static void add_number(struct search *search, uint64_t number, const struct exactness *is)
{
	enum aspan_check_metric metric = search->rule->metric;
	bool is_complete = is->has_exact_counts && !is->is_from_ledger;

	switch (search->metric->bound) {
	case ASPAN_BOUND_COUNT:
		add_bounds(search, number,
			   is_total_count(metric) ? is->has_exact_counts : is_complete, true);
		break;
	case ASPAN_BOUND_STATE:
		add_bounds(search, number, is->is_certain || is_proved_state(metric, is),
			   is_complete || (is->has_exact_live && metric == ASPAN_METRIC_PEAK));
		break;
	default:
		add_bounds(search, number, is_complete, false);
	}
}

/* What lives at the end, where the rule is about what was never freed and only the former is known; or NULL. */
static const char *get_bounding_member(const struct search *search, const struct exactness *is)
{
	enum aspan_check_metric metric = search->rule->metric;

	if (is->is_certain || !is->has_exact_live || is->has_exact_never_freed) {
		return NULL;
	}
	return metric == ASPAN_METRIC_LEAK	  ? "live_bytes" :
	       metric == ASPAN_METRIC_LEAK_BLOCKS ? "live_count" :
						    NULL;
}

static void add_live_bound(struct search *search, uint64_t live)
{
	struct aspan_check_value *value = search->value;

	value->is_found = value->is_of_ledger = true;
	value->most = value->most <= UINT64_MAX - live ? value->most + live : UINT64_MAX;
}

static void add_row(struct search *search, struct json_object *row, const struct exactness *is)
{
	const char *bounding = get_bounding_member(search, is);
	struct json_object *number;

	if (bounding) {
		add_live_bound(search, aspan_json_get_number(row, bounding));
	} else if (json_object_object_get_ex(row, search->metric->member, &number)) {
		add_number(search, json_object_get_uint64(number), is);
	} else {
		search->value->is_found = search->value->is_unknown = true;
	}
}

/* Reports of older versions have one word for all of the trace. */
static struct exactness get_exactness(const struct search *search, struct json_object *row)
{
	bool is_complete = aspan_json_get_bool(search->report, "complete");
	bool is_certain = aspan_json_get_bool(row, "certain");
	struct exactness is = { .is_certain = is_certain,
				.has_exact_counts = is_complete,
				.has_exact_live = is_certain,
				.has_exact_never_freed = is_certain };

	if (json_object_object_get_ex(row, "exact_counts", NULL)) {
		is.has_exact_counts = aspan_json_get_bool(row, "exact_counts");
		is.has_exact_live = aspan_json_get_bool(row, "exact_live");
		is.has_exact_never_freed = aspan_json_get_bool(row, "exact_never_freed");
		is.is_from_ledger = strcmp(aspan_json_get_text(row, "from"), "ledger") == 0;
	}
	return is;
}

static void add_certain_row(struct search *search, struct json_object *row)
{
	struct exactness is = get_exactness(search, row);

	add_row(search, row, &is);
}

/* The name without what tells it apart from its like in the same trace (a pid, a line); NULL if there is none. */
static const char *get_plain_name(const struct search *search, struct json_object *key)
{
	switch (search->rule->subject) {
	case ASPAN_SUBJECT_NAME:
		return aspan_json_get_text(
			aspan_json_report_get_item(search->report, "groups", key), "name");
	case ASPAN_SUBJECT_THREAD:
		return aspan_json_get_text(
			aspan_json_report_get_item(search->report, "threads", key), "name");
	case ASPAN_SUBJECT_PROCESS:
		return aspan_json_get_text(
			aspan_json_report_get_item(search->report, "processes", key), "procname");
	case ASPAN_SUBJECT_CALLSITE:
		return aspan_json_get_text(
			aspan_json_report_get_item(search->report, "callsites", key), "function");
	default:
		return NULL;
	}
}

static bool is_meant(struct search *search, const char *name)
{
	if (!name) {
		return false;
	}
	aspan_near_word_offer(&search->near, name);
	return strcmp(name, search->rule->name) == 0;
}

/* Groups of one name are one row where somebody asked so, and else rows of their own. */
static struct json_object *find_rows(const struct search *search)
{
	struct json_object *rows = aspan_json_report_get_rows(search->report, search->rule->by);

	return rows || search->rule->subject != ASPAN_SUBJECT_NAME ?
		       rows :
		       aspan_json_report_get_rows(search->report, "group");
}

static void search_rows(struct search *search)
{
	struct json_object *rows = find_rows(search);

	for (size_t i = 0; i < aspan_json_count(rows); i++) {
		struct json_object *row = aspan_json_get_item(rows, i);
		struct json_object *keys = json_object_object_get(row, "keys");
		struct json_object *key = aspan_json_get_item(keys, 0);
		const char *state = aspan_json_get_text(key, "state");

		if (state && strcmp(state, "value") == 0 &&
		    (is_meant(search, aspan_json_get_text(key, "text")) ||
		     is_meant(search, get_plain_name(search, key)))) {
			add_certain_row(search, row);
		}
	}
}

/* Which nodes are spans of the name, or in one. A parent comes before its children. */
static bool *mark_nodes(struct search *search, struct json_object *nodes)
{
	size_t count = aspan_json_count(nodes);
	bool *are_inside = calloc(count ? count : 1, sizeof(*are_inside));

	for (size_t i = 0; are_inside && i < count; i++) {
		struct json_object *node = aspan_json_get_item(nodes, i);
		struct json_object *parent = json_object_object_get(node, "parent");
		uint64_t above = json_object_get_uint64(parent);

		are_inside[i] = is_meant(search, aspan_json_get_text(node, "name")) ||
				(parent && above < i && are_inside[above]);
		search->value->is_found |= are_inside[i];
	}
	return are_inside;
}

/* Everything that was allocated in a span, and in the spans in it. */
static int search_span(struct search *search)
{
	struct json_object *nodes = json_object_object_get(search->report, "nodes");
	struct json_object *places = json_object_object_get(search->report, "places");
	bool *are_inside = mark_nodes(search, nodes);
	/* Of everything: places say nothing of themselves, and a ledger does not know them. */
	struct exactness is =
		get_exactness(search, json_object_object_get(search->report, "total"));

	is.has_exact_counts &= aspan_json_get_bool(search->report, "complete");
	is.has_exact_live &= is.is_certain;
	is.has_exact_never_freed &= is.is_certain;
	if (!are_inside) {
		return -ENOMEM;
	}
	for (size_t i = 0; search->value->is_found && i < aspan_json_count(places); i++) {
		struct json_object *place = aspan_json_get_item(places, i);
		struct json_object *node = json_object_object_get(place, "node");

		if (node && json_object_get_uint64(node) < aspan_json_count(nodes) &&
		    are_inside[json_object_get_uint64(node)]) {
			add_row(search, place, &is);
		}
	}
	free(are_inside);
	/* Where nothing was seen allocated in it, what was lost may have been. */
	if (search->value->is_found) {
		add_number(search, 0, &is);
	}
	return 0;
}

/* A span that allocated nothing has no row. */
static int search_span_only(struct search *search)
{
	bool *are_inside;

	search_rows(search);
	if (search->value->is_found) {
		return 0;
	}
	are_inside = mark_nodes(search, json_object_object_get(search->report, "nodes"));
	if (!are_inside) {
		return -ENOMEM;
	}
	free(are_inside);
	if (search->value->is_found) {
		add_number(search, 0,
			   &(struct exactness){ .is_certain = true,
						.has_exact_counts = aspan_json_get_bool(
							search->report, "complete"),
						.has_exact_live = true });
	}
	return 0;
}

static int search_subject(struct search *search)
{
	switch (search->rule->subject) {
	case ASPAN_SUBJECT_TOTAL:
		add_certain_row(search, json_object_object_get(search->report, "total"));
		return 0;
	case ASPAN_SUBJECT_SPAN:
		return search_span(search);
	case ASPAN_SUBJECT_SPAN_ONLY:
		return search_span_only(search);
	default:
		search_rows(search);
		return 0;
	}
}

int aspan_check_value_find(struct aspan_check_value *value, const struct aspan_check_rule *rule,
			   struct json_object *report)
{
	struct search search = { .rule = rule,
				 .report = report,
				 .metric = aspan_check_metric_get_info(rule->metric),
				 .value = value,
				 .near = { .typed = rule->name ? rule->name : "" } };
	int result;

	*value = (struct aspan_check_value){ 0 };
	result = search_subject(&search);
	if (!result && !value->is_found && search.near.nearest) {
		value->near = strdup(search.near.nearest);
		result = value->near ? 0 : -ENOMEM;
	}
	return result;
}

void aspan_check_value_fini(struct aspan_check_value *value)
{
	free(value->near);
	*value = (struct aspan_check_value){ 0 };
}

static enum aspan_check_verdict judge(bool is_kept, bool is_broken)
{
	return is_kept	 ? ASPAN_VERDICT_KEPT :
	       is_broken ? ASPAN_VERDICT_BROKEN :
			   ASPAN_VERDICT_UNDECIDED;
}

enum aspan_check_verdict aspan_check_value_judge(const struct aspan_check_value *value,
						 const struct aspan_check_rule *rule)
{
	uint64_t least = value->least, most = value->most, limit = rule->limit;
	bool is_other = limit < least || limit > most;
	bool is_same = least == limit && most == limit;

	switch (rule->comparison) {
	case ASPAN_OPERATOR_BELOW:
		return judge(most < limit, least >= limit);
	case ASPAN_OPERATOR_AT_MOST:
		return judge(most <= limit, least > limit);
	case ASPAN_OPERATOR_IS:
		return judge(is_same, is_other);
	case ASPAN_OPERATOR_IS_NOT:
		return judge(is_other, is_same);
	case ASPAN_OPERATOR_AT_LEAST:
		return judge(least >= limit, most < limit);
	default:
		return judge(least > limit, most <= limit);
	}
}
