/* SPDX-License-Identifier: MIT */
/*
 * The C allocation functions as the program sees them.
 *
 * Each is the real function, called once with the caller's arguments and its answer passed on, and a word to the core.
 * While no group is active that is one test after malloc and one before free.
 */
#include <errno.h>
#include <stdint.h>

#include "next.h"
#include "own-block.h"
#include "record.h"
#include "setup-memory.h"

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

/*
 * Each function has two forms: the one that the program calls, which passes the call on as it is while nothing has to be
 * tracked, by a jump; and a tracked one. So the dormant interposer costs a test and two jumps.
 */

/* Tells the core of a new block, if there was one, and returns it. */
static inline void *allocated(void *block, size_t size, enum aspan_trace_kind kind, void *ip)
{
	if (aspan_likely(block)) {
		aspan_record_alloc(block, size, kind, ip);
	}
	return block;
}

#define TRACKED __attribute__((noinline))

/*
 * While this thread is prepared, perhaps inside of malloc, what is called is malloc, calloc, realloc and free, by the
 * dynamic linker and the C library; the first three come to their tracked forms (aspan_thread_watch()).
 */
static inline bool is_preparing(void)
{
	return aspan_unlikely(aspan_thread.busy & ASPAN_BUSY_PREPARING);
}

/*
 * The library is at work on this thread: it calls malloc itself, or operator new and then we are to track what that returns, or
 * LTTng or a tracker do.
 */
static TRACKED void *malloc_while_busy(size_t size, void *ip)
{
	void *block;

	if (is_preparing()) {
		return aspan_setup_memory_alloc(size);
	}
	block = aspan_next.malloc(size);
	if (aspan_unlikely(aspan_owner_is_set(block))) {
		/* A free of that address was not seen: the core makes up for it. */
		aspan_record_alloc(block, size, ASPAN_KIND_MALLOC, ip);
	}
	return block;
}

static TRACKED void *malloc_tracked(size_t size, void *ip)
{
	if (aspan_unlikely(aspan_thread.busy)) {
		return malloc_while_busy(size, ip);
	}
	return allocated(aspan_next.malloc(size), size, ASPAN_KIND_MALLOC, ip);
}

EXPORT void *malloc(size_t size)
{
	if (aspan_record_wanted()) {
		return malloc_tracked(size, ASPAN_CALLER_IP());
	}
	return aspan_next.malloc(size);
}

/* Where the product overflows there is no block. */
static TRACKED void *calloc_tracked(size_t count, size_t size, void *ip)
{
	size_t bytes;

	if (is_preparing() && !__builtin_mul_overflow(count, size, &bytes)) {
		return aspan_setup_memory_alloc(bytes);
	}
	return allocated(aspan_next.calloc(count, size), count * size, ASPAN_KIND_CALLOC, ip);
}

EXPORT void *calloc(size_t count, size_t size)
{
	if (aspan_record_wanted()) {
		return calloc_tracked(count, size, ASPAN_CALLER_IP());
	}
	return aspan_next.calloc(count, size);
}

static void *pass_on_realloc(void *block, size_t size)
{
	if (aspan_unlikely(aspan_own_block_is(block))) {
		return aspan_own_block_realloc(block, size);
	}
	return aspan_next.realloc(block, size);
}

/*
 * The C library's reallocarray calls the realloc that the program has, ours or not, and others have one of their
 * own: so the call is passed on as it is, and a realloc inside it is not tracked again.
 */
static void *pass_on_reallocarray(void *block, size_t count, size_t size)
{
	uint32_t busy = aspan_record_allocator_begin();
	void *moved;

	if (aspan_unlikely(aspan_own_block_is(block))) {
		moved = aspan_own_block_realloc(block, count * size);
	} else {
		moved = aspan_next.reallocarray(block, count, size);
	}
	aspan_record_internal_end(busy);
	return moved;
}

/* What realloc and reallocarray tell the core after the real call; `owner` is NULL for an untracked block. */
static void *reallocated(void *block, void *moved, size_t size, const struct aspan_owner *owner,
			 void *ip)
{
	if (owner) {
		/* With a size of 0, null may be the answer of an allocator that freed the block, as glibc does. */
		if (moved || size == 0) {
			aspan_record_realloc_end(owner);
		} else {
			aspan_record_realloc_undo(block, owner, ip);
		}
	}
	if (moved && aspan_record_wanted()) {
		aspan_record_alloc(moved, size, ASPAN_KIND_REALLOC, ip);
	}
	return moved;
}

static bool realloc_begins(void *block, struct aspan_owner *owner, void *ip)
{
	return aspan_owner_is_set(block) && aspan_record_realloc_begin(block, owner, ip);
}

