/* SPDX-License-Identifier: MIT */
/*
 * Which rows a place belongs to: the values of its keys, as numbers.
 *
 * A number is an index (group, process, thread, call site: of the model and the tally), or of a text (tag, host: in the
 * tally's values; span: in the names of the tree), or KEY_INDEX_NONE or KEY_INDEX_UNSEEN. It is part of the tally.
 */
#ifndef ASPAN_ANALYSIS_TALLY_KEYS_H
#define ASPAN_ANALYSIS_TALLY_KEYS_H

#include "tally.h"

/* The place with this key; a new one gets its rows. 0 or -ENOMEM. */
int aspan_tally_find_place(struct aspan_tally *tally, const struct aspan_model *model,
			   const struct aspan_place_key *key, uint64_t time_ns, uint32_t *place);

/* Begins a breakdown for each tag key of the group that has none, as long as there is room. 0 or -ENOMEM. */
int aspan_tally_add_found_tags(struct aspan_tally *tally, const struct aspan_tags *tags);

#endif
