/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Contexts: the active group and span of one thread, handed to another.
 *
 * Capture a context where work is queued, enter it where the work is done. What is captured is the
 * same that Rust's `tracing` hands over with `Span::current()`.
 */
#ifndef ALLOCSPAN_CONTEXT_H
#define ALLOCSPAN_CONTEXT_H

#include <allocspan/guard.h>
#include <allocspan/span.h>
#include <allocspan/token.h>
#include <allocspan/version.h>

#include <pthread.h>

ALLOCSPAN_BEGIN_DECLS

/**
 * @brief What was active on a thread when it was captured.
 *
 * A value without heap memory that holds references; all zero means that nothing was active. The members
 * are private.
 */
struct allocspan_context {
	/** @cond INTERNAL */
	struct allocspan_token *token;
	struct allocspan_span *span;
	uint64_t untracked;
	/** @endcond */
};

/**
 * @brief Captures the active group and the innermost span of this thread.
 *
 * @return The context.
 *
 * - *Ownership*: it holds references; end them with allocspan_context_release().
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: yes; may be called inside malloc and in a tracker.
 * - *Cost*: two atomic increments, tracing off or on.
 *
 * @snippet context.c allocspan_context_capture
 */
ALLOCSPAN_API struct allocspan_context allocspan_context_capture(void) ALLOCSPAN_NOTHROW;

/**
 * @brief Makes the captured group and span those of this thread.
 *
 * The active group becomes just what it was at the capture, also if that was none. No `span_enter` event is
 * recorded: the span was entered where the context was captured, and is the parent of what is entered here.
 *
 * @param context A captured context, any number of times and on any number of threads. NULL counts as misuse.
 * @return A guard for allocspan_guard_exit(), to be called in any case.
 *
 * - *Ownership*: the guard is the caller's; the context stays so.
 * - *Thread safety*: any thread, any number at once.
 * - *Async-signal safety*: as allocspan_token_enter().
 * - *Cost*: a few nanoseconds, no lock, no allocation, no system call, tracing off or on.
 *
 * @snippet context.c allocspan_context_enter
 */
ALLOCSPAN_API struct allocspan_guard
allocspan_context_enter(const struct allocspan_context *context) ALLOCSPAN_NOTHROW;

/**
 * @brief Gives back the references of a context.
 *
 * @param context A captured context; becomes all zero; releasing it again changes nothing. NULL is allowed.
 *
 * - *Ownership*: takes the references; the storage stays the caller's.
 * - *Thread safety*: any thread, one at a time for a context.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker.
 * - *Cost*: two atomic decrements; more if they were the last references.
 *
 * @snippet context.c allocspan_context_release
 */
ALLOCSPAN_API void allocspan_context_release(struct allocspan_context *context) ALLOCSPAN_NOTHROW;

/**
 * @brief Calls a function inside a context.
 *
 * The context is exited also when the function is left by a C++ exception or pthread_exit().
 *
 * @param context A captured context.
 * @param function Called once on this thread; not NULL.
 * @param argument Passed on.
 * @return What @p function returned.
 *
 * - *Ownership*: none.
 * - *Thread safety*: any thread, any number at once.
 * - *Async-signal safety*: that of @p function; may be called inside malloc and in a tracker.
 * - *Cost*: that of allocspan_context_enter() and allocspan_guard_exit().
 *
 * @snippet context.c allocspan_context_call
 */
ALLOCSPAN_API void *allocspan_context_call(const struct allocspan_context *context,
					   void *(*function)(void *), void *argument);

/**
 * @brief Creates a thread that inherits the context of this one.
 *
 * Otherwise as pthread_create(). The context is active from the new thread's first to its last
 * instruction, also when that ends by pthread_exit().
 *
 * @param thread Receives the thread's id; not NULL.
 * @param attributes As for pthread_create(); NULL is allowed.
 * @param start The thread's function; not NULL.
 * @param argument Passed on.
 * @return 0; -ENOMEM; or the negative of what pthread_create() answered.
 *
 * - *Ownership*: the thread is the caller's to join or detach.
 * - *Thread safety*: any thread.
 * - *Async-signal safety*: no; may be called inside malloc and in a tracker as far as pthread_create() may.
 * - *Cost*: that of pthread_create() and about a microsecond, tracing off or on.
 *
 * @snippet context.c allocspan_thread_create
 */
ALLOCSPAN_API int allocspan_thread_create(pthread_t *thread, const pthread_attr_t *attributes,
					  void *(*start)(void *), void *argument) ALLOCSPAN_NOTHROW;

ALLOCSPAN_END_DECLS

#endif
