/* SPDX-License-Identifier: MIT */
/*
 * Finds what somebody may have meant who misspelt a word.
 *
 * Offer every word there is; what remains is the nearest, if it is no further away than a slip of the fingers.
 */
#ifndef ASPAN_CLI_NEAR_WORD_H
#define ASPAN_CLI_NEAR_WORD_H

struct aspan_near_word {
	const char *typed;
	const char *nearest; /* NULL: none is near; else one that was offered, not copied */
	unsigned int slips; /* of the nearest */
};

/* The word must live longer. */
void aspan_near_word_offer(struct aspan_near_word *near, const char *word);

#endif
