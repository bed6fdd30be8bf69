/* SPDX-License-Identifier: MIT */
/*
 * Reads the field `tags` of the trace: `,group=NAME,KEY=VALUE,KEY=VALUE,`.
 *
 * In names, keys and values `,` `=` and `\` are escaped with `\`. Anything else, in any encoding, stands
 * for itself. The input is of the trace and may be anything.
 */
#ifndef ASPAN_ANALYSIS_TAG_STRING_H
#define ASPAN_ANALYSIS_TAG_STRING_H

#include <stddef.h>

struct aspan_tag {
	const char *key;
	const char *value;
};

struct aspan_tags {
	const char *name; /* of the group */
	struct aspan_tag *tags;
	size_t tag_count;
	char *storage; /* what the others point into */
};

/*
 * Parses a string into *tags, unescaped; aspan_tags_fini() frees it. 0; -EINVAL if the string is not of
 * the form above; -ENOMEM. On failure *tags is all zero.
 */
int aspan_tags_parse(const char *string, struct aspan_tags *tags);

/* All zero is allowed, and what it leaves. */
void aspan_tags_fini(struct aspan_tags *tags);

#endif
