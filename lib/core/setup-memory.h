/* SPDX-License-Identifier: MIT */
/*
 * Memory for what is allocated while a thread is prepared (aspan_thread_watch()).
 *
 * A thread's first contact with the library may be in a signal handler that interrupted malloc. Preparing it makes the
 * dynamic linker allocate LTTng's thread-local storage, and pthread_setspecific() a table: a malloc inside of malloc, which
 * can find a lock taken by the thread itself. So the interposer serves such calls from here instead.
 *
 * Blocks are marked in the owner map like those of lib/preload/bootstrap.h: that is how free, called when the thread
 * ends, tells them from the allocator's. Any thread may free them.
 *
 * It takes the lock of lock.h, whose holders never call malloc, with signals blocked: so it works inside of malloc.
 */
#ifndef ASPAN_CORE_SETUP_MEMORY_H
#define ASPAN_CORE_SETUP_MEMORY_H

#include <stddef.h>

#include "compiler.h"

/* Zeroed memory, aligned for everything; NULL and ENOMEM without memory. */
ASPAN_PRIVATE void *aspan_setup_memory_alloc(size_t size_bytes);
ASPAN_PRIVATE void aspan_setup_memory_free(void *block);

/* The requested size. */
ASPAN_PRIVATE size_t aspan_setup_memory_size(const void *block);

#endif
