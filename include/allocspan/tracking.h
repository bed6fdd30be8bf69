/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief What is tracked: switches for the whole process, and blocks of the program's own allocators.
 */
#ifndef ALLOCSPAN_TRACKING_H
#define ALLOCSPAN_TRACKING_H

#include <allocspan/version.h>

#include <stddef.h>
#include <stdint.h>

ALLOCSPAN_BEGIN_DECLS

/**
 * @brief Goes on tracking new blocks; this is so from the start.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; other threads follow with their next allocation.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic store, tracing off or on.
 *
 * @snippet tracking.c allocspan_tracking_enable
 */
ALLOCSPAN_API void allocspan_tracking_enable(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Stops tracking new blocks in the whole process.
 *
 * Blocks tracked before keep their owner and are counted when they are freed. Guards and spans work on.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; other threads follow with their next allocation.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic store, tracing off or on.
 *
 * @snippet tracking.c allocspan_tracking_disable
 */
ALLOCSPAN_API void allocspan_tracking_disable(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Gives blocks that are allocated while no group is active to the group `root`.
 *
 * So that what is not attributed can be seen too. `ALLOCSPAN_ROOT=1` in the environment does this at the
 * program's start.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; other threads follow with their next allocation. Takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond; tracing on: the first time one `group_register` event.
 *
 * @snippet tracking.c allocspan_root_enable
 */
ALLOCSPAN_API void allocspan_root_enable(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Ends what allocspan_root_enable() or `ALLOCSPAN_ROOT=1` began.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; other threads follow with their next allocation.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic store, tracing off or on.
 *
 * @snippet tracking.c allocspan_root_disable
 */
ALLOCSPAN_API void allocspan_root_disable(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Announces a block that an allocator of the program's own handed out.
 *
 * It belongs to the active group, is counted, and is recorded as an `alloc` event of kind `user`. The memory
 * must not be part of a block that is itself tracked: let pools get theirs from mmap() or in an untracked
 * period (allocspan_untracked_enter()).
 *
 * @param address A multiple of 8; not NULL.
 * @param size_bytes The requested size.
 * @return 0, also if no group is active and nothing was recorded; -EINVAL for a NULL or unaligned
 *         address; -EEXIST if a tracked block is there; -ENOMEM without memory for the owner map.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: no; may be called in a tracker, where the block is not tracked.
 * - *Cost*: a few nanoseconds; tracing on: one event more.
 *
 * @snippet tracking.c allocspan_block_announce
 */
ALLOCSPAN_API int allocspan_block_announce(void *address, size_t size_bytes) ALLOCSPAN_NOTHROW;

/**
 * @brief Announces that a block of allocspan_block_announce() is about to be taken back.
 *
 * @param address What was announced; NULL and what is not tracked are allowed.
 * @return 0; or -ENOENT if no tracked block is there.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread, once a block.
 * - *Async-signal safety*: no; may be called in a tracker.
 * - *Cost*: a few nanoseconds; tracing on: one event more.
 *
 * @snippet tracking.c allocspan_block_retire
 */
ALLOCSPAN_API int allocspan_block_retire(void *address) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells which group owns a live block.
 *
 * @param address The start of a block; any other address answers 0 or nonsense.
 * @return The group's id; 0 for a block that is not tracked.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread, as long as nobody frees the block.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: a few nanoseconds, tracing off or on.
 *
 * @snippet tracking.c allocspan_block_group_id
 */
ALLOCSPAN_API uint64_t allocspan_block_group_id(const void *address) ALLOCSPAN_NOTHROW;

/**
 * @brief Counts the blocks that should have been tracked and were not, because memory for the owner map
 *        or for counters could not be had.
 *
 * @return How many since the process started; 0 is what to expect.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic load, tracing off or on.
 *
 * @snippet tracking.c allocspan_missed_count
 */
ALLOCSPAN_API uint64_t allocspan_missed_count(void) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

#endif
