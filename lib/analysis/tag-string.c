/* SPDX-License-Identifier: MIT */
/*
 * Reads the field `tags` of the trace.
 *
 * Unescaping makes a string shorter or leaves its length, so the pieces are written into a copy of
 * the string, each over what was read of it; the separators make room for their final zeros.
 */
#include "tag-string.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_KEY "group"

static int is_special(char c)
{
	return c == ',' || c == '=' || c == '\\';
}

/*
 * Unescapes up to the unescaped separator, ends the piece there and moves *cursor behind it. Gives
 * the piece, or NULL if something else comes first.
 */
static const char *take_piece(char **cursor, char separator)
{
	char *piece = *cursor;
	char *out = piece;

	for (char *in = piece; *in; in++) {
		if (*in == separator) {
			*out = '\0';
			*cursor = in + 1;
			return piece;
		}
		if (*in == '\\' && is_special(in[1])) {
			in++;
		} else if (is_special(*in)) {
			return NULL;
		}
		*out++ = *in;
	}
	return NULL;
}

static int take_pair(char **cursor, struct aspan_tag *tag)
{
	tag->key = take_piece(cursor, '=');
	if (!tag->key || !*tag->key) {
		return -EINVAL;
	}
	tag->value = take_piece(cursor, ',');
	return tag->value ? 0 : -EINVAL;
}

static size_t count_commas(const char *string)
{
	size_t count = 0;

	while ((string = strchr(string, ','))) {
		count++;
		string++;
	}
	return count;
}

static int parse(char *cursor, struct aspan_tags *tags)
{
	struct aspan_tag first;

	if (*cursor++ != ',' || take_pair(&cursor, &first) || strcmp(first.key, NAME_KEY) != 0) {
		return -EINVAL;
	}
	tags->name = first.value;
	while (*cursor) {
		if (take_pair(&cursor, &tags->tags[tags->tag_count])) {
			return -EINVAL;
		}
		tags->tag_count++;
	}
	return 0;
}

int aspan_tags_parse(const char *string, struct aspan_tags *tags)
{
	int result = -ENOMEM;

	/* Every tag ends with a comma, so there are fewer of them than commas. */
	*tags = (struct aspan_tags){
		.storage = strdup(string),
		.tags = calloc(count_commas(string) + 1, sizeof(*tags->tags)),
	};
	if (tags->storage && tags->tags) {
		result = parse(tags->storage, tags);
	}
	if (result) {
		aspan_tags_fini(tags);
	}
	return result;
}

void aspan_tags_fini(struct aspan_tags *tags)
{
	free(tags->storage);
	free(tags->tags);
	*tags = (struct aspan_tags){ 0 };
}
