/* SPDX-License-Identifier: MIT */
/*
 * What the tests of bindings share: which group is active is asked directly, without an allocation and without a session.
 */
#ifndef TEST_UNIT_BIND_SUPPORT_H
#define TEST_UNIT_BIND_SUPPORT_H

#include "bind-provider.h"

#include "support.h"

#include <allocspan/bind.h>

#define MESSAGE_BYTES 512

#define FIRE(event, ...) lttng_ust_tracepoint(bound, event, ##__VA_ARGS__)

static inline struct allocspan_binding *bound(const char *spec)
{
	char message[MESSAGE_BYTES];
	struct allocspan_binding *binding = allocspan_bind(spec, message, sizeof(message));

	if (!binding) {
		fail_msg("'%s' is not bound: %s", spec, message);
	}
	return binding;
}

/* Asserts that a SPEC is refused with a message that has a text in it. */
static inline void assert_refused(const char *spec, const char *text)
{
	char message[MESSAGE_BYTES] = "";

	errno = 0;
	assert_null(allocspan_bind(spec, message, sizeof(message)));
	assert_int_equal(errno, EINVAL);
	if (!strstr(message, text)) {
		fail_msg("'%s': the message is '%s'", spec, message);
	}
}

/* Asserts that the active group has this name and at most one tag. */
static inline void assert_active(const char *name, const char *key, const char *value)
{
	const struct allocspan_tag tag = { key, value };
	struct allocspan_token *expected = allocspan_token_intern(name, &tag, key ? 1 : 0);

	assert_non_null(expected);
	if (allocspan_current_group_id() != allocspan_token_id(expected)) {
		fail_msg("the group %s%s%s%s%s is not active", name, key ? "," : "", key ? key : "",
			 key ? "=" : "", key ? value : "");
	}
	allocspan_token_release(expected);
}

static inline void assert_none_active(void)
{
	assert_int_equal(allocspan_current_group_id(), 0);
	assert_int_equal(allocspan_current_span_id(), 0);
}

static inline struct allocspan_binding_stats binding_stats(const struct allocspan_binding *binding)
{
	struct allocspan_binding_stats stats;

	assert_int_equal(allocspan_binding_get_stats(binding, &stats), 0);
	return stats;
}

#endif
