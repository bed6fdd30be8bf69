/* SPDX-License-Identifier: MIT */
/*
 * The functions that fork, as the program sees them: around each, LTTng is kept in order in the child, as
 * liblttng-ust-fork does where it is preloaded. Without that, a child can find LTTng's locks taken by a thread that it
 * does not have, and hang at its exit.
 *
 * It cannot be done in handlers of pthread_atfork(): LTTng allocates when it starts its threads again, and an
 * allocator's own handler may not have run yet.
 *
 * A child that was made otherwise, and its children, are cut off from LTTng (lib/core/life.h): there it is left alone, and
 * liblttng-ust-fork is passed over.
 *
 * _Fork() may be called in a signal handler, where nothing of that can be done. It only makes the child known at once: what it
 * interrupted would go on counting for the parent (lib/core/life.h).
 *
 * clone() without shared memory is in clone.c; with it, as vfork() and posix_spawn(), it is left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "c-library.h"
#include "compiler.h"
#include "life.h"
#include "trace.h"

#define EXPORT __attribute__((visibility("default")))

/* X(name, (parameters), (arguments)); each gives 0 in the child, and -1 where there is none. */
#define FORK_FUNCTIONS(X)                                                                          \
	X(fork, (void), ())                                                                        \
	X(daemon, (int keep_directory, int keep_files), (keep_directory, keep_files))              \
	X(forkpty,                                                                                 \
	  (int *terminal, char *name, const struct termios *modes, const struct winsize *size),    \
	  (terminal, name, modes, size))

/* From before to after. */
struct fork_state {
	bool is_cut_off; /* LTTng is left alone */
	bool is_ours; /* to keep LTTng in order is our part */
	bool is_prepared; /* LTTng is, by us */
	uint32_t busy;
};

static struct fork_state before(void)
{
	struct fork_state state = { .is_ours = !aspan_trace_has_fork_handler() };

	aspan_life_know_child();
	state.is_cut_off = aspan_trace_is_cut_off();
	if (state.is_cut_off) {
		return state;
	}
	if (state.is_ours) {
		state.is_prepared = aspan_trace_before_fork();
	} else {
		state.busy = aspan_trace_before_handled_fork();
	}
	return state;
}

static void restore_lttng(int result, const struct fork_state *state)
{
	if (!state->is_ours) {
		aspan_trace_after_handled_fork(state->busy);
	} else if (result == 0) {
		aspan_trace_after_fork_in_child(state->is_prepared);
	} else {
		aspan_trace_after_fork_in_parent(state->is_prepared);
	}
}

static void after(int result, const struct fork_state *state)
{
	int saved_errno = errno;

	if (!state->is_cut_off) {
		restore_lttng(result, state);
	}
	if (result == 0) {
		aspan_life_announce();
	} else if (result > 0) {
		aspan_life_note_child();
	}
	errno = saved_errno;
}

#define DEFINE_FORK(name, parameters, arguments)                                                   \
	static _Atomic(int(*) parameters) next_##name;                                             \
	static _Atomic(int(*) parameters) last_##name; /* the C library's, or NULL */              \
	static void resolve_##name(void)                                                           \
	{                                                                                          \
		/* Relaxed: everybody finds the same. */                                           \
		atomic_store_explicit(&next_##name, (int(*) parameters) dlsym(RTLD_NEXT, #name),   \
				      memory_order_relaxed);                                       \
		atomic_store_explicit(&last_##name,                                                \
				      (int(*) parameters) aspan_find_in_c_library(#name),          \
				      memory_order_relaxed);                                       \
	}                                                                                          \
	EXPORT int name parameters                                                                 \
	{                                                                                          \
		int(*next) parameters = atomic_load_explicit(&next_##name, memory_order_relaxed);  \
		struct fork_state state;                                                           \
		int result;                                                                        \
                                                                                                   \
		if (!next) {                                                                       \
			resolve_##name();                                                          \
			next = atomic_load_explicit(&next_##name, memory_order_relaxed);           \
		}                                                                                  \
		state = before();                                                                  \
		if (state.is_cut_off && !state.is_ours &&                                          \
		    atomic_load_explicit(&last_##name, memory_order_relaxed)) {                    \
			next = atomic_load_explicit(&last_##name, memory_order_relaxed);           \
		}                                                                                  \
		result = next arguments;                                                           \
		after(result, &state);                                                             \
		return result;                                                                     \
	}

FORK_FUNCTIONS(DEFINE_FORK)

static _Atomic(pid_t (*)(void)) next_bare_fork;

static void resolve_bare_fork(void)
{
	atomic_store_explicit(&next_bare_fork, (pid_t(*)(void)) dlsym(RTLD_NEXT, "_Fork"),
			      memory_order_relaxed);
}

EXPORT pid_t _Fork(void)
{
	pid_t (*next)(void) = atomic_load_explicit(&next_bare_fork, memory_order_relaxed);
	pid_t child;

	if (!next) {
		errno = ENOSYS;
		return -1;
	}
	child = next();
	if (child == 0) {
		aspan_life_know_child();
	}
	return child;
}

__attribute__((constructor)) static void start(void)
{
#define RESOLVE(name, parameters, arguments) resolve_##name();
	FORK_FUNCTIONS(RESOLVE)
#undef RESOLVE
	resolve_bare_fork();
	/* The look-up takes the dynamic linker's lock. */
	aspan_trace_has_fork_handler();
}
