/* SPDX-License-Identifier: MIT */
/*
 * context, wrap(), make_thread() and fiber: work that goes on elsewhere keeps its owner.
 */
#include "cpp-support.hpp"

#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

using allocspan::context;
using allocspan::scope;
using allocspan::span;
using allocspan::token;

static_assert(std::is_nothrow_copy_constructible_v<context>);
static_assert(std::is_nothrow_move_constructible_v<context>);

/* What a thread without anything entered sees. */
static std::uint64_t group_on_another_thread(const std::function<std::uint64_t()> &function)
{
	std::uint64_t seen = 0;

	std::thread{ [&] {
		seen = function();
	} }.join();
	return seen;
}

static std::uint64_t group_inside(const context &captured)
{
	const scope inside{ captured };

	return allocspan_current_group_id();
}

static void context_carries_group_and_span(void **)
{
	const token owner{ "owner" };
	const span work{ "work", owner };
	context captured;
	std::uint64_t span_id = 0;

	{
		const scope inside{ work };

		captured = context::capture();
	}
	assert_int_equal(group_on_another_thread([&] {
				 const scope inside{ captured };

				 span_id = allocspan_current_span_id();
				 return allocspan_current_group_id();
			 }),
			 owner.id());
	assert_int_equal(span_id, work.id());
}

static void empty_context_means_no_group(void **)
{
	const std::uint64_t misuses = allocspan_misuse_count();
	const token owner{ "owner" };
	const scope outside{ owner };

	assert_int_equal(group_inside(context{}), 0);
	assert_int_equal(allocspan_current_group_id(), owner.id());
	assert_int_equal(allocspan_misuse_count(), misuses);
}

/* All that refers to the group afterwards is the context. */
static context captured_in_new_group(allocspan_token **raw)
{
	const token owner{ "handed over" };
	const scope inside{ span{ "work", owner } };

	*raw = owner.get();
	return context::capture();
}

static void copied_context_has_references_of_its_own(void **)
{
	const std::uint64_t misuses = allocspan_misuse_count();
	allocspan_token *raw = nullptr;
	context original = captured_in_new_group(&raw);

	{
		const context copy{ original };

		original = context{};
		assert_int_equal(group_inside(original), 0);
		assert_int_equal(group_inside(copy), allocspan_token_id(raw));
		original = copy;
	}
	assert_false(is_released(raw));
	assert_int_equal(group_inside(original), allocspan_token_id(raw));
	original = context{};
	assert_int_equal(allocspan_misuse_count(), misuses); /* nothing was released twice */
	assert_true(is_released(raw));
}

static void moved_context_leaves_nothing(void **)
{
	allocspan_token *raw = nullptr;
	context source = captured_in_new_group(&raw);

	{
		const context destination{ std::move(source) };

		assert_int_equal(group_inside(destination), allocspan_token_id(raw));
		assert_int_equal(group_inside(source), 0);
		assert_false(is_released(raw));
	}
	assert_true(is_released(raw));
}

