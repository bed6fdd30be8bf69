/* SPDX-License-Identifier: MIT */
/*
 * Examples of the macros of scope.h; Doxygen shows them one by one. Run it: every assertion holds.
 */
#include <allocspan/scope.h>
#include <allocspan/tracking.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

//! [ALLOCSPAN_SCOPE]
static char *parse(struct allocspan_token *parser, const char *text)
{
	ALLOCSPAN_SCOPE(parser);

	if (*text == '\0') {
		return NULL; /* every way out exits */
	}
	return strdup(text); /* belongs to the parser */
}
//! [ALLOCSPAN_SCOPE]

//! [ALLOCSPAN_SPAN_SCOPE]
static char *answer(struct allocspan_span *request)
{
	ALLOCSPAN_SPAN_SCOPE(request);

	return strdup("42"); /* belongs to the token attached to the request */
}
//! [ALLOCSPAN_SPAN_SCOPE]

//! [ALLOCSPAN_UNTRACKED_SCOPE]
static char *copy_for_log(const char *text)
{
	ALLOCSPAN_UNTRACKED_SCOPE();

	return strdup(text); /* nobody's */
}
//! [ALLOCSPAN_UNTRACKED_SCOPE]

//! [ALLOCSPAN_SPAN]
static char *render(const char *text)
{
	ALLOCSPAN_SPAN("render", "component", "html");

	return strdup(text); /* belongs to the group render, made on the first call */
}
//! [ALLOCSPAN_SPAN]

//! [allocspan_site_enter]
/* What ALLOCSPAN_SPAN("compress", "level", "9") stands for, where the macro does not fit. */
static char *compress(const char *text)
{
	static const char *const strings[] = { "compress", "level", "9" };
	static struct allocspan_site site = { .strings = strings, .string_count = 3 };
	struct allocspan_guard guard = allocspan_site_enter(&site);
	char *copy = strdup(text);

	allocspan_guard_exit(&guard);
	return copy;
}
//! [allocspan_site_enter]

static void check_owner(char *block, uint64_t id)
{
	assert(block && allocspan_block_group_id(block) == id);
	free(block);
}

static void check_component(char *block, const char *name, const char *key, const char *value)
{
	const struct allocspan_tag tags[] = { { key, value } };
	struct allocspan_token *token = allocspan_token_intern(name, tags, 1);

	check_owner(block, allocspan_token_id(token));
	allocspan_token_release(token);
}

int main(void)
{
	struct allocspan_token *token = allocspan_token_register("parser", NULL, 0);
	struct allocspan_span *span = allocspan_span_create("request");

	assert(token && span && allocspan_span_attach(span, token) == 0);
	assert(!parse(token, ""));
	check_owner(parse(token, "text"), allocspan_token_id(token));
	check_owner(answer(span), allocspan_token_id(token));
	{
		ALLOCSPAN_SCOPE(token);
		check_owner(copy_for_log("text"), 0);
	}
	check_component(render("text"), "render", "component", "html");
	check_component(compress("text"), "compress", "level", "9");
	assert(allocspan_current_group_id() == 0);
	allocspan_span_release(span);
	allocspan_token_release(token);
	assert(allocspan_misuse_count() == 0);
	return 0;
}
