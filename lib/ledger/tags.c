/* SPDX-License-Identifier: MIT */
/*
 * See tags.h.
 */
#include "tags.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any string of tags: a name and all tags, each byte escaped. */
#define TAGS_BYTES_MAX 16384

int aspan_ledger_fail_without_memory(struct aspan_ledger_image *image)
{
	return aspan_ledger_fail(image->error, -ENOMEM, image->name,
				 "out of memory while reading it");
}

static bool is_tag_string(const char *tags, uint64_t length)
{
	return length >= 2 && tags[0] == ',' && tags[length - 1] == ',' &&
	       strnlen(tags, length + 1) == length;
}

int aspan_ledger_read_tags(struct aspan_ledger_image *image, uint64_t id, uint64_t address,
			   uint64_t length, const char **tags)
{
	char *string;
	int result;

	if (length > TAGS_BYTES_MAX) {
		return aspan_ledger_image_is_damaged(
			image, "the tags of group %" PRIu64 " have %" PRIu64 " bytes", id, length);
	}
	string = calloc(1, length + 1);
	if (!string) {
		return aspan_ledger_fail_without_memory(image);
	}
	*tags = string;
	result = aspan_ledger_image_share(image, address, string, length + 1, "a string of tags");
	if (result) {
		return result < 0 ? result : 0;
	}
	if (!is_tag_string(string, length)) {
		return aspan_ledger_image_is_damaged(image,
						     "the tags of group %" PRIu64 " are none", id);
	}
	return 0;
}
