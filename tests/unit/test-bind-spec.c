/* SPDX-License-Identifier: MIT */
/*
 * The SPEC of a binding: what it says, and what is said of one that is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "near-names.h"
#include "pair-words.h"
#include "spec.h"

static struct aspan_bind_spec parsed(const char *text)
{
	static struct aspan_bind_spec spec;
	char message[256] = "";

	if (aspan_bind_spec_parse(&spec, text, strlen(text), message, sizeof(message))) {
		fail_msg("'%s': %s", text, message);
	}
	return spec;
}

static void assert_wrong(const char *text, const char *expected)
{
	struct aspan_bind_spec spec;
	char message[256] = "";

	assert_int_equal(aspan_bind_spec_parse(&spec, text, strlen(text), message, sizeof(message)),
			 -22);
	if (!strstr(message, expected)) {
		fail_msg("'%s': the message is '%s'", text, message);
	}
}

static void assert_event(const struct aspan_bind_event *event, const char *provider,
			 const char *name)
{
	assert_string_equal(event->provider, provider);
	assert_string_equal(event->name, name);
}

static void a_pair_of_events_is_enough(void **state)
{
	struct aspan_bind_spec spec = parsed("ros2:callback_start..ros2:callback_end");

	(void) state;
	assert_int_equal(spec.begin_count, 1);
	assert_int_equal(spec.end_count, 1);
	assert_event(&spec.begins[0], "ros2", "callback_start");
	assert_event(&spec.ends[0], "ros2", "callback_end");
	assert_string_equal(spec.name.text, "ros2:callback");
	assert_int_equal(spec.input_count, 0);
	assert_int_equal(spec.tag_count, 0);
	assert_int_equal(spec.groups_max, 1000);
}

static void the_provider_may_be_left_out_after_the_first(void **state)
{
	struct aspan_bind_spec spec = parsed("a:b|c|d:e..f|g:h");

	(void) state;
	assert_event(&spec.begins[1], "a", "c");
	assert_event(&spec.begins[2], "d", "e");
	assert_event(&spec.ends[0], "a", "f");
	assert_event(&spec.ends[1], "g", "h");
}

static void the_name_loses_the_word_that_says_begin(void **state)
{
	(void) state;
	assert_string_equal(parsed("librbd:read_enter..read_exit").name.text, "librbd:read");
	assert_string_equal(parsed("nfs_rpc:start..end").name.text, "nfs_rpc");
	assert_string_equal(parsed("x:before_data_transfer..after_data_transfer").name.text,
			    "x:data_transfer");
	assert_string_equal(parsed("x:restart..y").name.text, "x:restart");
	assert_string_equal(parsed("hip:api[phase=0]..hip:api[phase=1]").name.text, "hip:api");
}

static void options_say_how_the_group_is_called(void **state)
{
	struct aspan_bind_spec spec = parsed(
		"a:b..c,by=callback|cb,name=arg:symbol,tag:node=arg:node_name,tag:host=robot 1");

	(void) state;
	assert_null(spec.name.text);
	assert_string_equal(spec.name.argument.names[0], "symbol");
	assert_int_equal(spec.tag_count, 3);
	assert_string_equal(spec.tags[0].key, "callback");
	assert_string_equal(spec.tags[0].value.argument.names[1], "cb");
	assert_string_equal(spec.tags[1].value.argument.names[0], "node_name");
	assert_string_equal(spec.tags[2].value.text, "robot 1");
	assert_int_equal(spec.input_count, 3);
	assert_int_equal(spec.by_input, 1);
	assert_string_equal(spec.inputs[0]->names[0], "symbol");
	assert_string_equal(spec.default_name, "a:b");
}

static void conditions_and_what_a_backslash_protects(void **state)
{
	struct aspan_bind_spec spec = parsed("a:b[x=1][y!=a\\]b]..c, tag:k=a\\,b , nested,max=7");

	(void) state;
	assert_int_equal(spec.begins[0].condition_count, 2);
	assert_string_equal(spec.begins[0].conditions[0].value, "1");
	assert_false(spec.begins[0].conditions[0].is_negated);
	assert_string_equal(spec.begins[0].conditions[1].value, "a]b");
	assert_true(spec.begins[0].conditions[1].is_negated);
	assert_string_equal(spec.tags[0].value.text, "a,b");
	assert_true(spec.is_nested);
	assert_int_equal(spec.groups_max, 7);
}

static void match_and_label_are_read(void **state)
{
	struct aspan_bind_spec spec =
		parsed("a:b..c,by=cb,label=reg(cb|handle,symbol),match=req_id");

	(void) state;
	assert_event(&spec.label, "a", "reg");
	assert_string_equal(spec.label_key.names[1], "handle");
	assert_string_equal(spec.label_name.names[0], "symbol");
	assert_string_equal(spec.match.names[0], "req_id");
	/* The label's tag is not an input. */
	assert_int_equal(spec.tag_count, 1);
}

