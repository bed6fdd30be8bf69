/* SPDX-License-Identifier: MIT */
/*
 * The allocator underneath: the functions that the interposer stands in front of.
 *
 * They are looked up once, at the latest by our constructor, earlier if somebody allocates before it. What
 * is allocated by the look-up itself comes from bootstrap.h.
 */
#ifndef ASPAN_PRELOAD_NEXT_H
#define ASPAN_PRELOAD_NEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

/* X(name, result, (parameters)); a null pointer stands for what the allocator underneath does not have. */
#define ASPAN_NEXT_FUNCTIONS(X)                                                                    \
	X(malloc, void *, (size_t size))                                                           \
	X(calloc, void *, (size_t count, size_t size))                                             \
	X(realloc, void *, (void *block, size_t size))                                             \
	X(free, void, (void *block))                                                               \
	X(posix_memalign, int, (void **block, size_t alignment, size_t size))                      \
	X(aligned_alloc, void *, (size_t alignment, size_t size))                                  \
	X(memalign, void *, (size_t alignment, size_t size))                                       \
	X(valloc, void *, (size_t size))                                                           \
	X(pvalloc, void *, (size_t size))                                                          \
	X(malloc_usable_size, size_t, (void *block))                                               \
	X(free_sized, void, (void *block, size_t size))                                            \
	X(free_aligned_sized, void, (void *block, size_t alignment, size_t size))

struct aspan_next {
#define ASPAN_NEXT_MEMBER(name, result, parameters) result(*name) parameters;
	ASPAN_NEXT_FUNCTIONS(ASPAN_NEXT_MEMBER)
#undef ASPAN_NEXT_MEMBER
};

/* All null until the look-up is done. */
extern struct aspan_next aspan_next;

/* Looks the functions up. False while this thread is in the middle of that: use bootstrap.h. */
ASPAN_SLOW bool aspan_next_resolve(void);

/* Whether aspan_next can be called. */
static inline bool aspan_next_is_ready(void)
{
	return aspan_likely(aspan_next.free != NULL) || aspan_next_resolve();
}

/*
 * A C++ operator: the next definition after ours, or the one that the calling object would have found without us. NULL
 * if there is none.
 */
void *aspan_next_operator(const char *mangled_name, const void *ours, const void *caller);

#endif
