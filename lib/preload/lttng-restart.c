/* SPDX-License-Identifier: MIT */
/*
 * lttng_ust_after_fork_child() as its callers see it: LTTng's function that starts LTTng again in a forked child. It allocates a
 * lot on the thread that forked, which is not the program's memory, and it frees what the parent's sessions needed, which cannot be
 * recorded: their flags are still those of the parent.
 *
 * The callers are liblttng-ust-fork, which may do it after our fork() has returned; a program that makes children in ways of its
 * own, as LTTng tells it to; and lib/core/trace.c.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "record.h"

#define EXPORT __attribute__((visibility("default")))
#define LTTNG_LIBRARY "liblttng-ust.so.1"

typedef void restart_function(sigset_t *signals);

restart_function lttng_ust_after_fork_child;

/* Relaxed: everybody finds the same. */
static _Atomic(restart_function *) next_restart;

/* In LTTng's own library: where only our provider needs that, it is not among the objects that come after us. */
static restart_function *find_next(void)
{
	restart_function *next = atomic_load_explicit(&next_restart, memory_order_relaxed);
	void *library;

	if (next) {
		return next;
	}
	library = dlopen(LTTNG_LIBRARY, RTLD_LAZY | RTLD_NOLOAD);
	if (library) {
		next = (restart_function *) dlsym(library, "lttng_ust_after_fork_child");
		atomic_store_explicit(&next_restart, next, memory_order_relaxed);
		dlclose(library);
	}
	return next;
}

EXPORT void lttng_ust_after_fork_child(sigset_t *signals)
{
	uint32_t busy = aspan_thread.busy;
	restart_function *next;

	aspan_thread.busy = busy | ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER;
	aspan_signal_fence();
	next = find_next();
	if (next) {
		next(signals);
	}
	aspan_record_internal_end(busy);
}

/* At the latest here, so that a forked child need not look for it. */
__attribute__((constructor)) static void start(void)
{
	uint32_t busy = aspan_record_internal_begin();

	find_next();
	aspan_record_internal_end(busy);
}
