/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Guards: the period in which a token, a span or a context is active on a thread.
 *
 * Each thread (and each fiber, see fiber.h) has a stack of entered guards; the innermost one that
 * has a group decides who owns what the thread allocates. Guards follow Rust's `tracking-allocator`
 * (`AllocationGuard`) and `tracing` (`Entered`), and differ in that they may be exited out of order.
 */
#ifndef ALLOCSPAN_GUARD_H
#define ALLOCSPAN_GUARD_H

#include <allocspan/version.h>

#include <stdint.h>

ALLOCSPAN_BEGIN_DECLS

/**
 * @brief One entry on a thread's stack, returned by each `enter` function.
 *
 * A value without heap memory; keep it until allocspan_guard_exit(). The members are private.
 */
struct allocspan_guard {
	/** @cond INTERNAL */
	uint64_t serial;
	uint32_t stack_id;
	uint32_t index;
	/** @endcond */
};

/**
 * @brief A state of a thread's stack, to come back to with allocspan_unwind().
 *
 * A value without heap memory. The members are private.
 */
struct allocspan_mark {
	/** @cond INTERNAL */
	uint64_t serial;
	uint32_t stack_id;
	/** @endcond */
};

/**
 * @brief Ends the period that an `enter` function began.
 *
 * The group that is active afterwards is that of the innermost guard that is still entered. Guards may
 * be exited in any order: after entering A and B, exiting A leaves B active, and exiting B then leaves
 * nothing. Exiting twice, on a thread that does not have the guard, or a guard that was never
 * entered changes nothing, is counted (allocspan_misuse_count()) and recorded as a `misuse` event.
 *
 * @param guard What the `enter` function returned; owned by the caller; marked as exited. NULL counts as
 *        misuse.
 *
 * - *Ownership*: takes nothing; the guard's storage stays the caller's.
 * - *Thread safety*: each thread exits its own guards; any number of threads at once.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: tracing off: a few nanoseconds, no lock, no allocation, no system call; out of order it
 *   grows with the guards entered since. Tracing on: for a span, one `span_exit` event more.
 *
 * @snippet guard.c allocspan_guard_exit
 */
ALLOCSPAN_API void allocspan_guard_exit(struct allocspan_guard *guard) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells which group owns what this thread allocates now.
 *
 * @return The group's id; 0 if there is none, or in an untracked period; 1 if there is none and
 *         root tracking is on.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; the answer is about the calling one.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet guard.c allocspan_current_group_id
 */
ALLOCSPAN_API uint64_t allocspan_current_group_id(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Begins a period in which nothing that this thread allocates is tracked.
 *
 * It hides the groups entered before and root tracking; a token entered inside is active again. Blocks
 * that are already tracked are still followed when they are freed.
 *
 * @return A guard for allocspan_guard_exit().
 *
 * - *Ownership*: the guard is the caller's.
 * - *Thread safety*: any thread; affects the calling one.
 * - *Async-signal safety*: as allocspan_token_enter().
 * - *Cost*: a few nanoseconds, tracing off or on.
 *
 * @snippet guard.c allocspan_untracked_enter
 */
ALLOCSPAN_API struct allocspan_guard allocspan_untracked_enter(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Remembers which guards this thread has entered, for allocspan_unwind().
 *
 * Take one beside each `setjmp`: a `longjmp` past an exit leaves stale guards on the stack.
 *
 * @return The mark.
 *
 * - *Ownership*: none; a mark may be dropped.
 * - *Thread safety*: any thread; the mark is of use only to it (or to the fiber).
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet guard.c allocspan_mark_take
 */
ALLOCSPAN_API struct allocspan_mark allocspan_mark_take(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Exits all guards that were entered on this thread since the mark was taken.
 *
 * Spans among them get their `span_exit` event. The guards' own variables may be gone; one that still
 * exists must not be exited again. A mark of another thread changes nothing and counts as misuse.
 *
 * @param mark From allocspan_mark_take(); stays valid. NULL counts as misuse.
 *
 * - *Ownership*: takes nothing.
 * - *Thread safety*: any thread, with its own mark.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: a few nanoseconds for each guard exited; tracing on: one `span_exit` event for each span.
 *
 * @snippet guard.c allocspan_unwind
 */
ALLOCSPAN_API void allocspan_unwind(const struct allocspan_mark *mark) ALLOCSPAN_NOTHROW;

/**
 * @brief Counts the misuses of guards, tokens and spans that the library detected in this process.
 *
 * Each was also recorded as a `misuse` event where a session records those. The sorts are: `exit_twice`,
 * `exit_not_entered`, `exit_other_thread`, `enter_null`, `enter_released`, `enter_no_memory`, `release_twice`,
 * `unwind_other_thread`, `thread_exit_inside`, and of bound tracepoints `begin_not_ended` and `end_not_begun`.
 *
 * Also counted is `free_not_seen`: an address was allocated again although its free had not been seen, because it went around the
 * interposer (a library opened with `RTLD_DEEPBIND`, or an allocator's own functions). Until then such a block counts as live. Only
 * the first of these in a session and process, the second, the fourth and so on are recorded.
 *
 * @return How many since the process started; a child of fork() goes on from its parent's number.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic load, tracing off or on.
 *
 * @snippet guard.c allocspan_misuse_count
 */
ALLOCSPAN_API uint64_t allocspan_misuse_count(void) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

#endif
