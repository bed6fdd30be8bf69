/* SPDX-License-Identifier: MIT */
/*
 * Which group an event begins: by the values of its arguments, within the limit, with labels.
 */
#include "bind-support.h"

#include <dlfcn.h>

static void one_group_for_all_without_by(void **state)
{
	struct allocspan_binding *binding = bound("bound:callback_start..callback_end");

	(void) state;
	for (uintptr_t callback = 1; callback < 100; callback++) {
		FIRE(callback_start, (const void *) callback);
		assert_active("bound:callback", NULL, NULL);
		FIRE(callback_end, NULL);
	}
	assert_int_equal(binding_stats(binding).groups, 1);
	allocspan_binding_release(binding);
}

static void what_is_allocated_between_belongs_to_the_group(void **state)
{
	struct allocspan_binding *binding = bound("bound:callback_start..callback_end,by=callback");
	char *space = address_space(4096);
	const struct allocspan_tag tag = { "callback", "0x1" };
	struct allocspan_token *token = allocspan_token_intern("bound:callback", &tag, 1);
	struct allocspan_stats before = stats_of(token);

	(void) state;
	FIRE(callback_start, (const void *) 1);
	assert_int_equal(allocspan_block_announce(space, 100), 0);
	FIRE(callback_end, (const void *) 1);
	assert_int_equal(allocspan_block_announce(space + 512, 100), 0);
	assert_int_equal(stats_of(token).alloc_bytes - before.alloc_bytes, 100);
	allocspan_block_retire(space);
	allocspan_token_release(token);
	allocspan_binding_release(binding);
}

static void several_arguments_make_a_group_for_each_combination(void **state)
{
	struct allocspan_binding *binding =
		bound("bound:api[phase!=9]..bound:api[phase=9],by=function,by=phase");
	const struct allocspan_tag tags[] = { { "function", "f" }, { "phase", "2" } };
	struct allocspan_token *token = allocspan_token_intern("bound:api", tags, 2);

	(void) state;
	for (int i = 0; i < 2; i++) {
		FIRE(api, "f", 1);
		FIRE(api, "g", 1);
		FIRE(api, "f", 2);
		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(token));
		FIRE(api, "f", 9);
	}
	assert_int_equal(binding_stats(binding).groups, 3);
	allocspan_token_release(token);
	allocspan_binding_release(binding);
}

static void names_and_tags_come_from_arguments(void **state)
{
	struct allocspan_binding *binding =
		bound("bound:api[phase=0]..bound:api[phase=1],name=arg:function,tag:host=robot 1");

	(void) state;
	FIRE(api, "spin", 0);
	assert_active("spin", "host", "robot 1");
	FIRE(api, "spin", 1);
	assert_none_active();
	/* No group can be called so. */
	FIRE(api, "", 0);
	assert_active("bound:api", "host", "robot 1");
	FIRE(api, "", 1);
	allocspan_binding_release(binding);
}

static void begin_and_end_by_a_value_of_one_event(void **state)
{
	struct allocspan_binding *binding =
		bound("bound:api[phase=0x0]..bound:api[phase=-1][function!=f]");

	(void) state;
	FIRE(api, "f", 1);
	assert_none_active();
	FIRE(api, "f", 0);
	assert_active("bound:api", NULL, NULL);
	FIRE(api, "f", -1);
	assert_active("bound:api", NULL, NULL);
	FIRE(api, "g", -1);
	assert_none_active();
	allocspan_binding_release(binding);
}

static void a_condition_that_no_value_can_meet_is_refused(void **state)
{
	(void) state;
	assert_refused("bound:api[phase=start]..bound:done",
		       "bound:api: 'start' in the condition is not a value of 'phase'");
}

static void several_events_begin_and_end_one_span(void **state)
{
	struct allocspan_binding *binding =
		bound("bound:callback_start|request_begin..callback_end|request_done,name=work");

	(void) state;
	FIRE(callback_start, NULL);
	assert_active("work", NULL, NULL);
	FIRE(request_done, 1);
	assert_none_active();
	FIRE(request_begin, 1);
	assert_active("work", NULL, NULL);
	FIRE(callback_end, NULL);
	assert_none_active();
	allocspan_binding_release(binding);
}

static void begin_events_must_agree_on_the_sort_of_an_argument(void **state)
{
	(void) state;
	assert_refused("bound:string|bound:integers..bound:done,by=text|i8", "is of another sort");
}

