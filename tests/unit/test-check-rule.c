/* SPDX-License-Identifier: MIT */
/*
 * The grammar of rules, and what a report decides of them.
 */
#include "check-rule.h"
#include "check-value.h"

#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct aspan_check_rule rule;
static char message[512];

static int parse(const char *text)
{
	aspan_check_rule_fini(&rule);
	return aspan_check_rule_parse(&rule, text, message, sizeof(message));
}

static int end_rule(void **state)
{
	(void) state;
	aspan_check_rule_fini(&rule);
	return 0;
}

static void a_rule_has_its_parts(void **state)
{
	(void) state;
	assert_int_equal(parse("  peak( tag:tenant = 42 ) <= 1.5KiB \n"), 0);
	assert_string_equal(rule.text, "peak( tag:tenant = 42 ) <= 1.5KiB");
	assert_int_equal(rule.metric, ASPAN_METRIC_PEAK);
	assert_int_equal(rule.subject, ASPAN_SUBJECT_TAG);
	assert_string_equal(rule.key, "tenant");
	assert_string_equal(rule.name, "42");
	assert_string_equal(rule.by, "tag:tenant");
	assert_int_equal(rule.comparison, ASPAN_OPERATOR_AT_MOST);
	assert_int_equal(rule.limit, 1536);
}

static void a_name_alone_is_of_groups(void **state)
{
	(void) state;
	assert_int_equal(parse("leak(parser)==0"), 0);
	assert_int_equal(rule.subject, ASPAN_SUBJECT_NAME);
	assert_string_equal(rule.name, "parser");
	assert_string_equal(rule.by, "tag:group");
	assert_int_equal(parse("leak(total)==0"), 0);
	assert_int_equal(rule.subject, ASPAN_SUBJECT_TOTAL);
	assert_null(rule.by);
	assert_int_equal(parse("leak(\"total\")==0"), 0);
	assert_int_equal(rule.subject, ASPAN_SUBJECT_NAME);
}

static void names_with_anything_are_quoted(void **state)
{
	(void) state;
	assert_int_equal(parse("allocs(span:\"a) \\\"b\\\" \\\\ c:d\") != 3k"), 0);
	assert_string_equal(rule.name, "a) \"b\" \\ c:d");
	assert_int_equal(rule.limit, 3000);
	assert_int_equal(parse("allocs(tag:\"a=b,c\"=\"d)\") > 0"), 0);
	assert_string_equal(rule.key, "a=b,c");
	assert_string_equal(rule.name, "d)");
	/* As --by takes it. */
	assert_string_equal(rule.by, "tag:a=b\\,c");
	assert_int_equal(parse("allocs(group:parser tenant=42) > 0"), 0);
	assert_string_equal(rule.name, "parser tenant=42");
}

