/* SPDX-License-Identifier: MIT */
/*
 * See next.h.
 */
#include "next.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "bootstrap.h"
#include "record.h"

enum resolve_state {
	RESOLVE_NOT_YET,
	RESOLVE_BUSY,
	RESOLVE_DONE,
};

static _Atomic int state = RESOLVE_NOT_YET;
static ASPAN_TLS bool is_resolving;

/* What is called before the look-up is done, and by it. */

static bool is_power_of_two(size_t number)
{
	return number && !(number & (number - 1));
}

static void *bootstrap_align(size_t alignment, size_t size)
{
	if (!is_power_of_two(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return aspan_bootstrap_alloc(alignment, size);
}

static void *bootstrap_malloc(size_t size)
{
	return aspan_bootstrap_alloc(1, size);
}

static void *bootstrap_calloc(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return aspan_bootstrap_alloc(1, bytes);
}

static void *bootstrap_realloc(void *block, size_t size)
{
	return aspan_bootstrap_realloc(block, size, bootstrap_malloc);
}

static void *bootstrap_reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return bootstrap_realloc(block, bytes);
}

static int bootstrap_posix_memalign(void **block, size_t alignment, size_t size)
{
	int saved_errno = errno;
	void *found;

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

static void *bootstrap_aligned_alloc(size_t alignment, size_t size)
{
	return bootstrap_align(alignment, size);
}

static void *bootstrap_memalign(size_t alignment, size_t size)
{
	return bootstrap_align(alignment, size);
}

static void *bootstrap_valloc(size_t size)
{
	return bootstrap_align((size_t) getpagesize(), size);
}

static void *bootstrap_pvalloc(size_t size)
{
	size_t page = (size_t) getpagesize();

	return bootstrap_align(page, (size + page - 1) & ~(page - 1));
}

static size_t bootstrap_malloc_usable_size(void *block)
{
	return block ? aspan_bootstrap_size(block) : 0;
}

static void bootstrap_free(void *block)
{
	(void) block;
}

static void bootstrap_free_sized(void *block, size_t size)
{
	(void) block;
	(void) size;
}

static void bootstrap_free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void) block;
	(void) alignment;
	(void) size;
}

#define ARGUMENTS(...) __VA_ARGS__
#define DEFINE_EARLY(name, result, parameters, arguments)                                          \
	static result early_##name parameters                                                      \
	{                                                                                          \
		return aspan_next_resolve() ? aspan_next.name arguments :                          \
					      bootstrap_##name arguments;                          \
	}
ASPAN_NEXT_FUNCTIONS(DEFINE_EARLY)

struct aspan_next aspan_next = {
#define EARLY_MEMBER(name, result, parameters, arguments) .name = early_##name,
	ASPAN_NEXT_FUNCTIONS(EARLY_MEMBER)
};

/* Where the allocator underneath knows no sizes. */

static void plain_free_sized(void *block, size_t size)
{
	(void) size;
	aspan_next.free(block);
}

static void plain_free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void) alignment;
	(void) size;
	aspan_next.free(block);
}

static void resolve_all(void)
{
	struct aspan_next found;

#define RESOLVE(name, result, parameters, arguments)                                               \
	found.name = (result(*) parameters) dlsym(RTLD_NEXT, #name);
	ASPAN_NEXT_FUNCTIONS(RESOLVE)
#undef RESOLVE
	found.free_sized = found.free_sized ? found.free_sized : plain_free_sized;
	found.free_aligned_sized = found.free_aligned_sized ? found.free_aligned_sized :
							      plain_free_aligned_sized;
	aspan_next = found;
}

bool aspan_next_resolve(void)
{
	int expected = RESOLVE_NOT_YET;
	int saved_errno = errno;
	uint32_t busy;

	if (is_resolving) {
		return false;
	}
	if (!atomic_compare_exchange_strong_explicit(&state, &expected, RESOLVE_BUSY,
						     memory_order_acquire, memory_order_acquire)) {
		/* Pairs with the release below. */
		while (atomic_load_explicit(&state, memory_order_acquire) != RESOLVE_DONE) {
			sched_yield();
		}
		return true;
	}
	is_resolving = true;
	/* Its fence is for is_resolving, too: dlsym() comes back to this function. */
	busy = aspan_record_internal_begin();
	resolve_all();
	aspan_record_internal_end(busy);
	is_resolving = false;
	atomic_store_explicit(&state, RESOLVE_DONE, memory_order_release);
	errno = saved_errno;
	return true;
}

/* An object that was opened later, with a C++ library that is not in the program's global scope. */
static void *find_from_caller(const char *mangled_name, const void *caller)
{
	Dl_info object;
	void *handle;
	void *found;

	if (!dladdr(caller, &object) || !object.dli_fname) {
		return NULL;
	}
	handle = dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (!handle) {
		return NULL;
	}
	found = dlsym(handle, mangled_name);
	dlclose(handle);
	return found;
}

void *aspan_next_operator(const char *mangled_name, const void *ours, const void *caller)
{
	uint32_t busy = aspan_record_internal_begin();
	void *found = dlsym(RTLD_NEXT, mangled_name);

	if (!found && caller) {
		found = find_from_caller(mangled_name, caller);
	}
	aspan_record_internal_end(busy);
	return found == ours ? NULL : found;
}

__attribute__((constructor)) static void start(void)
{
	aspan_next_resolve();
}
