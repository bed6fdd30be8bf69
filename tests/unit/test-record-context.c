/* SPDX-License-Identifier: MIT */
/* The names of LTTng's contexts, and what they stand for. */
#include "record-context.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void plain_names_are_those_of_user_space(void **state)
{
	struct aspan_record_context context;

	(void) state;
	assert_int_equal(aspan_record_context_init(&context, "pthread_id"), 0);
	assert_int_equal(context.lttng.ctx, LTTNG_EVENT_CONTEXT_PTHREAD_ID);
	assert_false(context.is_implied);
	assert_int_equal(aspan_record_context_init(&context, "vuid"), 0);
	assert_int_equal(context.lttng.ctx, LTTNG_EVENT_CONTEXT_VUID);
}

static void the_cpu_is_recorded_anyway(void **state)
{
	struct aspan_record_context context;

	(void) state;
	assert_int_equal(aspan_record_context_init(&context, "cpu_id"), 0);
	assert_true(context.is_implied);
}

static void expect_counter(const char *name, uint32_t type, uint64_t config, const char *field)
{
	struct aspan_record_context context;

	assert_int_equal(aspan_record_context_init(&context, name), 0);
	assert_int_equal(context.lttng.ctx, LTTNG_EVENT_CONTEXT_PERF_THREAD_COUNTER);
	assert_int_equal(context.lttng.u.perf_counter.type, type);
	assert_int_equal(context.lttng.u.perf_counter.config, config);
	assert_string_equal(context.lttng.u.perf_counter.name, field);
}

static void counters_have_the_kernels_numbers(void **state)
{
	(void) state;
	expect_counter("perf:thread:cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES,
		       "perf_thread_cache_misses");
	expect_counter("perf:thread:page-fault", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS,
		       "perf_thread_page_fault");
	/* Which cache, then the operation << 8, then the result << 16. */
	expect_counter("perf:thread:LLC-loads", PERF_TYPE_HW_CACHE, 0x2, "perf_thread_LLC_loads");
	expect_counter("perf:thread:dTLB-store-misses", PERF_TYPE_HW_CACHE, 0x10103,
		       "perf_thread_dTLB_store_misses");
}

static void raw_counters_have_a_number_and_a_name(void **state)
{
	(void) state;
	expect_counter("perf:thread:raw:r13c:cycles-x", PERF_TYPE_RAW, 0x13c,
		       "perf_thread_cycles_x");
}

static void a_program_may_have_contexts_of_its_own(void **state)
{
	struct aspan_record_context context;

	(void) state;
	assert_int_equal(aspan_record_context_init(&context, "$app.provider:name"), 0);
	assert_int_equal(context.lttng.ctx, LTTNG_EVENT_CONTEXT_APP_CONTEXT);
	assert_string_equal(context.lttng.u.app_ctx.provider_name, "provider");
	assert_string_equal(context.lttng.u.app_ctx.ctx_name, "name");
	aspan_record_context_fini(&context);
}

static void other_names_are_refused(void **state)
{
	static const char *const names[] = {
		"",
		"nosuch",
		"prio",
		"perf:cpu:cycles",
		"$app.",
		"$app.name",
		"$app.:name",
		"$app.provider:",
		"perf:thread:",
		"perf:thread:nosuch",
		"perf:thread:raw:r:x",
		"perf:thread:raw:r1",
		"perf:thread:raw:r1:",
		"perf:thread:LLC-",
		"vpid ",
	};
	struct aspan_record_context context;

	(void) state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(aspan_record_context_init(&context, names[i]), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_names_are_those_of_user_space),
		cmocka_unit_test(the_cpu_is_recorded_anyway),
		cmocka_unit_test(counters_have_the_kernels_numbers),
		cmocka_unit_test(raw_counters_have_a_number_and_a_name),
		cmocka_unit_test(a_program_may_have_contexts_of_its_own),
		cmocka_unit_test(other_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
