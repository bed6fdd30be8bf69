/* SPDX-License-Identifier: MIT */
/*
 * Call sites and call stacks of blocks.
 */
#ifndef ASPAN_ANALYSIS_TALLY_STACKS_H
#define ASPAN_ANALYSIS_TALLY_STACKS_H

#include "tally.h"

/* Sets call site and stack of an alloc, as far as they are known, and ends the period of a pending stack. 0 or -ENOMEM. */
int aspan_tally_find_code(struct aspan_tally *tally, uint32_t process, uint32_t thread,
			  const struct aspan_event *event, struct aspan_place_key *key);

#endif
