/* SPDX-License-Identifier: MIT */
/*
 * The C allocation functions as the program sees them.
 *
 * Each is the real function, called once with the caller's arguments and its answer passed on, and a word to the core.
 * While no group is active that is one test after malloc and one before free.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap.h"
#include "next.h"
#include "record.h"

#define EXPORT __attribute__((visibility("default")))

/* C23; not declared by every libc. */
void free_sized(void *block, size_t size);
void free_aligned_sized(void *block, size_t alignment, size_t size);
/* stdlib.h and malloc.h declare these with attributes that say more than holds for what is underneath. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void *reallocarray(void *block, size_t count, size_t size);
void free(void *block);
int posix_memalign(void **block, size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);
void *valloc(size_t size);
void *pvalloc(size_t size);
size_t malloc_usable_size(void *block);
/* Called by liblttng-ust before it starts threads; it has a weak one that does nothing. */
void lttng_ust_libc_wrapper_malloc_ctor(void);

/* Tells the core of a new block, if there was one, and returns it. */
static inline void *allocated(void *block, size_t size, enum aspan_trace_kind kind, void *ip)
{
	if (aspan_unlikely(aspan_record_wanted()) && block) {
		aspan_record_alloc(block, size, kind, ip);
	}
	return block;
}

/* Tells the core that a block is about to be freed. True if there is nothing left to free. */
static inline bool freed(void *block, enum aspan_trace_kind kind, void *ip)
{
	if (aspan_unlikely(aspan_owner_is_set(block))) {
		aspan_record_free(block, kind, ip);
	}
	return aspan_unlikely(aspan_bootstrap_has(block) || !aspan_next_is_ready());
}

EXPORT void *malloc(size_t size)
{
	if (aspan_unlikely(!aspan_next_is_ready())) {
		return aspan_bootstrap_alloc(1, size);
	}
	return allocated(aspan_next.malloc(size), size, ASPAN_KIND_MALLOC, ASPAN_CALLER_IP());
}

EXPORT void *calloc(size_t count, size_t size)
{
	size_t bytes;

	if (aspan_unlikely(!aspan_next_is_ready())) {
		if (__builtin_mul_overflow(count, size, &bytes)) {
			errno = ENOMEM;
			return NULL;
		}
		return aspan_bootstrap_alloc(1, bytes);
	}
	/* Where the product overflows there is no block. */
	return allocated(aspan_next.calloc(count, size), count * size, ASPAN_KIND_CALLOC,
			 ASPAN_CALLER_IP());
}

static ASPAN_SLOW void *realloc_bootstrap(void *block, size_t size)
{
	size_t old_size = block ? aspan_bootstrap_size(block) : 0;
	void *grown = aspan_next_is_ready() ? aspan_next.malloc(size) : aspan_bootstrap_alloc(1, size);

	if (grown && block) {
		memcpy(grown, block, old_size < size ? old_size : size);
	}
	return grown;
}

static inline void *reallocate(void *block, size_t size, void *ip)
{
	struct aspan_owner owner;
	bool is_tracked;
	void *moved;

	if (aspan_unlikely(aspan_bootstrap_has(block) || !aspan_next_is_ready())) {
		return allocated(realloc_bootstrap(block, size), size, ASPAN_KIND_REALLOC, ip);
	}
	is_tracked = aspan_unlikely(aspan_owner_is_set(block)) &&
		     aspan_record_realloc_begin(block, &owner, ip);
	moved = aspan_next.realloc(block, size);
	if (is_tracked) {
		/* With a size of 0, null may be the answer of an allocator that freed the block, as glibc does. */
		if (moved || size == 0) {
			aspan_record_realloc_end(&owner);
		} else {
			aspan_record_realloc_undo(block, &owner, ip);
		}
	}
	return allocated(moved, size, ASPAN_KIND_REALLOC, ip);
}

EXPORT void *realloc(void *block, size_t size)
{
	return reallocate(block, size, ASPAN_CALLER_IP());
}

/* The real one would come back to our realloc, and the block be counted twice. */
EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return reallocate(block, bytes, ASPAN_CALLER_IP());
}

EXPORT void free(void *block)
{
	if (freed(block, ASPAN_KIND_MALLOC, ASPAN_CALLER_IP())) {
		return;
	}
	aspan_next.free(block);
}

EXPORT void free_sized(void *block, size_t size)
{
	if (freed(block, ASPAN_KIND_MALLOC, ASPAN_CALLER_IP())) {
		return;
	}
	if (aspan_next.free_sized) {
		aspan_next.free_sized(block, size);
	} else {
		aspan_next.free(block);
	}
}

EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
	if (freed(block, ASPAN_KIND_MEMALIGN, ASPAN_CALLER_IP())) {
		return;
	}
	if (aspan_next.free_aligned_sized) {
		aspan_next.free_aligned_sized(block, alignment, size);
	} else {
		aspan_next.free(block);
	}
}

static bool is_power_of_two(size_t number)
{
	return number && !(number & (number - 1));
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
	int saved_errno = errno;
	void *found;
	int error;

	if (aspan_unlikely(!aspan_next_is_ready())) {
		if (!is_power_of_two(alignment) || alignment % sizeof(void *)) {
			return EINVAL;
		}
		found = aspan_bootstrap_alloc(alignment, size);
		errno = saved_errno;
		if (!found) {
			return ENOMEM;
		}
		*block = found;
		return 0;
	}
	error = aspan_next.posix_memalign(block, alignment, size);
	if (!error) {
		allocated(*block, size, ASPAN_KIND_MEMALIGN, ASPAN_CALLER_IP());
	}
	return error;
}

static ASPAN_SLOW void *align_bootstrap(size_t alignment, size_t size)
{
	if (!is_power_of_two(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return aspan_bootstrap_alloc(alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	if (aspan_unlikely(!aspan_next_is_ready())) {
		return align_bootstrap(alignment, size);
	}
	return allocated(aspan_next.aligned_alloc(alignment, size), size, ASPAN_KIND_MEMALIGN,
			 ASPAN_CALLER_IP());
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	if (aspan_unlikely(!aspan_next_is_ready())) {
		return align_bootstrap(alignment, size);
	}
	return allocated(aspan_next.memalign(alignment, size), size, ASPAN_KIND_MEMALIGN,
			 ASPAN_CALLER_IP());
}

EXPORT void *valloc(size_t size)
{
	if (aspan_unlikely(!aspan_next_is_ready())) {
		return align_bootstrap((size_t) getpagesize(), size);
	}
	return allocated(aspan_next.valloc(size), size, ASPAN_KIND_MEMALIGN, ASPAN_CALLER_IP());
}

EXPORT void *pvalloc(size_t size)
{
	if (aspan_unlikely(!aspan_next_is_ready())) {
		size_t page = (size_t) getpagesize();

		return align_bootstrap(page, (size + page - 1) & ~(page - 1));
	}
	return allocated(aspan_next.pvalloc(size), size, ASPAN_KIND_MEMALIGN, ASPAN_CALLER_IP());
}

EXPORT size_t malloc_usable_size(void *block)
{
	if (aspan_unlikely(aspan_bootstrap_has(block) || !aspan_next_is_ready())) {
		return block ? aspan_bootstrap_size(block) : 0;
	}
	return aspan_next.malloc_usable_size(block);
}

EXPORT void lttng_ust_libc_wrapper_malloc_ctor(void)
{
	aspan_next_is_ready();
}
