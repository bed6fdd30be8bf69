/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Fibers: guards for schedulers that switch stacks in user space.
 *
 * Every thread starts on a stack of guards of its own. A scheduler makes one more for each coroutine
 * and tells the library when it switches; a fiber may go on on another thread. The calls are those
 * of ThreadSanitizer's fiber interface (`__tsan_switch_to_fiber`), so they go in the same places.
 */
#ifndef ALLOCSPAN_FIBER_H
#define ALLOCSPAN_FIBER_H

#include <allocspan/version.h>

ALLOCSPAN_BEGIN_DECLS

/** @brief A stack of guards. */
struct allocspan_fiber;

/**
 * @brief Makes a fiber on which nothing is entered.
 *
 * @return The fiber; or NULL with `errno` ENOMEM.
 *
 * - *Ownership*: the caller's, until allocspan_fiber_destroy().
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: about a microsecond, tracing off or on.
 *
 * @snippet fiber.c allocspan_fiber_create
 */
ALLOCSPAN_API struct allocspan_fiber *allocspan_fiber_create(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Destroys a fiber; what is still entered on it is exited.
 *
 * @param fiber From allocspan_fiber_create(), and not running on any thread. NULL is allowed.
 *
 * - *Ownership*: takes the fiber.
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond, tracing off or on.
 *
 * @snippet fiber.c allocspan_fiber_destroy
 */
ALLOCSPAN_API void allocspan_fiber_destroy(struct allocspan_fiber *fiber) ALLOCSPAN_NOTHROW;

/**
 * @brief Gives the fiber that this thread runs on: the thread's own, or the one switched to last.
 *
 * @return The fiber; NULL only without memory.
 *
 * - *Ownership*: borrowed; a thread's own ends with it.
 * - *Thread safety*: any thread; the answer is about the calling one.
 * - *Async-signal safety*: as allocspan_token_enter().
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet fiber.c allocspan_fiber_get_current
 */
ALLOCSPAN_API struct allocspan_fiber *allocspan_fiber_get_current(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Goes on with another fiber on this thread: saves what is entered, and restores what was
 *        entered there.
 *
 * Call it just before the stacks are switched.
 *
 * @param fiber A fiber that runs on no other thread; not NULL (NULL counts as misuse).
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; a fiber runs on one at a time.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: a few nanoseconds, no lock, no allocation, no system call, tracing off or on; the first on a thread prepares
 *   the thread, which takes some microseconds.
 *
 * @snippet fiber.c allocspan_fiber_switch
 */
ALLOCSPAN_API void allocspan_fiber_switch(struct allocspan_fiber *fiber) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

#endif
