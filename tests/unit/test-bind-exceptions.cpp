/* SPDX-License-Identifier: MIT */
/*
 * C++ exceptions that leave what two tracepoints delimit.
 */
#include "cpp-support.hpp"

#include "bind-provider.h"

#include <allocspan/bind.h>

#include <stdexcept>

#define FIRE(event, ...) lttng_ust_tracepoint(bound, event, ##__VA_ARGS__)

namespace {

allocspan_binding_stats stats_of(const allocspan_binding *binding)
{
	allocspan_binding_stats stats;

	assert_int_equal(allocspan_binding_get_stats(binding, &stats), 0);
	return stats;
}

void throw_inside(bool shall_throw)
{
	FIRE(callback_start, nullptr);
	if (shall_throw) {
		throw std::runtime_error("inside");
	}
	FIRE(callback_end, nullptr);
}

void an_exception_leaves_nothing_behind(void **)
{
	allocspan_binding *callback =
		allocspan_bind("bound:callback_start..callback_end", nullptr, 0);
	allocspan_binding *request =
		allocspan_bind("bound:request_begin..request_done,by=id", nullptr, 0);

	assert_non_null(callback);
	assert_non_null(request);
	for (uint64_t id = 0; id < 100; id++) {
		FIRE(request_begin, id);
		try {
			throw_inside(id % 2 == 0);
		} catch (const std::runtime_error &) {
		}
		FIRE(request_done, id);
		assert_int_equal(allocspan_current_group_id(), 0);
	}
	assert_int_equal(stats_of(callback).unended_begins, 50);
	assert_int_equal(stats_of(callback).unbegun_ends, 0);
	assert_int_equal(stats_of(request).unended_begins, 0);
	allocspan_binding_release(callback);
	allocspan_binding_release(request);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exception_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
