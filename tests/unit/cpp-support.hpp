/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the C++ classes share: cmocka, which is a C header, and the classes.
 *
 * Asserts leave a test by longjmp, past destructors: that may leave guards entered, but only in a
 * test that has failed already.
 */
#ifndef TEST_UNIT_CPP_SUPPORT_HPP
#define TEST_UNIT_CPP_SUPPORT_HPP

#include <allocspan/allocspan.hpp>

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {
#include <cmocka.h>
}

/* A name that the standard library uses. */
#undef fail
#define fail_here() _fail(__FILE__, __LINE__)

/*
 * Tells whether no reference to a group is left: then entering it is counted as misuse. A token's
 * memory is never given back to the system, so looking at a stale one is defined.
 */
inline bool is_released(allocspan_token *token)
{
	const std::uint64_t before = allocspan_misuse_count();
	allocspan_guard guard = allocspan_token_enter(token);

	allocspan_guard_exit(&guard);
	return allocspan_misuse_count() != before;
}

#endif
