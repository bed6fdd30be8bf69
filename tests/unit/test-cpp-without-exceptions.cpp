/* SPDX-License-Identifier: MIT */
/*
 * The classes in a program compiled with -fno-exceptions: what fails is empty, and errno tells why.
 */
#include "cpp-support.hpp"

#include <cerrno>

#ifdef __cpp_exceptions
#error "this file tests a program without exceptions"
#endif

using allocspan::scope;
using allocspan::span;
using allocspan::token;

static void what_fails_is_empty(void **)
{
	errno = 0;
	assert_false(static_cast<bool>(token{ "" }));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_false(static_cast<bool>(token::intern("name", { { "", "value" } })));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_false(static_cast<bool>(span{ "" }));
	assert_int_equal(errno, EINVAL);
}

static void failed_attach_leaves_the_span_without_a_group(void **)
{
	const span work{ "work" };

	errno = 0;
	work.attach(token{});
	assert_int_equal(errno, EINVAL);
	const scope inside{ work };
	assert_int_equal(allocspan_current_span_id(), work.id());
	assert_int_equal(allocspan_current_group_id(), 0);
}

static void what_succeeds_works(void **)
{
	const token owner{ "owner" };
	std::uint64_t seen = 0;

	{
		const scope inside{ owner };

		allocspan::make_thread([&seen] { seen = allocspan_current_group_id(); }).join();
	}
	assert_int_equal(seen, owner.id());
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_misuse_count(), 0);
}

int main()
{
	const CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_is_empty),
		cmocka_unit_test(failed_attach_leaves_the_span_without_a_group),
		cmocka_unit_test(what_succeeds_works),
	};

	return cmocka_run_group_tests_name("C++ without exceptions", tests, nullptr, nullptr);
}
