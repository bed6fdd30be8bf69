/* SPDX-License-Identifier: MIT */
/*
 * scope and guard: when a period begins and ends, and who may end it.
 */
#include "cpp-support.hpp"

#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using allocspan::guard;
using allocspan::scope;
using allocspan::span;
using allocspan::token;
using allocspan::untracked;

static_assert(!std::is_copy_constructible_v<scope>);
static_assert(!std::is_move_constructible_v<scope>);
static_assert(!std::is_copy_assignable_v<scope>);
static_assert(!std::is_copy_constructible_v<guard>);
static_assert(std::is_nothrow_move_constructible_v<guard>);
static_assert(std::is_nothrow_move_assignable_v<guard>);
static_assert(!std::is_convertible_v<token, guard>);

static void scope_ends_with_its_block(void **)
{
	const token outer{ "outer" };
	const token inner{ "inner" };

	{
		const scope outside{ outer };

		assert_int_equal(allocspan_current_group_id(), outer.id());
		{
			const scope inside{ inner };

			assert_int_equal(allocspan_current_group_id(), inner.id());
		}
		assert_int_equal(allocspan_current_group_id(), outer.id());
	}
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void throw_from_inside(const span &work, const token &owner)
{
	const scope first{ work };
	const scope second{ owner };

	throw std::runtime_error("inside");
}

static void exception_leaves_every_scope_it_passes(void **)
{
	const token outer{ "outer" };
	const token owner{ "owner" };
	const span work{ "work", owner };
	const scope outside{ outer };

	try {
		throw_from_inside(work, owner);
		fail_here();
	} catch (const std::runtime_error &) {
		assert_int_equal(allocspan_current_group_id(), outer.id());
		assert_int_equal(allocspan_current_span_id(), 0);
	}
	assert_int_equal(allocspan_misuse_count(), 0);
}

static void macros_unwind_as_well(void **)
{
	try {
		ALLOCSPAN_SPAN("from-macro", "language", "c++");
		assert_true(allocspan_current_group_id() != 0);
		throw std::runtime_error("inside");
	} catch (const std::runtime_error &) {
		assert_int_equal(allocspan_current_group_id(), 0);
	}
}

static void untracked_hides_the_group(void **)
{
	const token outer{ "outer" };
	const scope outside{ outer };

	{
		const scope quiet{ untracked };

		assert_int_equal(allocspan_current_group_id(), 0);
	}
	assert_int_equal(allocspan_current_group_id(), outer.id());
}

static void temporary_token_stays_active(void **)
{
	const token earlier{ "earlier" };
	const scope inside{ token{ "temporary" } };

	assert_true(allocspan_current_group_id() > earlier.id());
}

static scope entered(const span &work)
{
	return scope{ work };
}

static void scope_can_be_returned(void **)
{
	const span work{ "work" };

	{
		const scope inside = entered(work);

		assert_int_equal(allocspan_current_span_id(), work.id());
	}
	assert_int_equal(allocspan_current_span_id(), 0);
	assert_int_equal(allocspan_misuse_count(), 0);
}

static void scope_can_live_in_an_optional(void **)
{
	const token owner{ "owner" };
	std::optional<scope> maybe;

	maybe.emplace(owner);
	assert_int_equal(allocspan_current_group_id(), owner.id());
	maybe.reset();
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void moved_guard_ends_once(void **)
{
	const token owner{ "owner" };
	guard source{ owner };

	{
		const guard destination{ std::move(source) };

		assert_int_equal(allocspan_current_group_id(), owner.id());
	}
	assert_int_equal(allocspan_current_group_id(), 0);
	source.exit();
	assert_int_equal(allocspan_misuse_count(), 0);
}

static void assigned_guard_ends_what_it_had(void **)
{
	const token first{ "first" };
	const token second{ "second" };
	guard kept{ first };

	kept = guard{ second };
	assert_int_equal(allocspan_current_group_id(), second.id());
	kept = guard{};
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), 0);
}

static void guard_assigned_to_itself_stays(void **)
{
	const token owner{ "owner" };
	guard kept{ owner };
	guard &same = kept;

	kept = std::move(same);
	assert_int_equal(allocspan_current_group_id(), owner.id());
}

static void guards_end_in_any_order(void **)
{
	const token first{ "first" };
	const token second{ "second" };
	std::vector<guard> guards;

	guards.emplace_back(first);
	guards.emplace_back(second);
	guards.erase(guards.begin());
	assert_int_equal(allocspan_current_group_id(), second.id());
	guards.clear();
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), 0);
}

static void exit_twice_is_no_misuse(void **)
{
	const token owner{ "owner" };
	guard early{ owner };

	early.exit();
	assert_int_equal(allocspan_current_group_id(), 0);
	early.exit();
	assert_int_equal(allocspan_misuse_count(), 0);
}

/* The last two count misuse, which never goes down. */
static void empty_token_enters_nothing_and_is_counted(void **)
{
	const token outer{ "outer" };
	const scope outside{ outer };
	const std::uint64_t before = allocspan_misuse_count();
	const scope nothing{ token{} };

	assert_int_equal(allocspan_current_group_id(), outer.id());
	assert_int_equal(allocspan_misuse_count(), before + 1);
}

static void guard_ended_on_another_thread_is_counted_and_harmless(void **)
{
	const token owner{ "owner" };
	const std::uint64_t before = allocspan_misuse_count();
	const struct allocspan_mark mark = allocspan_mark_take();
	guard carried{ owner };

	std::thread{ [stolen = std::move(carried)]() mutable {
		stolen.exit();
	} }.join();
	assert_int_equal(allocspan_misuse_count(), before + 1);
	assert_int_equal(allocspan_current_group_id(), owner.id());
	allocspan_unwind(&mark);
}

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test(scope_ends_with_its_block),
		cmocka_unit_test(exception_leaves_every_scope_it_passes),
		cmocka_unit_test(macros_unwind_as_well),
		cmocka_unit_test(untracked_hides_the_group),
		cmocka_unit_test(temporary_token_stays_active),
		cmocka_unit_test(scope_can_be_returned),
		cmocka_unit_test(scope_can_live_in_an_optional),
		cmocka_unit_test(moved_guard_ends_once),
		cmocka_unit_test(assigned_guard_ends_what_it_had),
		cmocka_unit_test(guard_assigned_to_itself_stays),
		cmocka_unit_test(guards_end_in_any_order),
		cmocka_unit_test(exit_twice_is_no_misuse),
		cmocka_unit_test(empty_token_enters_nothing_and_is_counted),
		cmocka_unit_test(guard_ended_on_another_thread_is_counted_and_harmless),
	};

	return cmocka_run_group_tests_name("C++ scopes", tests, nullptr, nullptr);
}
