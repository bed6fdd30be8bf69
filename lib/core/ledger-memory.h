/* SPDX-License-Identifier: MIT */
/*
 * The memory of the ledger (lib/ledger/layout.h): what another process can read, while this one runs or, where it is a file,
 * after any end of it.
 *
 * The big picture
 * ---------------
 *
 *    guard | header, extents, process, losses, transfer | objects .......... not touched yet | guard      the first extent
 *    guard | objects ..................................................................... | guard      more of them, larger
 *    guard | links | packed sources ...................................................... | guard      packed-slab.h
 *
 * Each extent is a part of the ledger's file, or private memory where there is no file, or where it cannot grow any more (the
 * program moved to another root, became another user, or has limits); the table of extents says which. No descriptor stays
 * open: the file is opened again by its path when it must grow.
 *
 * Pages of the file are reserved before they are written, so that a full file system is an error here, and never a SIGBUS.
 *
 * A forked child has no image until it counts something. What its parent's addresses held is private zeros then, since code that
 * the fork interrupted may still write there.
 *
 * Call all of it with the lock held, but for what says otherwise.
 */
#ifndef ASPAN_CORE_LEDGER_MEMORY_H
#define ASPAN_CORE_LEDGER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "layout-rings.h"
#include "layout.h"

/* What the first extent begins with. */
struct aspan_ledger_image {
	struct aspan_ledger_header header;
	struct aspan_ledger_extent extents[ASPAN_LEDGER_EXTENT_COUNT];
	struct aspan_ledger_process process;
	struct aspan_ledger_losses losses;
	struct aspan_ledger_transfer transfer;
	struct aspan_ledger_rings rings;
	struct aspan_ledger_clock clock;
};

/* Where ledger files go: an absolute path; NULL: there are none. Call once, at the library's start, without the lock. */
void aspan_ledger_memory_init(const char *folder);

/* Whether a file is wanted. */
bool aspan_ledger_memory_has_folder(void);

/* The image of this process; NULL while there is none. */
struct aspan_ledger_image *aspan_ledger_memory_get(void);

/* Makes it, unless it is there: zeros but for the table of extents. NULL without memory. */
struct aspan_ledger_image *aspan_ledger_memory_make(void);

/* Zeroed memory in the image; NULL without memory, or without an image. */
void *aspan_ledger_memory_alloc(size_t size_bytes);

/* The same for an object that is never freed: of a multiple of 64 bytes, and no more. */
void *aspan_ledger_memory_alloc_for_ever(size_t size_bytes);

/* `size_bytes` is what was asked for. NULL is allowed. */
void aspan_ledger_memory_free(void *memory, size_t size_bytes);

/*
 * Makes mapped memory of the caller's, whole pages, an extent: zeros, of the file. False if there is no file, or it cannot grow, and
 * nothing was done. Each page must be reserved before it is used. In a child, what is at `whole_start` is unmapped at the next fork.
 */
bool aspan_ledger_memory_add(char *start, size_t bytes, char *whole_start, size_t whole_bytes);

/* Reserves whole pages of it. Where the file system is full, they become private memory. Needs no lock. Async-signal-safe. */
void aspan_ledger_memory_reserve(char *start, size_t bytes);

/* In a child: forgets the parent's image. */
void aspan_ledger_memory_after_fork(void);

#endif
