/* SPDX-License-Identifier: MIT */
/*
 * Blocks of all sizes, kinds and groups, with tags about as long as the hand-written probes take (tp/direct-probes.h), shorter
 * and longer. What is recorded is compared with what LTTng's own probes recorded in the same run (recorded-probes.sh).
 */
#include <allocspan/allocspan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With the group and the key, tags of 256 bytes are in the middle. */
#define SHORTEST 220
#define LONGEST ALLOCSPAN_VALUE_MAX

static void *volatile block;

static void allocate_and_free(size_t size)
{
	block = malloc(size);
	free(block);
	block = calloc(1, size);
	block = realloc(block, size + 1);
	free(block);
	block = aligned_alloc(64, 64 * size);
	free(block);
}

/* A group whose tags are `,group=probe,key=vvv,`, with so many v, or twice as much. */
static void in_group(unsigned int tag_count, size_t value_length, size_t size)
{
	char value[LONGEST + 1];
	const struct allocspan_tag tags[] = { { "key", value }, { "other", value } };
	struct allocspan_token *token;
	struct allocspan_guard guard;

	memset(value, 'v', value_length);
	value[value_length] = '\0';
	token = allocspan_token_register("probe", tags, tag_count);
	guard = allocspan_token_enter(token);
	allocate_and_free(size);
	allocspan_guard_exit(&guard);
	allocspan_token_release(token);
}

int main(void)
{
	struct allocspan_span *span = allocspan_span_create("inside");
	struct allocspan_guard guard = allocspan_span_enter(span);

	for (size_t length = SHORTEST; length <= LONGEST; length++) {
		in_group(1, length, length);
	}
	in_group(0, 0, 0);
	in_group(2, LONGEST, 1 << 20);
	allocspan_guard_exit(&guard);
	/* Enough for many events of the packed form. */
	for (size_t i = 0; i < 20000; i++) {
		in_group(1, 1 + i % 7, i % 300);
	}
	allocspan_span_release(span);
	return 0;
}
