/* SPDX-License-Identifier: MIT */
/*
 * Finds what somebody may have meant who misspelt a word.
 */
#include "near-word.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A word that is further away is not a slip of the fingers. */
#define MAX_SLIPS 3
#define MAX_WORD 64

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int lower = a < b ? a : b;

	return lower < c ? lower : c;
}

/* How many letters must be typed, deleted or changed to make one word the other (Levenshtein). */
static unsigned int count_slips(const char *typed, const char *meant)
{
	unsigned int previous[MAX_WORD + 1], current[MAX_WORD + 1];
	size_t width = strlen(meant);

	if (strlen(typed) > MAX_WORD || width > MAX_WORD) {
		return UINT32_MAX;
	}
	for (size_t j = 0; j <= width; j++) {
		previous[j] = (unsigned int) j;
	}
	for (size_t i = 0; typed[i]; i++) {
		current[0] = (unsigned int) i + 1;
		for (size_t j = 0; j < width; j++) {
			current[j + 1] = least(previous[j + 1] + 1, current[j] + 1,
					       previous[j] + (typed[i] != meant[j]));
		}
		memcpy(previous, current, sizeof(previous));
	}
	return previous[width];
}

/* Of words with as many slips the first stays. A word of which nothing would be left was not meant. */
void aspan_near_word_offer(struct aspan_near_word *near, const char *word)
{
	unsigned int slips = count_slips(near->typed, word);
	unsigned int fewest = near->nearest ? near->slips : MAX_SLIPS + 1;

	if (slips < fewest && slips < strlen(word)) {
		near->nearest = word;
		near->slips = slips;
	}
}
