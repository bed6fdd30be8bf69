/* SPDX-License-Identifier: MIT */
/*
 * See near-names.h.
 */
#include "near-names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A name that is further away is not a slip: a third of its letters. */
#define SLIPS_PART 3
/* Beside a name that is so much nearer, another one was hardly meant. */
#define SLIPS_FACTOR 2

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int lower = a < b ? a : b;

	return lower < c ? lower : c;
}

/* How many letters must be typed, deleted or changed to make one name the other (Levenshtein). */
static unsigned int count_slips(const char *typed, const char *meant)
{
	unsigned int previous[ASPAN_BIND_NAME_BYTES + 1];
	unsigned int current[ASPAN_BIND_NAME_BYTES + 1];
	size_t width = strnlen(meant, ASPAN_BIND_NAME_BYTES);

	for (size_t j = 0; j <= width; j++) {
		previous[j] = (unsigned int) j;
	}
	for (size_t i = 0; typed[i]; i++) {
		current[0] = (unsigned int) i + 1;
		for (size_t j = 0; j < width; j++) {
			current[j + 1] = least(previous[j + 1] + 1, current[j] + 1,
					       previous[j] + (typed[i] != meant[j]));
		}
		memcpy(previous, current, (width + 1) * sizeof(previous[0]));
	}
	return previous[width];
}

/* The right event of another provider is one slip, and so is the other case. */
static unsigned int distance(const char *typed, const char *meant)
{
	const char *typed_event = strchr(typed, ':');
	const char *meant_event = strchr(meant, ':');

	if (strcasecmp(typed, meant) == 0 ||
	    (typed_event && meant_event && strcmp(typed_event, meant_event) == 0)) {
		return 1;
	}
	return count_slips(typed, meant);
}

static void insert(struct aspan_bind_near_names *near, size_t at, const char *name,
		   unsigned int slips)
{
	size_t last = near->count < ASPAN_BIND_NEAR_NAMES_MAX ? near->count++ :
								ASPAN_BIND_NEAR_NAMES_MAX - 1;

	for (size_t i = last; i > at; i--) {
		memcpy(near->names[i], near->names[i - 1], ASPAN_BIND_NAME_BYTES);
		near->slips[i] = near->slips[i - 1];
	}
	snprintf(near->names[at], ASPAN_BIND_NAME_BYTES, "%s", name);
	near->slips[at] = slips;
}

void aspan_bind_near_names_add(struct aspan_bind_near_names *near, const char *provider,
			       const char *name)
{
	char full[ASPAN_BIND_NAME_BYTES];
	unsigned int slips;
	size_t at = 0;

	snprintf(full, sizeof(full), "%s:%s", provider, name);
	slips = distance(near->meant, full);
	if (slips > strlen(near->meant) / SLIPS_PART) {
		return;
	}
	for (size_t i = 0; i < near->count; i++) {
		if (strcmp(near->names[i], full) == 0) {
			return;
		}
	}
	while (at < near->count && near->slips[at] <= slips) {
		at++;
	}
	if (at < ASPAN_BIND_NEAR_NAMES_MAX) {
		insert(near, at, full, slips);
	}
}

void aspan_bind_near_names_text(const struct aspan_bind_near_names *near, char *text,
				size_t text_bytes)
{
	size_t length = 0;
	size_t count = 0;

	text[0] = '\0';
	while (count < near->count && near->slips[count] <= SLIPS_FACTOR * near->slips[0]) {
		count++;
	}
	for (size_t i = 0; i < count && length < text_bytes; i++) {
		const char *before = i == 0 ? "; did you mean " : i + 1 == count ? " or " : ", ";
		int more = snprintf(text + length, text_bytes - length, "%s'%s'%s", before,
				    near->names[i], i + 1 == count ? "?" : "");

		length += more > 0 ? (size_t) more : 0;
	}
}
