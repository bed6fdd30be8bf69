/* SPDX-License-Identifier: MIT */
/*
 * The C++ operators new and delete as the program sees them, under their mangled names (Itanium C++ ABI).
 *
 * Each calls the next definition, so that what throws, what a new-handler does, and what an allocator does with the size
 * and alignment stay as they were. The next operator new may call malloc, or another operator new, through the
 * dynamic linker: what happens inside is not tracked, so the block is counted once, as `new`.
 *
 * Built with -fexceptions: std::bad_alloc passes through.
 */
#include <stddef.h>
#include <stdint.h>

#include "bootstrap.h"
#include "next.h"
#include "record.h"

#define EXPORT __attribute__((visibility("default")))

#ifndef __LP64__
#error "The mangled names below are those of platforms where size_t is unsigned long."
#endif

/* X(mangled name, (parameters), (arguments)); the size comes first. What may not find memory is told apart by its last argument. */
#define NEW_OPERATORS(X)                                                                           \
	X(_Znwm, (size_t size), (size))                                                            \
	X(_Znam, (size_t size), (size))                                                            \
	X(_ZnwmRKSt9nothrow_t, (size_t size, const void *nothrow), (size, nothrow))                \
	X(_ZnamRKSt9nothrow_t, (size_t size, const void *nothrow), (size, nothrow))                \
	X(_ZnwmSt11align_val_t, (size_t size, size_t alignment), (size, alignment))                \
	X(_ZnamSt11align_val_t, (size_t size, size_t alignment), (size, alignment))                \
	X(_ZnwmSt11align_val_tRKSt9nothrow_t,                                                      \
	  (size_t size, size_t alignment, const void *nothrow), (size, alignment, nothrow))        \
	X(_ZnamSt11align_val_tRKSt9nothrow_t,                                                      \
	  (size_t size, size_t alignment, const void *nothrow), (size, alignment, nothrow))

#define DELETE_OPERATORS(X)                                                                        \
	X(_ZdlPv, (void *block), (block))                                                          \
	X(_ZdaPv, (void *block), (block))                                                          \
	X(_ZdlPvm, (void *block, size_t size), (block, size))                                      \
	X(_ZdaPvm, (void *block, size_t size), (block, size))                                      \
	X(_ZdlPvRKSt9nothrow_t, (void *block, const void *nothrow), (block, nothrow))              \
	X(_ZdaPvRKSt9nothrow_t, (void *block, const void *nothrow), (block, nothrow))              \
	X(_ZdlPvSt11align_val_t, (void *block, size_t alignment), (block, alignment))              \
	X(_ZdaPvSt11align_val_t, (void *block, size_t alignment), (block, alignment))              \
	X(_ZdlPvmSt11align_val_t, (void *block, size_t size, size_t alignment),                    \
	  (block, size, alignment))                                                                \
	X(_ZdaPvmSt11align_val_t, (void *block, size_t size, size_t alignment),                    \
	  (block, size, alignment))                                                                \
	X(_ZdlPvSt11align_val_tRKSt9nothrow_t,                                                     \
	  (void *block, size_t alignment, const void *nothrow), (block, alignment, nothrow))       \
	X(_ZdaPvSt11align_val_tRKSt9nothrow_t,                                                     \
	  (void *block, size_t alignment, const void *nothrow), (block, alignment, nothrow))

/*
 * Where no other definition exists, a caller that was linked with its own C++ library finds malloc and free here. An
 * object with such a library cannot be told of the lack of memory by an exception of ours.
 */
static ASPAN_SLOW void *new_without_library(size_t size)
{
	return aspan_next.malloc(size ? size : 1);
}

static ASPAN_SLOW void delete_without_library(void *block)
{
	if (!aspan_bootstrap_has(block)) {
		aspan_next.free(block);
	}
}

static void leave_allocator(const uint32_t *before)
{
	aspan_thread.busy = *before;
}

#define DEFINE_NEW(name, parameters, arguments)                                                    \
	EXPORT void *name parameters;                                                              \
	static void *(*next_##name) parameters;                                                    \
	static ASPAN_SLOW void resolve_##name(const void *caller)                                  \
	{                                                                                          \
		next_##name =                                                                      \
			(void *(*) parameters) aspan_next_operator(#name, (void *) name, caller);  \
	}                                                                                          \
	static __attribute__((noinline)) void *tracked_##name parameters                           \
	{                                                                                          \
		__attribute__((cleanup(leave_allocator), unused))                                  \
		uint32_t before = aspan_record_allocator_begin();                                  \
                                                                                                   \
		return next_##name arguments;                                                      \
	}                                                                                          \
	EXPORT void *name parameters                                                               \
	{                                                                                          \
		void *block;                                                                       \
                                                                                                   \
		if (aspan_unlikely(!next_##name)) {                                                \
			resolve_##name(ASPAN_CALLER_IP());                                         \
			if (!next_##name) {                                                        \
				return new_without_library(size);                                  \
			}                                                                          \
		}                                                                                  \
		if (aspan_likely(!aspan_record_wanted())) {                                        \
			return next_##name arguments;                                              \
		}                                                                                  \
		block = tracked_##name arguments;                                                  \
		if (block) {                                                                       \
			aspan_record_alloc(block, size, ASPAN_KIND_NEW, ASPAN_CALLER_IP());        \
		}                                                                                  \
		return block;                                                                      \
	}

#define DEFINE_DELETE(name, parameters, arguments)                                                 \
	EXPORT void name parameters;                                                               \
	static void(*next_##name) parameters;                                                      \
	static ASPAN_SLOW void resolve_##name(const void *caller)                                  \
	{                                                                                          \
		next_##name =                                                                      \
			(void(*) parameters) aspan_next_operator(#name, (void *) name, caller);    \
	}                                                                                          \
	EXPORT void name parameters                                                                \
	{                                                                                          \
		_Atomic uint32_t *word = aspan_owner_word(block);                                  \
		uint32_t value = word ? aspan_owner_load(word) : 0;                                \
                                                                                                   \
		if (value) {                                                                       \
			aspan_record_free_owned(block, word, value, ASPAN_KIND_NEW,                \
						ASPAN_CALLER_IP());                                \
		}                                                                                  \
		if (aspan_unlikely(!next_##name)) {                                                \
			resolve_##name(ASPAN_CALLER_IP());                                         \
			if (!next_##name) {                                                        \
				delete_without_library(block);                                     \
				return;                                                            \
			}                                                                          \
		}                                                                                  \
		next_##name arguments;                                                             \
	}

NEW_OPERATORS(DEFINE_NEW)
DELETE_OPERATORS(DEFINE_DELETE)

/* Before there are threads; what is not there yet is looked up when it is first called. */
__attribute__((constructor)) static void start(void)
{
#define RESOLVE(name, parameters, arguments) resolve_##name(NULL);
	NEW_OPERATORS(RESOLVE)
	DELETE_OPERATORS(RESOLVE)
#undef RESOLVE
}