static void limits_have_units_that_fit(void **state)
{
	static const struct {
		const char *text;
		uint64_t limit;
	} limits[] = {
		{ "bytes(total) < 7", 7 },
		{ "bytes(total) < 7 B", 7 },
		{ "bytes(total) < 2GiB", UINT64_C(2) << 30 },
		{ "bytes(total) < 2TB", UINT64_C(2000000000000) },
		{ "bytes(total) < 18446744073709551615", UINT64_MAX },
		{ "allocs(total) < 2M", 2000000 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		assert_int_equal(parse(limits[i].text), 0);
		assert_int_equal(rule.limit, limits[i].limit);
	}
	assert_int_equal(parse("bytes(total) < 18446744073709551616"), -EINVAL);
	assert_int_equal(parse("bytes(total) < 16777216TiB"), -EINVAL);
	assert_int_equal(parse("bytes(total) < 0.3B"), -EINVAL);
	assert_int_equal(parse("bytes(total) < 2M"), -EINVAL);
	assert_int_equal(parse("allocs(total) < 2MiB"), -EINVAL);
}

static void what_is_wrong_says_what_was_meant(void **state)
{
	(void) state;
	assert_int_equal(parse("peek(x) < 1"), -EINVAL);
	assert_non_null(strstr(message, "did you mean 'peak'?"));
	assert_int_equal(parse("peak(spam:x) < 1"), -EINVAL);
	assert_non_null(strstr(message, "did you mean 'span:'?"));
	assert_int_equal(parse("peak(span:x) < 1"), -EINVAL);
	assert_non_null(strstr(message, "peak(span-only:x)"));
	assert_int_equal(parse("peak(x) < 1 2"), -EINVAL);
	assert_non_null(strstr(message, "'2'"));
	assert_null(rule.text);
}

#define REPORT(complete, certain)                                                                  \
	"{\"complete\":" complete ",\"total\":{\"alloc_count\":10,\"live_bytes\":50,"              \
	"\"temporary_count\":3,\"certain\":" certain "}}"

static void expect(const char *json, const char *text, uint64_t least, uint64_t most)
{
	struct json_object *report = json_tokener_parse(json);
	struct aspan_check_value value;

	assert_non_null(report);
	assert_int_equal(parse(text), 0);
	assert_int_equal(aspan_check_value_find(&value, &rule, report), 0);
	assert_true(value.is_found);
	assert_int_equal(value.least, least);
	assert_true(value.most == most);
	aspan_check_value_fini(&value);
	json_object_put(report);
}

static void a_whole_trace_has_exact_numbers(void **state)
{
	(void) state;
	expect(REPORT("true", "true"), "allocs(total) < 1", 10, 10);
	expect(REPORT("true", "true"), "live(total) < 1", 50, 50);
	expect(REPORT("true", "true"), "temporary(total) < 1", 3, 3);
}

static void losses_leave_what_was_seen_as_the_least(void **state)
{
	(void) state;
	expect(REPORT("false", "false"), "allocs(total) < 1", 10, UINT64_MAX);
	expect(REPORT("false", "false"), "live(total) < 1", 0, UINT64_MAX);
	/* A block whose thread's next allocation was lost only seems temporary. */
	expect(REPORT("false", "false"), "temporary(total) < 1", 0, UINT64_MAX);
	/* The group is certain all the same. */
	expect(REPORT("false", "true"), "live(total) < 1", 50, 50);
	/* Only the begin is missing. */
	expect(REPORT("true", "false"), "live(total) < 1", 50, UINT64_MAX);
}

#define LEDGER_REPORT(exact_never_freed)                                                              \
	"{\"complete\":false,\"total\":{\"live_bytes\":50,\"live_count\":2,\"never_freed_bytes\":50," \
	"\"certain\":false,\"exact_counts\":true,\"exact_live\":true,\"from\":\"ledger\","            \
	"\"exact_never_freed\":" exact_never_freed "}}"

static void what_a_ledger_says_lives_was_never_freed_or_is_older(void **state)
{
	(void) state;
	expect(LEDGER_REPORT("true"), "leak(total) < 1", 50, 50);
	expect(LEDGER_REPORT("false"), "leak(total) < 1", 0, 50);
	expect(LEDGER_REPORT("false"), "leak_blocks(total) < 1", 0, 2);
	expect(LEDGER_REPORT("false"), "live(total) < 1", 50, 50);
}

static enum aspan_check_verdict judge(uint64_t least, uint64_t most, const char *text)
{
	const struct aspan_check_value value = { .is_found = true, .least = least, .most = most };

	assert_int_equal(parse(text), 0);
	return aspan_check_value_judge(&value, &rule);
}

static void a_verdict_holds_for_every_number_of_the_interval(void **state)
{
	(void) state;
	assert_int_equal(judge(5, 9, "allocs(x) < 10"), ASPAN_VERDICT_KEPT);
	assert_int_equal(judge(5, 9, "allocs(x) < 9"), ASPAN_VERDICT_UNDECIDED);
	assert_int_equal(judge(5, 9, "allocs(x) < 5"), ASPAN_VERDICT_BROKEN);
	assert_int_equal(judge(5, 9, "allocs(x) <= 9"), ASPAN_VERDICT_KEPT);
	assert_int_equal(judge(5, 9, "allocs(x) <= 5"), ASPAN_VERDICT_UNDECIDED);
	assert_int_equal(judge(5, 9, "allocs(x) <= 4"), ASPAN_VERDICT_BROKEN);
	assert_int_equal(judge(5, 9, "allocs(x) == 7"), ASPAN_VERDICT_UNDECIDED);
	assert_int_equal(judge(5, 9, "allocs(x) == 10"), ASPAN_VERDICT_BROKEN);
	assert_int_equal(judge(5, 5, "allocs(x) == 5"), ASPAN_VERDICT_KEPT);
	assert_int_equal(judge(5, 9, "allocs(x) != 4"), ASPAN_VERDICT_KEPT);
	assert_int_equal(judge(5, 9, "allocs(x) != 9"), ASPAN_VERDICT_UNDECIDED);
	assert_int_equal(judge(5, 5, "allocs(x) != 5"), ASPAN_VERDICT_BROKEN);
	assert_int_equal(judge(5, 9, "allocs(x) >= 5"), ASPAN_VERDICT_KEPT);
	assert_int_equal(judge(5, 9, "allocs(x) >= 9"), ASPAN_VERDICT_UNDECIDED);
	assert_int_equal(judge(5, 9, "allocs(x) >= 10"), ASPAN_VERDICT_BROKEN);
	assert_int_equal(judge(5, 9, "allocs(x) > 4"), ASPAN_VERDICT_KEPT);
	assert_int_equal(judge(5, 9, "allocs(x) > 5"), ASPAN_VERDICT_UNDECIDED);
	assert_int_equal(judge(5, 9, "allocs(x) > 9"), ASPAN_VERDICT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_rule_has_its_parts, end_rule),
		cmocka_unit_test_teardown(a_name_alone_is_of_groups, end_rule),
		cmocka_unit_test_teardown(names_with_anything_are_quoted, end_rule),
		cmocka_unit_test_teardown(limits_have_units_that_fit, end_rule),
		cmocka_unit_test_teardown(what_is_wrong_says_what_was_meant, end_rule),
		cmocka_unit_test_teardown(a_whole_trace_has_exact_numbers, end_rule),
		cmocka_unit_test_teardown(losses_leave_what_was_seen_as_the_least, end_rule),
		cmocka_unit_test_teardown(what_a_ledger_says_lives_was_never_freed_or_is_older,
					  end_rule),
		cmocka_unit_test_teardown(a_verdict_holds_for_every_number_of_the_interval,
					  end_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
