/* SPDX-License-Identifier: MIT */
/*
 * See store.h.
 */
#include "store.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#define CHUNK_BYTES ((size_t) 64 * 1024)
#define ALIGNMENT ((size_t) 16)

/* In front of each chunk. */
struct chunk {
	_Alignas(16) struct chunk *next;
	size_t size_bytes;
};

void *aspan_bind_map(size_t size_bytes)
{
	int saved_errno = errno;
	void *memory =
		mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	errno = saved_errno;
	return memory == MAP_FAILED ? NULL : memory;
}

void aspan_bind_unmap(void *memory, size_t size_bytes)
{
	int saved_errno = errno;

	if (memory) {
		munmap(memory, size_bytes);
	}
	errno = saved_errno;
}

void *aspan_bind_store_alloc(struct aspan_bind_store *store, size_t size_bytes)
{
	void *memory;

	size_bytes = (size_bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (size_bytes > store->left_bytes) {
		size_t chunk_bytes = CHUNK_BYTES;
		struct chunk *chunk;

		if (size_bytes + sizeof(*chunk) > chunk_bytes) {
			chunk_bytes = size_bytes + sizeof(*chunk);
		}
		chunk = aspan_bind_map(chunk_bytes);
		if (!chunk) {
			return NULL;
		}
		chunk->next = store->chunks;
		chunk->size_bytes = chunk_bytes;
		store->chunks = chunk;
		store->at = (char *) (chunk + 1);
		store->left_bytes = chunk_bytes - sizeof(*chunk);
	}
	memory = store->at;
	store->at += size_bytes;
	store->left_bytes -= size_bytes;
	return memory;
}

void aspan_bind_store_fini(struct aspan_bind_store *store)
{
	struct chunk *chunk = store->chunks;

	while (chunk) {
		struct chunk *next = chunk->next;

		aspan_bind_unmap(chunk, chunk->size_bytes);
		chunk = next;
	}
	*store = (struct aspan_bind_store){ .chunks = NULL };
}