static void the_names_of_functions_are_a_tag(void **state)
{
	struct aspan_bind_spec spec = parsed("a:b..c,by=cb,symbol,nested");

	(void) state;
	assert_true(spec.has_symbol);
	assert_true(spec.is_nested);
	assert_string_equal(spec.label_name.names[0], "symbol");
	assert_null(spec.label.name);
	/* It is not an input. */
	assert_int_equal(spec.tag_count, 1);
	assert_int_equal(spec.input_count, 1);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
	(void) state;
	assert_wrong("", "the name of a tracepoint is missing at character 1");
	assert_wrong("a:b", "'..' is missing between the begin and the end event at character 4");
	assert_wrong("b..c", "a tracepoint is PROVIDER:NAME, and 'b' has no provider");
	assert_wrong("a:b..", "the name of a tracepoint is missing");
	assert_wrong("a:b[x]..c", "'=' is missing in a condition");
	assert_wrong("a:b[x=1..c", "']' is missing after a condition");
	assert_wrong("a:b..c,by", "an option is by=");
	assert_wrong("a:b..c d", "a ',' or the end is missing at character 8");
	assert_wrong("a:b..c,max=0", "'max' is a number of 1 to 1000000");
	assert_wrong("a:b..c,max=1x", "'max' is a number");
	assert_wrong("a:b..c,by=x,by=x", "the tag 'x' is given twice");
	assert_wrong("a:b..c,tag:group=x", "'group' cannot be the key of a tag");
	assert_wrong("a:b..c,tag:=x", "the key of a tag is missing");
	assert_wrong("a:b..c,name=", "the name is empty");
	assert_wrong("a:b..c,name=x,name=y", "a second 'name'");
	assert_wrong("a:b..c,label=d(e,f)",
		     "'label' gives names to the values of 'by', which is missing");
	assert_wrong("a:b..c,by=x,label=d(e)",
		     "',' is missing between the two arguments of 'label'");
	assert_wrong("a:b..c,symbol", "'symbol' gives names to the values of 'by'");
	assert_wrong("a:b..c,by=x,symbol,label=d(e,f)", "without 'label'");
	assert_wrong("a:b..c,by=x,tag:symbol=y,symbol", "the tag 'symbol' is given twice");
	assert_wrong("a:b..c,match=x,nested", "'nested' is for pairs that the thread matches");
	assert_wrong("a:a|a|a|a|a|a|a|a|a..c", "more than 8 events");
}

static void no_text_is_too_long(void **state)
{
	char text[10000];
	struct aspan_bind_spec spec;
	char message[8000];

	(void) state;
	memset(text, 'x', sizeof(text));
	for (size_t length = 1; length <= sizeof(text); length += 97) {
		assert_int_equal(
			aspan_bind_spec_parse(&spec, text, length, message, sizeof(message)), -22);
		assert_int_equal(aspan_bind_spec_parse(&spec, text, length, message, 10), -22);
	}
}

static void a_list_has_one_spec_a_line_or_semicolon(void **state)
{
	const char *rest = "# a comment\n a:b..c ;; d:e..f,tag:k=\\;\n\n# end\r\n  g:h..i  \n";
	const char *start;

	(void) state;
	assert_int_equal(aspan_bind_spec_next(&rest, &start), 6);
	assert_memory_equal(start, "a:b..c", 6);
	assert_int_equal(aspan_bind_spec_next(&rest, &start), 15);
	assert_memory_equal(start, "d:e..f,tag:k=\\;", 15);
	assert_int_equal(aspan_bind_spec_next(&rest, &start), 6);
	assert_memory_equal(start, "g:h..i", 6);
	assert_int_equal(aspan_bind_spec_next(&rest, &start), 0);
}

static void pairs_differ_in_one_word(void **state)
{
	(void) state;
	assert_true(aspan_bind_is_pair("callback_start", "callback_end"));
	assert_true(aspan_bind_is_pair("read_enter", "read_exit"));
	assert_true(aspan_bind_is_pair("start", "end"));
	assert_true(aspan_bind_is_pair("before_send_x", "after_send_x"));
	assert_false(aspan_bind_is_pair("callback_start", "timer_end"));
	assert_false(aspan_bind_is_pair("restart", "reend"));
	assert_false(aspan_bind_is_pair("callback_end", "callback_start"));
}

static void suggestions(char text[1024], const char *meant, const char *const *names)
{
	struct aspan_bind_near_names near = { .meant = meant };

	for (; *names; names += 2) {
		aspan_bind_near_names_add(&near, names[0], names[1]);
	}
	aspan_bind_near_names_text(&near, text, 1024);
}

static void a_misspelt_name_is_found_by_its_neighbours(void **state)
{
	static const char *const names[] = { "ros2",	     "callback_start", "ros2",
					     "callback_end", "ros2",	       "rcl_init",
					     "ros2",	     "callback_start", NULL };
	char text[1024];

	(void) state;
	suggestions(text, "ros2:calback_start", names);
	assert_string_equal(text, "; did you mean 'ros2:callback_start'?");
	suggestions(text, "ros:callback_end", names);
	assert_string_equal(text, "; did you mean 'ros2:callback_end'?");
	suggestions(text, "other:thing", names);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_of_events_is_enough),
		cmocka_unit_test(the_provider_may_be_left_out_after_the_first),
		cmocka_unit_test(the_name_loses_the_word_that_says_begin),
		cmocka_unit_test(options_say_how_the_group_is_called),
		cmocka_unit_test(conditions_and_what_a_backslash_protects),
		cmocka_unit_test(match_and_label_are_read),
		cmocka_unit_test(the_names_of_functions_are_a_tag),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(no_text_is_too_long),
		cmocka_unit_test(a_list_has_one_spec_a_line_or_semicolon),
		cmocka_unit_test(pairs_differ_in_one_word),
		cmocka_unit_test(a_misspelt_name_is_found_by_its_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
