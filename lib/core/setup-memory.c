/* SPDX-License-Identifier: MIT */
/*
 * See setup-memory.h.
 */
#include "setup-memory.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>

#include "arena.h"
#include "lock.h"
#include "owner-map.h"

/* In front of each block. */
struct header {
	alignas(max_align_t) size_t size_bytes;
};

static size_t padded(size_t size_bytes)
{
	return sizeof(struct header) + size_bytes;
}

static struct header *take(size_t size_bytes)
{
	struct aspan_lock lock = aspan_lock();
	struct header *header = aspan_arena_alloc(padded(size_bytes));

	aspan_unlock(&lock);
	return header;
}

static void give_back(struct header *header)
{
	size_t size_bytes = padded(header->size_bytes);
	struct aspan_lock lock = aspan_lock();

	aspan_arena_free(header, size_bytes);
	aspan_unlock(&lock);
}

void *aspan_setup_memory_alloc(size_t size_bytes)
{
	struct header *header = size_bytes < PTRDIFF_MAX ? take(size_bytes) : NULL;

	if (header) {
		header->size_bytes = size_bytes;
		if (aspan_owner_mark_foreign(header + 1) == 0) {
			return header + 1;
		}
		give_back(header);
	}
	errno = ENOMEM;
	return NULL;
}

void aspan_setup_memory_free(void *block)
{
	aspan_owner_store(aspan_owner_word(block), 0);
	give_back((struct header *) block - 1);
}

size_t aspan_setup_memory_size(const void *block)
{
	return ((const struct header *) block)[-1].size_bytes;
}
