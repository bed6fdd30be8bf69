/* SPDX-License-Identifier: MIT */
/*
 * The dynamic linker as a caller of malloc and free.
 *
 * It calls them in the middle of updating a thread's dynamic thread-local storage: after dlclose(), the thread's next
 * access to any such storage frees the closed object's part, and forgets it only afterwards. Who then accesses
 * such storage inside of free, as LTTng and trackers may, makes it free the same block again. So what the dynamic
 * linker allocates is not tracked, and nobody is called when it is freed.
 *
 * The caller is told by its address. A destructor of an object that ends with a call of free looks the same, since that
 * call is a jump: so frees are not asked for their caller.
 */
#ifndef ASPAN_CORE_LINKER_H
#define ASPAN_CORE_LINKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

/* Where its code is; 0 bytes until aspan_linker_init(). */
extern ASPAN_HIDDEN uintptr_t aspan_linker_start;
extern ASPAN_HIDDEN size_t aspan_linker_bytes;

/* Finds it. Call once. */
void aspan_linker_init(void);

/* Whether the caller of a function is the dynamic linker. */
static inline bool aspan_linker_has(const void *ip)
{
	return (uintptr_t) ip - aspan_linker_start < aspan_linker_bytes;
}

#endif
