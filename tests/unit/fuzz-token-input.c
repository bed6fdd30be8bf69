/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of what a program gives to the recording side: names and tags of any content. Each is refused with a
 * documented error or recorded so that the analysing side reads just the same again.
 *
 * The input is strings, each ended by a zero: the name, then keys and values in turn.
 */
#include <allocspan/allocspan.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "group.h"
#include "tag-string.h"

enum { STRINGS_MAX = 1 + 2 * (ALLOCSPAN_TAGS_MAX + 2) };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition) {
		abort();
	}
}

static void expect_same(const struct allocspan_token *token, const char *name,
			const struct allocspan_tag *tags, size_t tag_count)
{
	/* What the trace has is what was given, on both sides. */
	struct aspan_tags read;

	expect(aspan_tags_parse(token->tag_string, &read) == 0);
	expect(strcmp(read.name, name) == 0 && strcmp(token->view.name, name) == 0);
	expect(read.tag_count == tag_count && token->view.tag_count == tag_count);
	for (size_t i = 0; i < tag_count; i++) {
		expect(strcmp(read.tags[i].key, tags[i].key) == 0);
		expect(strcmp(read.tags[i].value, tags[i].value) == 0);
		expect(strcmp(token->view.tags[i].key, tags[i].key) == 0);
		expect(strcmp(token->view.tags[i].value, tags[i].value) == 0);
	}
	aspan_tags_fini(&read);
}

static void try_tags(const char *name, const struct allocspan_tag *tags, size_t tag_count)
{
	struct allocspan_token *token = allocspan_token_register(name, tags, tag_count);
	struct allocspan_token *interned = allocspan_token_intern(name, tags, tag_count);
	struct allocspan_token *again = allocspan_token_intern(name, tags, tag_count);

	expect(interned == again && !token == !interned);
	if (!token) {
		expect(errno == EINVAL || errno == ENAMETOOLONG || errno == E2BIG);
		return;
	}
	expect(token != interned);
	expect_same(token, name, tags, tag_count);
	expect_same(interned, name, tags, tag_count);
	allocspan_token_release(token);
	allocspan_token_release(interned);
	allocspan_token_release(again);
}

static void try_span(const char *name)
{
	struct allocspan_span *span = allocspan_span_create(name);

	expect(span || errno == EINVAL || errno == ENAMETOOLONG);
	allocspan_span_release(span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *strings[STRINGS_MAX];
	struct allocspan_tag tags[STRINGS_MAX / 2];
	char *copy = malloc(size + 1);
	size_t count = 0;

	memcpy(copy, data, size);
	copy[size] = '\0';
	for (size_t i = 0; i <= size && count < STRINGS_MAX; i += strlen(copy + i) + 1) {
		strings[count++] = copy + i;
	}
	for (size_t i = 0; i < (count - 1) / 2; i++) {
		tags[i].key = strings[1 + 2 * i];
		tags[i].value = strings[2 + 2 * i];
	}
	try_tags(strings[0], tags, (count - 1) / 2);
	try_span(strings[0]);
	free(copy);
	return 0;
}
