/* SPDX-License-Identifier: MIT */
/*
 * The allocator underneath: the functions that the interposer stands in front of.
 *
 * They are looked up once, at the latest by our constructor. Until then the table holds functions that look the real
 * ones up first, and serve what is allocated by the look-up itself from bootstrap.h; so callers need not ask.
 */
#ifndef ASPAN_PRELOAD_NEXT_H
#define ASPAN_PRELOAD_NEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

/* X(name, result, (parameters), (arguments)) */
#define ASPAN_NEXT_FUNCTIONS(X)                                                                    \
	X(malloc, void *, (size_t size), (size))                                                   \
	X(calloc, void *, (size_t count, size_t size), (count, size))                              \
	X(realloc, void *, (void *block, size_t size), (block, size))                              \
	X(reallocarray, void *, (void *block, size_t count, size_t size), (block, count, size))    \
	X(posix_memalign, int, (void **block, size_t alignment, size_t size),                      \
	  (block, alignment, size))                                                                \
	X(aligned_alloc, void *, (size_t alignment, size_t size), (alignment, size))               \
	X(memalign, void *, (size_t alignment, size_t size), (alignment, size))                    \
	X(valloc, void *, (size_t size), (size))                                                   \
	X(pvalloc, void *, (size_t size), (size))                                                  \
	X(malloc_usable_size, size_t, (void *block), (block))                                      \
	ASPAN_NEXT_FREE_FUNCTIONS(X)

/* Those that take a block back; the sized ones are of C23 and not everywhere: free() stands in for them. */
#define ASPAN_NEXT_FREE_FUNCTIONS(X)                                                               \
	X(free, void, (void *block), (block))                                                      \
	X(free_sized, void, (void *block, size_t size), (block, size))                             \
	X(free_aligned_sized, void, (void *block, size_t alignment, size_t size),                  \
	  (block, alignment, size))

struct aspan_next {
#define ASPAN_NEXT_MEMBER(name, result, parameters, arguments) result(*name) parameters;
	ASPAN_NEXT_FUNCTIONS(ASPAN_NEXT_MEMBER)
#undef ASPAN_NEXT_MEMBER
};

/* Each member can be called at any time. */
extern struct aspan_next aspan_next;

/* Looks the functions up. False while this thread is in the middle of that. */
ASPAN_SLOW bool aspan_next_resolve(void);

/*
 * A C++ operator: the next definition after ours, or the one that the calling object would have found without us. NULL
 * if there is none.
 */
void *aspan_next_operator(const char *mangled_name, const void *ours, const void *caller);

#endif