static void values_after_the_limit_share_a_group(void **state)
{
	struct allocspan_binding *binding = bound("bound:request_begin..request_done,by=id,max=10");

	(void) state;
	for (uint64_t id = 0; id < 15; id++) {
		FIRE(request_begin, id);
		if (id >= 10) {
			assert_active("bound:request", "id", "other");
		}
		FIRE(request_done, id);
	}
	FIRE(request_begin, 3);
	assert_active("bound:request", "id", "3");
	FIRE(request_done, 3);
	assert_int_equal(binding_stats(binding).groups, 10);
	assert_int_equal(binding_stats(binding).other_begins, 5);
	allocspan_binding_release(binding);
}

static void a_thousand_values_have_groups_of_their_own(void **state)
{
	struct allocspan_binding *binding = bound("bound:request_begin..request_done,by=id");

	(void) state;
	for (uint64_t id = 0; id < 1001; id++) {
		FIRE(request_begin, id << 32);
		FIRE(request_done, id);
	}
	assert_int_equal(binding_stats(binding).groups, 1000);
	assert_int_equal(binding_stats(binding).other_begins, 1);
	allocspan_binding_release(binding);
}

#define LABELLED                                                                                   \
	"bound:callback_start..callback_end,by=callback,label=callback_register(callback,symbol)"

/* Asserts that the active group has the callback and its label. */
static void assert_labelled(const char *callback, const char *symbol)
{
	const struct allocspan_tag tags[] = { { "callback", callback }, { "symbol", symbol } };
	struct allocspan_token *token = allocspan_token_intern("bound:callback", tags, 2);

	assert_int_equal(allocspan_current_group_id(), allocspan_token_id(token));
	allocspan_token_release(token);
}

static void a_value_has_the_label_that_an_event_gave_it(void **state)
{
	struct allocspan_binding *binding = bound(LABELLED);

	(void) state;
	FIRE(callback_register, (const void *) 0x10, "on_scan");
	FIRE(callback_start, (const void *) 0x10);
	assert_labelled("0x10", "on_scan");
	FIRE(callback_end, NULL);
	FIRE(callback_start, (const void *) 0x20);
	assert_active("bound:callback", "callback", "0x20");
	FIRE(callback_end, NULL);
	allocspan_binding_release(binding);
}

static void a_new_label_begins_a_new_group(void **state)
{
	struct allocspan_binding *binding = bound(LABELLED);

	(void) state;
	FIRE(callback_start, (const void *) 0x10);
	FIRE(callback_register, (const void *) 0x10, "late");
	/* What has begun keeps its group. */
	assert_active("bound:callback", "callback", "0x10");
	FIRE(callback_end, NULL);
	FIRE(callback_start, (const void *) 0x10);
	assert_labelled("0x10", "late");
	FIRE(callback_end, NULL);
	FIRE(callback_register, (const void *) 0x10, "again");
	FIRE(callback_start, (const void *) 0x10);
	assert_labelled("0x10", "again");
	FIRE(callback_end, NULL);
	assert_int_equal(binding_stats(binding).groups, 3);
	allocspan_binding_release(binding);
}

static void assert_called(const void *address, const char *symbol)
{
	char callback[32];

	snprintf(callback, sizeof(callback), "%p", address);
	FIRE(callback_start, address);
	assert_labelled(callback, symbol);
	FIRE(callback_end, address);
}

/* A function of the program that is not exported, one of a library, code without a name, and what is no code. */
static void code_is_called_by_the_name_of_its_function(void **state)
{
	struct allocspan_binding *binding =
		bound("bound:callback_start..callback_end,by=callback,symbol");
	const char *no_code = address_space(4096);
	char place[64];
	extern const char __executable_start[];

	(void) state;
	assert_called((const char *) assert_called, "assert_called");
	assert_called((const char *) assert_called + 1, "assert_called");
	assert_called(dlsym(RTLD_DEFAULT, "cmocka_set_message_output"),
		      "cmocka_set_message_output");
	snprintf(place, sizeof(place), "%s+0x4", program_invocation_short_name);
	assert_called(__executable_start + 4, place);
	FIRE(callback_start, no_code);
	snprintf(place, sizeof(place), "%p", (const void *) no_code);
	assert_active("bound:callback", "callback", place);
	FIRE(callback_end, no_code);
	allocspan_binding_release(binding);
	assert_refused("bound:api[phase=0]..api[phase=1],by=function,symbol",
		       "'symbol' needs an address, and the argument 'function' is none");
}

static void two_bindings_on_one_event_nest(void **state)
{
	struct allocspan_binding *first = bound("bound:request_begin..request_done,name=first");
	struct allocspan_binding *second = bound("bound:request_begin..request_done,name=second");
	uint64_t span;

	(void) state;
	FIRE(request_begin, 1);
	span = allocspan_current_span_id();
	assert_int_not_equal(span, 0);
	allocspan_binding_release(second);
	assert_active("first", NULL, NULL);
	FIRE(request_done, 1);
	assert_none_active();
	assert_int_equal(binding_stats(first).unended_begins + binding_stats(first).unbegun_ends,
			 0);
	allocspan_binding_release(first);
}

