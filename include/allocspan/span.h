/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Spans: named units of work, to which a token can be attached.
 *
 * A span can be entered and exited many times, on any thread, on several threads at once, and again
 * while it is entered. Entering and exiting are recorded (`span_enter`, `span_exit`). The model is that of
 * Rust's `tracing`; attaching a token to a span is `tracking-allocator`'s `attach_to_span`.
 */
#ifndef ALLOCSPAN_SPAN_H
#define ALLOCSPAN_SPAN_H

#include <allocspan/guard.h>
#include <allocspan/token.h>
#include <allocspan/version.h>

#include <stdint.h>

ALLOCSPAN_BEGIN_DECLS

/** @brief A counted reference to a span. */
struct allocspan_span;

/**
 * @brief Makes a span without a token.
 *
 * @param name 1 to #ALLOCSPAN_NAME_MAX bytes; copied; not NULL.
 * @return The span; or NULL with `errno`: EINVAL for a NULL or empty name, ENAMETOOLONG for one that is
 *         too long, ENOMEM without memory.
 *
 * - *Ownership*: the caller owns one reference until allocspan_span_release().
 * - *Thread safety*: any thread; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond, tracing off or on.
 *
 * @snippet span.c allocspan_span_create
 */
ALLOCSPAN_API struct allocspan_span *allocspan_span_create(const char *name) ALLOCSPAN_NOTHROW;

/**
 * @brief Adds a reference to a span.
 *
 * @param span A span that the caller holds; NULL is passed through.
 * @return @p span, to be released once more.
 *
 * - *Ownership*: the caller owns one reference more.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic increment, tracing off or on.
 *
 * @snippet span.c allocspan_span_retain
 */
ALLOCSPAN_API struct allocspan_span *
allocspan_span_retain(struct allocspan_span *span) ALLOCSPAN_NOTHROW;

/**
 * @brief Gives back a reference to a span.
 *
 * With the last one the token is detached, and the span's memory is used again once no thread is
 * inside. Guards entered before stay valid.
 *
 * @param span A span that the caller holds. NULL changes nothing. A span without references left counts
 *        as misuse.
 *
 * - *Ownership*: takes the reference.
 * - *Thread safety*: any thread; the last release takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: one atomic decrement; the last release under a microsecond, tracing off or on.
 *
 * @snippet span.c allocspan_span_release
 */
ALLOCSPAN_API void allocspan_span_release(struct allocspan_span *span) ALLOCSPAN_NOTHROW;

/**
 * @brief Attaches a token: from now on, entering the span makes the token's group active.
 *
 * Replaces the token attached before. Guards that are already entered keep the group they began with.
 *
 * @param span A span that the caller holds; not NULL.
 * @param token A token that the caller holds; not NULL.
 * @return 0; or -EINVAL for NULL or a released token.
 *
 * - *Ownership*: the span takes a reference of its own; the caller keeps theirs.
 * - *Thread safety*: any thread, also while others enter the span; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond, tracing off or on.
 *
 * @snippet span.c allocspan_span_attach
 */
ALLOCSPAN_API int allocspan_span_attach(struct allocspan_span *span,
					struct allocspan_token *token) ALLOCSPAN_NOTHROW;

/**
 * @brief Detaches the span's token: from now on, entering the span leaves the active group as it was.
 *
 * Guards that are already entered keep the group they began with.
 *
 * @param span A span that the caller holds; not NULL.
 * @return 0; -ENOENT if no token was attached; or -EINVAL for NULL.
 *
 * - *Ownership*: the span's reference to the token is released.
 * - *Thread safety*: any thread, also while others enter the span; takes the library's lock.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: under a microsecond, tracing off or on.
 *
 * @snippet span.c allocspan_span_detach
 */
ALLOCSPAN_API int allocspan_span_detach(struct allocspan_span *span) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells the id of a span.
 *
 * @param span A span that the caller holds, or NULL.
 * @return The id: it grows from span to span and is never used again in the process; 0 for NULL.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet span.c allocspan_span_id
 */
ALLOCSPAN_API uint64_t allocspan_span_id(const struct allocspan_span *span) ALLOCSPAN_NOTHROW;

/**
 * @brief Tells the id of the innermost span that this thread is in.
 *
 * @return The id; 0 outside of all spans.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread; the answer is about the calling one.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: about a nanosecond, tracing off or on.
 *
 * @snippet span.c allocspan_current_span_id
 */
ALLOCSPAN_API uint64_t allocspan_current_span_id(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Enters a span on this thread; makes the attached token's group active.
 *
 * A span without a token leaves the active group as it was. The span this thread was in becomes the
 * parent in the `span_enter` event. Never fails, as allocspan_token_enter().
 *
 * @param span A span that the caller holds.
 * @return A guard for allocspan_guard_exit(), to be called in any case.
 *
 * - *Ownership*: the guard is the caller's; the span stays so.
 * - *Thread safety*: any thread, any number at once.
 * - *Async-signal safety*: as allocspan_token_enter().
 * - *Cost*: a few nanoseconds, no lock, no allocation, no system call; tracing on: one `span_enter` event.
 *
 * @snippet span.c allocspan_span_enter
 */
ALLOCSPAN_API struct allocspan_guard
allocspan_span_enter(struct allocspan_span *span) ALLOCSPAN_NOTHROW;

/**
 * @brief Calls a function inside a span.
 *
 * For callbacks whose code cannot be changed. The span is exited also when the function is left by a
 * C++ exception or pthread_exit().
 *
 * @param span A span that the caller holds.
 * @param function Called once on this thread; not NULL.
 * @param argument Passed on.
 * @return What @p function returned.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread, any number at once.
 * - *Async-signal safety*: that of @p function; may be called inside malloc and in a tracker.
 * - *Cost*: that of allocspan_span_enter() and allocspan_guard_exit().
 *
 * @snippet span.c allocspan_span_call
 */
ALLOCSPAN_API void *allocspan_span_call(struct allocspan_span *span, void *(*function)(void *),
					void *argument);

ALLOCSPAN_END_DECLS

#endif
