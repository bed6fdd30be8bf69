/* SPDX-License-Identifier: MIT */
/*
 * The call sites of ALLOCSPAN_SPAN: see include/allocspan/scope.h.
 */
#include <allocspan/scope.h>

#include <errno.h>
#include <stdatomic.h>

#include "span.h"
#include "token.h"

/* The strings of a site are its name, then keys and values in turn. */
static struct allocspan_token *intern_token(const struct allocspan_site *site, void *ip)
{
	struct allocspan_tag tags[ALLOCSPAN_TAGS_MAX];
	size_t tag_count = site->string_count / 2;

	if (site->string_count % 2 == 0 || tag_count > ALLOCSPAN_TAGS_MAX) {
		return NULL;
	}
	for (size_t i = 0; i < tag_count; i++) {
		tags[i] = (struct allocspan_tag){
			.key = site->strings[1 + 2 * i],
			.value = site->strings[2 + 2 * i],
		};
	}
	return aspan_token_make(site->strings[0], tags, tag_count, true, ip);
}

static ASPAN_SLOW struct allocspan_span *make_span(struct allocspan_site *site, void *ip)
{
	struct allocspan_token *token = intern_token(site, ip);
	struct allocspan_span *span = token ? allocspan_span_create(site->strings[0]) : NULL;
	struct allocspan_span *expected = NULL;

	if (span) {
		allocspan_span_attach(span, token);
		/* Pairs with the acquire in allocspan_site_enter(). */
		if (!__atomic_compare_exchange_n(&site->span, &expected, span, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			/* Another thread was faster. */
			allocspan_span_release(span);
			span = expected;
		}
	}
	/* The span has its own reference. */
	allocspan_token_release(token);
	return span;
}

struct allocspan_guard allocspan_site_enter(struct allocspan_site *site)
{
	/* Pairs with the exchange in make_span(). */
	struct allocspan_span *span = __atomic_load_n(&site->span, __ATOMIC_ACQUIRE);
	int saved_errno;

	if (aspan_unlikely(!span)) {
		saved_errno = errno;
		span = make_span(site, ASPAN_CALLER_IP());
		errno = saved_errno;
	}
	return aspan_span_enter(span, ASPAN_CALLER_IP());
}
