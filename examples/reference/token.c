/* SPDX-License-Identifier: MIT */
/*
 * Examples of the functions of token.h; Doxygen shows them one by one. Run it: every assertion
 * holds.
 */
#include <allocspan/token.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct allocspan_token *register_parser(void)
{
	//! [allocspan_token_register]
	static const struct allocspan_tag tags[] = { { "format", "xml" }, { "strict", "yes" } };
	struct allocspan_token *parser = allocspan_token_register("parser", tags, 2);

	if (!parser) {
		perror("cannot register the group parser");
		return NULL;
	}
	//! [allocspan_token_register]
	assert(!allocspan_token_register("", NULL, 0) && errno == EINVAL);
	return parser;
}

static void intern(const char *tenant)
{
	//! [allocspan_token_intern]
	const struct allocspan_tag tags[] = { { "tenant", tenant } };
	struct allocspan_token *first = allocspan_token_intern("request", tags, 1);
	struct allocspan_token *second = allocspan_token_intern("request", tags, 1);

	/* The same group; each call gave a reference. */
	assert(first && first == second);
	allocspan_token_release(first);
	allocspan_token_release(second);
	//! [allocspan_token_intern]
}

struct connection {
	struct allocspan_token *owner;
};

static void retain(struct allocspan_token *parser)
{
	struct connection connection;

	//! [allocspan_token_retain]
	/* The connection may outlive whoever opened it, so it holds a reference of its own. */
	connection.owner = allocspan_token_retain(parser);
	//! [allocspan_token_retain]
	assert(connection.owner == parser);
	allocspan_token_release(connection.owner);
}

static void release(void)
{
	//! [allocspan_token_release]
	struct allocspan_token *import = allocspan_token_register("import", NULL, 0);
	struct allocspan_guard guard = allocspan_token_enter(import);
	char *name = strdup("kept");

	allocspan_guard_exit(&guard);
	allocspan_token_release(import);
	free(name); /* still attributed to the group import, whose memory is reclaimed now */
	//! [allocspan_token_release]
}

static void get_root(void)
{
	//! [allocspan_token_get_root]
	struct allocspan_stats stats;

	allocspan_token_stats(allocspan_token_get_root(), &stats);
	printf("%llu bytes belong to nobody in particular\n",
	       (unsigned long long) stats.live_bytes);
	//! [allocspan_token_get_root]
	assert(allocspan_token_id(allocspan_token_get_root()) == ALLOCSPAN_ROOT_GROUP_ID);
}

static void id_and_name(struct allocspan_token *parser)
{
	//! [allocspan_token_id]
	struct allocspan_guard guard = allocspan_token_enter(parser);

	assert(allocspan_current_group_id() == allocspan_token_id(parser));
	allocspan_guard_exit(&guard);
	//! [allocspan_token_id]

	//! [allocspan_token_name]
	assert(strcmp(allocspan_token_name(parser), "parser") == 0);
	//! [allocspan_token_name]
}

static char *enter(struct allocspan_token *parser)
{
	//! [allocspan_token_enter]
	struct allocspan_guard guard = allocspan_token_enter(parser);
	char *element = strdup("element"); /* belongs to the parser */

	allocspan_guard_exit(&guard);
	//! [allocspan_token_enter]
	return element;
}

static void stats(struct allocspan_token *parser)
{
	//! [allocspan_token_stats]
	struct allocspan_stats before, after;
	char *element;

	allocspan_token_stats(parser, &before);
	element = enter(parser); /* as above: 8 bytes */
	allocspan_token_stats(parser, &after);
	assert(after.live_blocks == before.live_blocks + 1);
	assert(after.live_bytes == before.live_bytes + strlen("element") + 1);
	//! [allocspan_token_stats]
	free(element);
}

static void budget(struct allocspan_token *parser)
{
	//! [allocspan_token_budget_set]
	/*
	 * From now on, `budget_exceeded` is recorded when the parser comes to hold more than 1 MiB.
	 */
	int status = allocspan_token_budget_set(parser, 1024 * 1024);

	if (status < 0) {
		fprintf(stderr, "cannot set a budget: %s\n", strerror(-status));
	}
	//! [allocspan_token_budget_set]
	assert(status == 0);
}

int main(void)
{
	struct allocspan_token *parser = register_parser();

	assert(parser);
	intern("42");
	retain(parser);
	release();
	get_root();
	id_and_name(parser);
	stats(parser);
	budget(parser);
	allocspan_token_release(parser);
	assert(allocspan_misuse_count() == 0);
	return 0;
}
