/* SPDX-License-Identifier: MIT */
/*
 * clone() as the program sees it. Without shared memory it is a fork that calls no handlers: the child would find our lock, and
 * those of LTTng, taken by threads that it does not have. So it gets what fork() gets.
 *
 * LTTng's locks come before ours, as in fork(): a thread that holds one of LTTng's may wait for ours. So liblttng-ust-fork, where
 * it comes after us, cannot do its part: we do it, and call the C library's function. Where it comes first, it has done it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "c-library.h"
#include "life.h"
#include "trace.h"

#define EXPORT __attribute__((visibility("default")))

typedef int clone_function(int (*function)(void *), void *stack, int flags, void *argument, ...);

/* Relaxed: everybody finds the same. */
static _Atomic(clone_function *) next_clone;
static _Atomic(clone_function *) c_library_clone;
static _Atomic bool is_ours; /* keeping LTTng in order is our part */

struct start {
	int (*function)(void *);
	void *argument;
	bool is_ours;
	bool is_prepared; /* LTTng is, by us */
};

/* What comes after the fixed arguments. */
struct more {
	pid_t *parent_tid;
	void *tls;
	pid_t *child_tid;
};

static void resolve(void);

static bool is_of_our_library(const void *function)
{
	Dl_info its;
	Dl_info ours;

	return dladdr(function, &its) && dladdr((const void *) resolve, &ours) &&
	       its.dli_fbase == ours.dli_fbase;
}

__attribute__((constructor)) static void resolve(void)
{
	void *next = dlsym(RTLD_NEXT, "clone");
	void *real = aspan_find_in_c_library("clone");
	bool are_we_first = is_of_our_library(dlsym(RTLD_DEFAULT, "clone"));

	atomic_store_explicit(&is_ours, are_we_first || !aspan_trace_has_fork_handler(),
			      memory_order_relaxed);
	atomic_store_explicit(&c_library_clone, (clone_function *) (real ? real : next),
			      memory_order_relaxed);
	atomic_store_explicit(&next_clone, (clone_function *) next, memory_order_relaxed);
}

/* In the child, which has a copy of the parent's memory. */
static int run(void *pointer)
{
	const struct start *start = pointer;

	aspan_after_fork_in_child();
	if (start->is_ours) {
		aspan_trace_after_fork_in_child(start->is_prepared);
	}
	aspan_life_announce();
	return start->function(start->argument);
}

static int fork_by_clone(struct start *start, void *stack, int flags, const struct more *more)
{
	clone_function *real = atomic_load_explicit(&c_library_clone, memory_order_relaxed);
	int saved_errno;
	int child;

	aspan_life_know_child();
	start->is_ours = atomic_load_explicit(&is_ours, memory_order_relaxed) &&
			 !aspan_trace_is_cut_off();
	if (start->is_ours) {
		start->is_prepared = aspan_trace_before_fork();
	}
	aspan_before_fork();
	child = real(run, stack, flags, start, more->parent_tid, more->tls, more->child_tid);
	saved_errno = errno;
	if (child > 0) {
		aspan_life_note_child();
	}
	aspan_after_fork_in_parent();
	if (start->is_ours) {
		aspan_trace_after_fork_in_parent(start->is_prepared);
	}
	errno = saved_errno;
	return child;
}

/* `flags` say which of the last three there are; the C library's takes them all from where they would be, too. */
EXPORT int clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	struct start start = { .function = function, .argument = argument };
	struct more more;
	va_list arguments;

	va_start(arguments, argument);
	more.parent_tid = va_arg(arguments, pid_t *);
	more.tls = va_arg(arguments, void *);
	more.child_tid = va_arg(arguments, pid_t *);
	va_end(arguments);
	if (!atomic_load_explicit(&next_clone, memory_order_relaxed)) {
		resolve();
	}
	if (function && stack && !(flags & CLONE_VM)) {
		return fork_by_clone(&start, stack, flags, &more);
	}
	return atomic_load_explicit(&next_clone, memory_order_relaxed)(
		function, stack, flags, argument, more.parent_tid, more.tls, more.child_tid);
}
