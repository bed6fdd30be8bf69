/* SPDX-License-Identifier: MIT */
/*
 * A C++ exception that leaves allocspan_span_call() or allocspan_context_call() exits what was entered
 * (span.h, context.h). The classes of allocspan.hpp have tests of their own.
 */
#include "support.h"

#include <stdexcept>

namespace {

allocspan_token *token;
allocspan_span *span;

void *throw_something(void *)
{
	throw std::runtime_error("out of the callback");
}

template <typename Call>
void assert_exited_by_exception(Call call)
{
	const uint64_t misuses = allocspan_misuse_count();
	bool caught = false;

	try {
		call();
	} catch (const std::runtime_error &) {
		caught = true;
	}
	assert_true(caught);
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_current_span_id(), 0);
	assert_int_equal(allocspan_misuse_count(), misuses);
}

void span_call_exits_the_span_when_an_exception_leaves_it(void **)
{
	assert_exited_by_exception([] { allocspan_span_call(span, throw_something, nullptr); });
}

void context_call_exits_the_context_when_an_exception_leaves_it(void **)
{
	allocspan_guard guard = allocspan_span_enter(span);
	allocspan_context context = allocspan_context_capture();

	allocspan_guard_exit(&guard);
	assert_exited_by_exception(
		[&] { allocspan_context_call(&context, throw_something, nullptr); });
	allocspan_context_release(&context);
}

void enter_and_throw()
{
	ALLOCSPAN_SCOPE(token);
	ALLOCSPAN_SPAN("thrown out of", "key", "value");
	throw std::runtime_error("out of the scope");
}

void a_scope_macro_ends_when_an_exception_leaves_its_block(void **)
{
	assert_exited_by_exception(enter_and_throw);
}

int set_up(void **)
{
	token = registered("thrown");
	span = allocspan_span_create("thrown");
	return allocspan_span_attach(span, token);
}

} // namespace

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test(span_call_exits_the_span_when_an_exception_leaves_it),
		cmocka_unit_test(context_call_exits_the_context_when_an_exception_leaves_it),
		cmocka_unit_test(a_scope_macro_ends_when_an_exception_leaves_its_block),
	};

	return cmocka_run_group_tests(tests, set_up, nullptr);
}