static void assert_balanced(const struct allocspan_binding *binding)
{
	assert_int_equal(binding_stats(binding).unended_begins, 0);
	assert_int_equal(binding_stats(binding).unbegun_ends, 0);
}

/* Whichever of two probes of one event comes first. */
static void one_event_may_end_two_bindings(void **state)
{
	struct allocspan_binding *request = bound("bound:request_begin|callback_start..done");
	struct allocspan_binding *callback = bound("bound:callback_start..done");

	(void) state;
	FIRE(callback_start, NULL);
	FIRE(done);
	assert_none_active();
	FIRE(request_begin, 1);
	FIRE(callback_start, NULL);
	assert_active("bound:callback", NULL, NULL);
	FIRE(done);
	assert_none_active();
	assert_int_equal(binding_stats(request).unended_begins, 1);
	assert_int_equal(binding_stats(request).unbegun_ends, 0);
	assert_balanced(callback);
	allocspan_binding_release(callback);
	allocspan_binding_release(request);
}

static void one_event_may_end_one_and_begin_another(void **state)
{
	/* The second stage is bound first. */
	struct allocspan_binding *second = bound("bound:callback_start..done,name=second");
	struct allocspan_binding *first = bound("bound:request_begin..callback_start,name=first");

	(void) state;
	FIRE(request_begin, 1);
	assert_active("first", NULL, NULL);
	FIRE(callback_start, NULL);
	assert_active("second", NULL, NULL);
	FIRE(done);
	assert_none_active();
	assert_balanced(first);
	assert_balanced(second);
	allocspan_binding_release(first);
	allocspan_binding_release(second);
}

static void what_another_value_ends_is_left_over(void **state)
{
	struct allocspan_binding *outer = bound("bound:request_begin..api,name=outer");
	struct allocspan_binding *inner = bound("bound:callback_start..api[phase=1],name=inner");

	(void) state;
	FIRE(request_begin, 1);
	FIRE(callback_start, NULL);
	FIRE(api, "f", 0);
	assert_none_active();
	assert_balanced(outer);
	assert_int_equal(binding_stats(inner).unended_begins, 1);
	allocspan_binding_release(inner);
	allocspan_binding_release(outer);
}

static void equal_names_and_tags_are_one_group(void **state)
{
	struct allocspan_binding *first = bound("bound:request_begin..request_done,name=same");
	uint64_t group;

	(void) state;
	FIRE(request_begin, 1);
	group = allocspan_current_group_id();
	FIRE(request_done, 1);
	allocspan_binding_release(bound("bound:callback_start..callback_end,name=same"));
	FIRE(request_begin, 1);
	assert_int_equal(allocspan_current_group_id(), group);
	FIRE(request_done, 1);
	allocspan_binding_release(first);
}

static void binding_and_releasing_for_ever_needs_no_more_memory(void **state)
{
	long before = 0;

	(void) state;
	for (int i = 0; i < 300; i++) {
		struct allocspan_binding *binding =
			bound("bound:request_begin..request_done,by=id");

		for (uint64_t id = 0; id < 20; id++) {
			FIRE(request_begin, id);
			FIRE(request_done, id);
		}
		allocspan_binding_release(binding);
		if (i == 100) {
			before = resident_kib();
		}
	}
	assert_true(resident_kib() - before < 512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_group_for_all_without_by),
		cmocka_unit_test(what_is_allocated_between_belongs_to_the_group),
		cmocka_unit_test(several_arguments_make_a_group_for_each_combination),
		cmocka_unit_test(names_and_tags_come_from_arguments),
		cmocka_unit_test(begin_and_end_by_a_value_of_one_event),
		cmocka_unit_test(a_condition_that_no_value_can_meet_is_refused),
		cmocka_unit_test(several_events_begin_and_end_one_span),
		cmocka_unit_test(begin_events_must_agree_on_the_sort_of_an_argument),
		cmocka_unit_test(values_after_the_limit_share_a_group),
		cmocka_unit_test(a_thousand_values_have_groups_of_their_own),
		cmocka_unit_test(a_value_has_the_label_that_an_event_gave_it),
		cmocka_unit_test(a_new_label_begins_a_new_group),
		cmocka_unit_test(code_is_called_by_the_name_of_its_function),
		cmocka_unit_test(two_bindings_on_one_event_nest),
		cmocka_unit_test(one_event_may_end_two_bindings),
		cmocka_unit_test(one_event_may_end_one_and_begin_another),
		cmocka_unit_test(what_another_value_ends_is_left_over),
		cmocka_unit_test(equal_names_and_tags_are_one_group),
		cmocka_unit_test(binding_and_releasing_for_ever_needs_no_more_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
