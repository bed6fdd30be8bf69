/* SPDX-License-Identifier: MIT */
/*
 * Finds what somebody may have meant who misspelt the name of a tracepoint.
 */
#ifndef ASPAN_BIND_NEAR_NAMES_H
#define ASPAN_BIND_NEAR_NAMES_H

#include <stddef.h>

#define ASPAN_BIND_NEAR_NAMES_MAX 3
#define ASPAN_BIND_NAME_BYTES 256

struct aspan_bind_near_names {
	const char *meant; /* PROVIDER:NAME */
	char names[ASPAN_BIND_NEAR_NAMES_MAX][ASPAN_BIND_NAME_BYTES];
	unsigned int slips[ASPAN_BIND_NEAR_NAMES_MAX];
	size_t count;
};

/* Offers a name that exists; the nearest are kept, each once. */
void aspan_bind_near_names_add(struct aspan_bind_near_names *near, const char *provider,
			       const char *name);

/* ", did you mean 'a:b' or 'a:c'?", or nothing. */
void aspan_bind_near_names_text(const struct aspan_bind_near_names *near, char *text,
				size_t text_bytes);

#endif
