/* SPDX-License-Identifier: MIT */
/*
 * The tags of a group, as a ledger has them: a string in its image.
 */
#ifndef ASPAN_LEDGER_TAGS_H
#define ASPAN_LEDGER_TAGS_H

#include "image.h"

/*
 * Sets *tags to a string of its own, which the caller frees also after an error; an empty one if it is not in the file. 0 or
 * negative errno.
 */
int aspan_ledger_read_tags(struct aspan_ledger_image *image, uint64_t id, uint64_t address,
			   uint64_t length, const char **tags);

/* Sets the error, and returns -ENOMEM. */
int aspan_ledger_fail_without_memory(struct aspan_ledger_image *image);

#endif
