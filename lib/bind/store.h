/* SPDX-License-Identifier: MIT */
/*
 * Memory for the library's own objects, straight from mmap: malloc would come back to the interposer.
 *
 * A store only grows, and is given back as a whole.
 */
#ifndef ASPAN_BIND_STORE_H
#define ASPAN_BIND_STORE_H

#include <stddef.h>

struct aspan_bind_store {
	void *chunks; /* a list through their first words */
	char *at;
	size_t left_bytes;
};

/* Zeroed, aligned to 16 bytes; NULL without memory. One thread at a time. */
void *aspan_bind_store_alloc(struct aspan_bind_store *store, size_t size_bytes);

void aspan_bind_store_fini(struct aspan_bind_store *store);

/* Zeroed pages of their own; NULL without memory. `errno` is kept. */
void *aspan_bind_map(size_t size_bytes);
void aspan_bind_unmap(void *memory, size_t size_bytes);

#endif