static void wrap_captures_where_it_is_called(void **)
{
	const token owner{ "owner" };
	std::function<std::uint64_t()> later;

	{
		const scope inside{ owner };

		later = allocspan::wrap(allocspan_current_group_id);
	}
	assert_int_equal(later(), owner.id());
	assert_int_equal(group_on_another_thread(later), owner.id());
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void wrap_enters_what_it_is_given(void **)
{
	const token owner{ "owner" };
	const span work{ "work", owner };
	const scope outside{ owner };

	assert_int_equal(allocspan::wrap(owner, allocspan_current_group_id)(), owner.id());
	assert_int_equal(allocspan::wrap(work, allocspan_current_span_id)(), work.id());
	assert_int_equal(allocspan::wrap(context{}, allocspan_current_group_id)(), 0);
	assert_int_equal(allocspan::wrap(allocspan::untracked, allocspan_current_group_id)(), 0);
}

static void wrapped_callable_keeps_what_it_needs(void **)
{
	token owner{ "owner" };
	allocspan_token *raw = owner.get();
	std::function<std::uint64_t()> later =
		allocspan::wrap(span{ "work", owner }, allocspan_current_group_id);

	owner = token{};
	assert_int_equal(later(), allocspan_token_id(raw));
	later = nullptr;
	assert_true(is_released(raw));
}

static void wrapped_arguments_and_results_pass_unchanged(void **)
{
	int number = 1;
	auto increment = allocspan::wrap([](int &value) -> int & { return ++value; });
	auto take = allocspan::wrap([](std::unique_ptr<int> value) { return value; });

	static_assert(std::is_same_v<decltype(increment(number)), int &>);
	static_assert(std::is_invocable_v<decltype(increment), int &>);
	static_assert(!std::is_invocable_v<decltype(increment), const char *>);
	assert_ptr_equal(&increment(number), &number);
	assert_int_equal(number, 2);
	assert_int_equal(*take(std::make_unique<int>(3)), 3);
}

static void wrapped_callable_that_cannot_be_copied_moves(void **)
{
	auto once = allocspan::wrap([value = std::make_unique<int>(7)] { return *value; });
	std::packaged_task<int()> task{ std::move(once) };
	std::future<int> result = task.get_future();

	task();
	assert_int_equal(result.get(), 7);
}

struct only_once {
	std::unique_ptr<int> value;

	std::unique_ptr<int> operator()() &&
	{
		return std::move(value);
	}
};

static void wrapped_callable_may_be_for_one_call(void **)
{
	auto once = allocspan::wrap(only_once{ std::make_unique<int>(7) });

	static_assert(!std::is_invocable_v<decltype(once) &>);
	assert_int_equal(*std::move(once)(), 7);
}

static void wrapped_callable_is_noexcept_if_the_callable_is(void **)
{
	auto may_throw = allocspan::wrap([] {});
	auto never_throws = allocspan::wrap([]() noexcept {});

	static_assert(!noexcept(may_throw()));
	static_assert(noexcept(never_throws()));
	may_throw();
	never_throws();
}

static void exception_out_of_a_wrapped_callable_leaves_the_scope(void **)
{
	const std::uint64_t misuses = allocspan_misuse_count();
	const token owner{ "owner" };
	const auto throwing = allocspan::wrap(owner, [] { throw std::runtime_error("inside"); });

	try {
		throwing();
		fail_here();
	} catch (const std::runtime_error &) {
		assert_int_equal(allocspan_current_group_id(), 0);
	}
	assert_int_equal(allocspan_misuse_count(), misuses);
}

static void async_result_comes_from_inside(void **)
{
	const token owner{ "owner" };
	const scope inside{ owner };

	assert_int_equal(
		std::async(std::launch::async, allocspan::wrap(allocspan_current_group_id)).get(),
		owner.id());
	assert_int_equal(std::async(std::launch::async, allocspan_current_group_id).get(), 0);
}

static void made_thread_inherits(void **)
{
	const token owner{ "owner" };
	const scope inside{ owner };
	std::uint64_t seen = 0;

	allocspan::make_thread([](std::uint64_t &out) { out = allocspan_current_group_id(); },
			       std::ref(seen))
		.join();
	assert_int_equal(seen, owner.id());
}

static void fiber_has_a_stack_of_its_own(void **)
{
	const token owner{ "owner" };
	const scope inside{ owner };
	const allocspan::fiber other = allocspan::make_fiber();
	allocspan_fiber *own = allocspan_fiber_get_current();

	allocspan_fiber_switch(other.get());
	assert_int_equal(allocspan_current_group_id(), 0);
	allocspan_fiber_switch(own);
	assert_int_equal(allocspan_current_group_id(), owner.id());
}

static long resident_pages()
{
	long resident = 0;

	std::ifstream{ "/proc/self/statm" } >> resident >> resident;
	return resident;
}

static void fiber_is_destroyed_with_its_owner(void **)
{
	static_cast<void>(allocspan::make_fiber());
	const long before = resident_pages();

	for (int i = 0; i < 100000; i++) {
		static_cast<void>(allocspan::make_fiber());
	}
	assert_true(resident_pages() - before < 1000); /* kept, they would be many more */
}

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test(context_carries_group_and_span),
		cmocka_unit_test(empty_context_means_no_group),
		cmocka_unit_test(copied_context_has_references_of_its_own),
		cmocka_unit_test(moved_context_leaves_nothing),
		cmocka_unit_test(wrap_captures_where_it_is_called),
		cmocka_unit_test(wrap_enters_what_it_is_given),
		cmocka_unit_test(wrapped_callable_keeps_what_it_needs),
		cmocka_unit_test(wrapped_arguments_and_results_pass_unchanged),
		cmocka_unit_test(wrapped_callable_that_cannot_be_copied_moves),
		cmocka_unit_test(wrapped_callable_may_be_for_one_call),
		cmocka_unit_test(wrapped_callable_is_noexcept_if_the_callable_is),
		cmocka_unit_test(exception_out_of_a_wrapped_callable_leaves_the_scope),
		cmocka_unit_test(async_result_comes_from_inside),
		cmocka_unit_test(made_thread_inherits),
		cmocka_unit_test(fiber_has_a_stack_of_its_own),
		cmocka_unit_test(fiber_is_destroyed_with_its_owner),
	};

	return cmocka_run_group_tests_name("C++ handover", tests, nullptr, nullptr);
}
