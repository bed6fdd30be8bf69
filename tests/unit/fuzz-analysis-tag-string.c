/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of the tag parser, built with clang: no input crashes it, and what it accepts can be put
 * together again to the same string.
 *
 *	cmake --build BUILD --target build-fuzz-analysis-tag-string && BUILD/tests/unit/fuzz-analysis-tag-string
 */
#include "tag-string.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_escaped(FILE *stream, const char *piece)
{
	for (; *piece; piece++) {
		if (strchr(",=\\", *piece)) {
			fputc('\\', stream);
		}
		fputc(*piece, stream);
	}
}

static char *put_together(const struct aspan_tags *tags)
{
	char *string;
	size_t length;
	FILE *stream = open_memstream(&string, &length);

	fputs(",group=", stream);
	write_escaped(stream, tags->name);
	for (size_t i = 0; i < tags->tag_count; i++) {
		fputc(',', stream);
		write_escaped(stream, tags->tags[i].key);
		fputc('=', stream);
		write_escaped(stream, tags->tags[i].value);
	}
	fputc(',', stream);
	fclose(stream);
	return string;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *string = strndup((const char *) data, size);
	struct aspan_tags tags;

	if (aspan_tags_parse(string, &tags) == 0) {
		char *again = put_together(&tags);

		if (strcmp(string, again) != 0) {
			abort();
		}
		free(again);
	}
	aspan_tags_fini(&tags);
	free(string);
	return 0;
}
