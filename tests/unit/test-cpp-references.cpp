/* SPDX-License-Identifier: MIT */
/*
 * token and span: what is counted, what is shared, and how errors arrive.
 */
#include "cpp-support.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

using allocspan::span;
using allocspan::token;

static_assert(std::is_nothrow_default_constructible_v<token>);
static_assert(std::is_nothrow_copy_constructible_v<token>);
static_assert(std::is_nothrow_move_constructible_v<token>);
static_assert(std::is_nothrow_copy_constructible_v<span>);
static_assert(std::is_nothrow_move_constructible_v<span>);
static_assert(!std::is_convertible_v<const char *, token>);
static_assert(!std::is_convertible_v<token, bool>);

template <class Function>
static int error_of(Function function)
{
	try {
		function();
	} catch (const std::system_error &error) {
		return error.code().category() == std::generic_category() ? error.code().value() :
									    -1;
	}
	return 0;
}

static void registering_twice_makes_two_groups(void **)
{
	const token first{ "parser" };
	const token second{ "parser" };

	assert_true(first.id() != 0);
	assert_true(first.id() != second.id());
	assert_string_equal(first.name(), "parser");
}

static void interning_equal_tags_gives_one_group(void **)
{
	const token first = token::intern("request", { { "tenant", "42" }, { "kind", "read" } });
	const token second = token::intern("request", { { "tenant", "42" }, { "kind", "read" } });
	const token other = token::intern("request", { { "tenant", "43" }, { "kind", "read" } });

	assert_int_equal(first.id(), second.id());
	assert_true(first.id() != other.id());
}

static void tags_may_come_from_a_container(void **)
{
	const std::string tenant = std::to_string(42);
	const std::vector<allocspan::tag> tags{ { "tenant", tenant.c_str() } };

	assert_int_equal(token::intern("request", tags).id(),
			 token::intern("request", { { "tenant", "42" } }).id());
}

static void last_destructor_releases_the_group(void **)
{
	allocspan_token *raw = nullptr;

	{
		const token only{ "only" };

		raw = only.get();
		assert_false(is_released(raw));
	}
	assert_true(is_released(raw));
}

static void copy_is_a_reference_of_its_own(void **)
{
	token original{ "copied" };
	token copy{ original };

	original = token{};
	assert_false(static_cast<bool>(original));
	assert_false(is_released(copy.get()));
	original = copy;
	assert_ptr_equal(original.get(), copy.get());
	copy = token{};
	assert_false(is_released(original.get()));
}

static void move_takes_the_reference(void **)
{
	token source{ "moved" };
	allocspan_token *raw = source.get();

	{
		const token destination{ std::move(source) };

		assert_ptr_equal(destination.get(), raw);
		assert_null(source.get());
		assert_false(is_released(raw));
	}
	assert_true(is_released(raw));
}

static void assigning_releases_what_was_there(void **)
{
	token kept{ "before" };
	allocspan_token *raw = kept.get();

	kept = token{ "after" };
	assert_true(is_released(raw));
	assert_false(is_released(kept.get()));
}

static void assigning_to_itself_keeps_the_reference(void **)
{
	token only{ "itself" };
	const token &same = only;

	only = same;
	assert_false(is_released(only.get()));
}

static void taken_reference_is_the_callers(void **)
{
	token source{ "taken" };
	allocspan_token *taken = source.take();

	source = token{};
	assert_false(is_released(taken));
	{
		const token adopted = token::adopt(taken);

		assert_ptr_equal(adopted.get(), taken);
	}
	assert_true(is_released(taken));
}

static void empty_objects_answer_nothing(void **)
{
	const token no_token;
	const span no_span;

	assert_false(static_cast<bool>(no_token));
	assert_int_equal(no_token.id(), 0);
	assert_null(no_token.name());
	assert_int_equal(no_token.stats().alloc_count, 0);
	assert_false(static_cast<bool>(no_span));
	assert_int_equal(no_span.id(), 0);
	assert_false(no_span.detach());
}