static TRACKED void *realloc_tracked(void *block, size_t size, void *ip)
{
	struct aspan_owner owner;
	bool is_tracked;

	if (is_preparing()) {
		return aspan_own_block_replace(block, size);
	}
	is_tracked = realloc_begins(block, &owner, ip);
	return reallocated(block, pass_on_realloc(block, size), size, is_tracked ? &owner : NULL,
			   ip);
}

static TRACKED void *reallocarray_tracked(void *block, size_t count, size_t size, void *ip)
{
	struct aspan_owner owner;
	bool is_tracked = realloc_begins(block, &owner, ip);

	return reallocated(block, pass_on_reallocarray(block, count, size), count * size,
			   is_tracked ? &owner : NULL, ip);
}

EXPORT void *realloc(void *block, size_t size)
{
	if (aspan_record_wanted() || aspan_owner_is_set(block)) {
		return realloc_tracked(block, size, ASPAN_CALLER_IP());
	}
	return aspan_next.realloc(block, size);
}

/* Where the product overflows nothing happens to the block. */
EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (!__builtin_mul_overflow(count, size, &bytes) &&
	    (aspan_record_wanted() || aspan_owner_is_set(block))) {
		return reallocarray_tracked(block, count, size, ASPAN_CALLER_IP());
	}
	return aspan_next.reallocarray(block, count, size);
}

/* Tells the core. Whether there is something left to free: not for a block of our own. `value` of `word` is not 0. */
static inline bool freed(void *block, _Atomic uint32_t *word, uint32_t value,
			 enum aspan_trace_kind kind, void *ip)
{
	if (aspan_unlikely(value == ASPAN_OWNER_CODE_FOREIGN)) {
		aspan_own_block_free(block);
		return false;
	}
	aspan_record_free_owned(block, word, value, kind, ip);
	return true;
}

static TRACKED void free_tracked(void *block, _Atomic uint32_t *word, uint32_t value, void *ip)
{
	if (freed(block, word, value, ASPAN_KIND_MALLOC, ip)) {
		aspan_next.free(block);
	}
}

EXPORT void free(void *block)
{
	_Atomic uint32_t *word = aspan_owner_word(block);
	uint32_t value = word ? aspan_owner_load(word) : 0;

	if (value) {
		free_tracked(block, word, value, ASPAN_CALLER_IP());
		return;
	}
	if (is_preparing()) {
		/*
		 * The dynamic linker's, of an object that was closed. It stays: a free that was interrupted may be that of
		 * the same block (lib/core/linker.h).
		 */
		return;
	}
	aspan_next.free(block);
}

/* The rarer ones have one form. */
static inline bool must_free(void *block, enum aspan_trace_kind kind, void *ip)
{
	_Atomic uint32_t *word = aspan_owner_word(block);
	uint32_t value = word ? aspan_owner_load(word) : 0;

	return !value || freed(block, word, value, kind, ip);
}

EXPORT void free_sized(void *block, size_t size)
{
	if (must_free(block, ASPAN_KIND_MALLOC, ASPAN_CALLER_IP())) {
		aspan_next.free_sized(block, size);
	}
}

EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
	if (must_free(block, ASPAN_KIND_MEMALIGN, ASPAN_CALLER_IP())) {
		aspan_next.free_aligned_sized(block, alignment, size);
	}
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
	int error = aspan_next.posix_memalign(block, alignment, size);

	if (!error && aspan_record_wanted()) {
		allocated(*block, size, ASPAN_KIND_MEMALIGN, ASPAN_CALLER_IP());
	}
	return error;
}

static inline void *aligned(void *block, size_t size, void *ip)
{
	return aspan_record_wanted() ? allocated(block, size, ASPAN_KIND_MEMALIGN, ip) : block;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return aligned(aspan_next.aligned_alloc(alignment, size), size, ASPAN_CALLER_IP());
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	return aligned(aspan_next.memalign(alignment, size), size, ASPAN_CALLER_IP());
}

EXPORT void *valloc(size_t size)
{
	return aligned(aspan_next.valloc(size), size, ASPAN_CALLER_IP());
}

EXPORT void *pvalloc(size_t size)
{
	return aligned(aspan_next.pvalloc(size), size, ASPAN_CALLER_IP());
}

EXPORT size_t malloc_usable_size(void *block)
{
	if (aspan_unlikely(aspan_own_block_is(block))) {
		return aspan_own_block_size(block);
	}
	return aspan_next.malloc_usable_size(block);
}

EXPORT void lttng_ust_libc_wrapper_malloc_ctor(void)
{
	aspan_next_resolve();
}
