/* SPDX-License-Identifier: MIT */
/*
 * Making a token for one of the library's own callers, which tells where the program called it.
 */
#ifndef ASPAN_CORE_TOKEN_H
#define ASPAN_CORE_TOKEN_H

#include <allocspan/token.h>

#include <stdbool.h>

/* As allocspan_token_register() or, `interned`, allocspan_token_intern(). */
struct allocspan_token *aspan_token_make(const char *name, const struct allocspan_tag *tags,
					 size_t tag_count, bool interned, void *ip);

#endif
