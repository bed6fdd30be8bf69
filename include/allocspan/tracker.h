/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Trackers: the program's own callbacks for allocation events.
 *
 * The counterpart of `AllocationTracker` in Rust's `tracking-allocator`, with names and tags, and with
 * the current group on each deallocation.
 */
#ifndef ALLOCSPAN_TRACKER_H
#define ALLOCSPAN_TRACKER_H

#include <allocspan/token.h>
#include <allocspan/version.h>

#include <stddef.h>
#include <stdint.h>

ALLOCSPAN_BEGIN_DECLS

/** @brief A group as a tracker sees it; valid during the callback. */
struct allocspan_group {
	/** Never used again in the process. */
	uint64_t id;
	/** The group's name. */
	const char *name;
	/** The group's tags, @ref tag_count of them, in order. */
	const struct allocspan_tag *tags;
	/** How many tags. */
	size_t tag_count;
};

/**
 * @brief Callbacks for tracked blocks.
 *
 * They run on the thread that allocates or frees, inside its call. They may allocate (that is not tracked
 * and calls no tracker), free, lock, enter groups and call every function of the library. They must return:
 * no longjmp, no exception. Sizes are in bytes.
 */
struct allocspan_tracker {
	/** After a block was allocated; NULL if not wanted. */
	void (*allocated)(void *user, void *addr, size_t size, size_t usable_size,
			  const struct allocspan_group *group);
	/** Before a block is freed; @p current_group is NULL if no group is active; NULL if not wanted. */
	void (*deallocated)(void *user, void *addr, size_t size, size_t usable_size,
			    const struct allocspan_group *source_group,
			    const struct allocspan_group *current_group);
	/** Passed to the callbacks. */
	void *user;
};

/**
 * @brief Sets the tracker of the process, for good.
 *
 * @param tracker Copied; not NULL.
 * @return 0; -EBUSY if one is set; -EINVAL for NULL or a tracker without callbacks.
 *
 * - *Ownership*: `tracker->user` stays the caller's and must live as long as the process.
 * - *Thread safety*: any thread; the first wins. Other threads follow with their next allocation.
 * - *Async-signal safety*: yes; may be called inside malloc.
 * - *Cost*: while a tracker is set, each tracked block costs the callbacks and malloc_usable_size().
 *
 * @snippet tracker.c allocspan_tracker_set
 */
ALLOCSPAN_API int allocspan_tracker_set(const struct allocspan_tracker *tracker) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

#endif