static void bad_input_throws_the_error_number(void **)
{
	const token owner{ "owner" };
	const span work{ "work" };
	const std::string long_name(ALLOCSPAN_NAME_MAX + 1, 'x');
	const std::vector<allocspan::tag> many(ALLOCSPAN_TAGS_MAX + 1, { "key", "value" });

	assert_int_equal(error_of([] { token{ "" }; }), EINVAL);
	assert_int_equal(error_of([] { token{ "name", { { "group", "reserved" } } }; }), EINVAL);
	assert_int_equal(error_of([&] { token{ long_name.c_str() }; }), ENAMETOOLONG);
	assert_int_equal(error_of([&] { token{ "name", many }; }), E2BIG);
	assert_int_equal(error_of([] { static_cast<void>(token::intern("")); }), EINVAL);
	assert_int_equal(error_of([] { span{ "" }; }), EINVAL);
	assert_int_equal(error_of([&] { span{ "name", token{} }; }), EINVAL);
	assert_int_equal(error_of([&] { work.attach(token{}); }), EINVAL);
	assert_int_equal(error_of([&] { span{}.attach(owner); }), EINVAL);
	assert_int_equal(error_of([] { token{}.set_budget(1); }), EINVAL);
	assert_int_equal(error_of([&] { owner.set_budget(1); }), 0);
}

static void failed_constructor_keeps_no_reference(void **)
{
	allocspan_token *raw = nullptr;

	{
		const token owner{ "not-attached" };

		raw = owner.get();
		assert_int_equal(error_of([&] { span{ "", owner }; }), EINVAL);
	}
	assert_true(is_released(raw));
}

static void what_was_said_tells_the_function(void **)
{
	try {
		token{ "" };
		fail_here();
	} catch (const std::system_error &error) {
		assert_non_null(std::strstr(error.what(), "allocspan_token_register"));
	}
}

static void span_keeps_the_attached_group(void **)
{
	token owner{ "attached" };
	allocspan_token *raw = owner.get();
	const span work{ "work", owner };

	owner = token{};
	{
		const allocspan::scope inside{ work };

		assert_int_equal(allocspan_current_group_id(), allocspan_token_id(raw));
		assert_int_equal(allocspan_current_span_id(), work.id());
	}
	assert_true(work.detach());
	assert_false(work.detach());
	assert_true(is_released(raw));
}

static void root_is_borrowed_for_ever(void **)
{
	const std::uint64_t before = allocspan_misuse_count();

	assert_int_equal(token::root().id(), ALLOCSPAN_ROOT_GROUP_ID);
	assert_int_equal(token::root().id(), ALLOCSPAN_ROOT_GROUP_ID);
	assert_int_equal(allocspan_misuse_count(), before);
}

static void stats_are_those_of_the_group(void **)
{
	static std::uint64_t memory[32];
	const token owner{ "owner" };

	{
		const allocspan::scope inside{ owner };

		assert_int_equal(allocspan_block_announce(memory, sizeof(memory)), 0);
	}
	assert_int_equal(owner.stats().live_blocks, 1);
	assert_int_equal(owner.stats().live_bytes, sizeof(memory));
	assert_int_equal(allocspan_block_retire(memory), 0);
	assert_int_equal(owner.stats().live_blocks, 0);
}

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test(registering_twice_makes_two_groups),
		cmocka_unit_test(interning_equal_tags_gives_one_group),
		cmocka_unit_test(tags_may_come_from_a_container),
		cmocka_unit_test(last_destructor_releases_the_group),
		cmocka_unit_test(copy_is_a_reference_of_its_own),
		cmocka_unit_test(move_takes_the_reference),
		cmocka_unit_test(assigning_releases_what_was_there),
		cmocka_unit_test(assigning_to_itself_keeps_the_reference),
		cmocka_unit_test(taken_reference_is_the_callers),
		cmocka_unit_test(empty_objects_answer_nothing),
		cmocka_unit_test(bad_input_throws_the_error_number),
		cmocka_unit_test(failed_constructor_keeps_no_reference),
		cmocka_unit_test(what_was_said_tells_the_function),
		cmocka_unit_test(span_keeps_the_attached_group),
		cmocka_unit_test(root_is_borrowed_for_ever),
		cmocka_unit_test(stats_are_those_of_the_group),
	};

	return cmocka_run_group_tests_name("C++ references", tests, nullptr, nullptr);
}
