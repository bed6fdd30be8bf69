/* SPDX-License-Identifier: MIT */
/*
 * See trace.h.
 */
#include "trace.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "debug.h"

#define PROVIDER_FILE "liballocspan-tp.so"
#define FORK_HANDLER_FILE "liblttng-ust-fork.so.1"

static const int never_enabled;
static void *const no_sessions;

#define CLOSED_EVENT(event, parameters, arguments)                                                 \
	.event = { .enabled = &never_enabled, .sessions = &no_sessions },

/* clang-format off */
struct aspan_trace_events aspan_trace = {
	.size_bytes = sizeof(struct aspan_trace_events),
	ASPAN_ALL_EVENTS(CLOSED_EVENT)
};
/* clang-format on */

/* The provider is beside this library, in the build tree as where it is installed. */
static void *open_beside_us(void)
{
	char path[PATH_MAX];
	const char *slash;
	Dl_info us;
	int length;

	if (!dladdr(&aspan_trace, &us) || !us.dli_fname) {
		return NULL;
	}
	slash = strrchr(us.dli_fname, '/');
	if (!slash) {
		return NULL;
	}
	length = snprintf(path, sizeof(path), "%.*s/" PROVIDER_FILE, (int) (slash - us.dli_fname),
			  us.dli_fname);
	if (length < 0 || (size_t) length >= sizeof(path)) {
		return NULL;
	}
	return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

static bool has_fork_handler;

bool aspan_trace_has_fork_handler(void)
{
	return has_fork_handler;
}

static bool is_loaded(const char *file)
{
	void *library = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);

	if (!library) {
		return false;
	}
	dlclose(library);
	return true;
}

void aspan_trace_open(void)
{
	const struct aspan_trace_events *table;
	void *provider = open_beside_us();

	if (!provider) {
		provider = dlopen(PROVIDER_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	}
	if (!provider) {
		aspan_debug("events cannot be recorded: %s", dlerror());
		return;
	}
	table = dlsym(provider, ASPAN_TRACE_EVENTS_SYMBOL);
	if (!table || table->size_bytes != sizeof(aspan_trace)) {
		aspan_debug("events cannot be recorded: " PROVIDER_FILE " is of another version");
		return;
	}
	/*
	 * Threads that allocate meanwhile see old or new pointers; each of them is valid at any time, and `emit` is
	 * set before a flag can be found raised.
	 */
#define COPY_EMIT(event, parameters, arguments) aspan_trace.event.emit = table->event.emit;
	ASPAN_ALL_EVENTS(COPY_EMIT)
	atomic_thread_fence(memory_order_release);
	aspan_trace.init_thread = table->init_thread;
	aspan_trace.after_fork_in_parent = table->after_fork_in_parent;
	aspan_trace.after_fork_in_child = table->after_fork_in_child;
	aspan_trace.before_fork = table->before_fork;
	has_fork_handler = is_loaded(FORK_HANDLER_FILE);
#define COPY_FLAGS(event, parameters, arguments)                                                   \
	aspan_trace.event.sessions = table->event.sessions;                                        \
	aspan_trace.event.enabled = table->event.enabled;
	ASPAN_ALL_EVENTS(COPY_FLAGS)
}

void aspan_trace_close_all_but_packed(void)
{
	const struct aspan_trace_events open = aspan_trace;

#define CLOSE(event, parameters, arguments) aspan_trace.event.enabled = &never_enabled;
	ASPAN_TRACE_EVENTS(CLOSE)
#undef CLOSE
	aspan_trace.process_begin.enabled = open.process_begin.enabled;
	aspan_trace.process_end.enabled = open.process_end.enabled;
}

/* Of the thread that forks; protected by LTTng's own lock, which is held from before to after. */
static sigset_t fork_signals;

void aspan_trace_before_fork(void)
{
	sigset_t signals;

	if (aspan_trace.before_fork) {
		aspan_trace.before_fork(&signals);
		fork_signals = signals;
	}
}

void aspan_trace_after_fork_in_parent(void)
{
	sigset_t signals = fork_signals;

	if (aspan_trace.before_fork) {
		aspan_trace.after_fork_in_parent(&signals);
	}
}

void aspan_trace_after_fork_in_child(void)
{
	sigset_t signals = fork_signals;
	uint32_t busy = aspan_thread.busy;

	if (aspan_trace.before_fork) {
		/* It frees what the parent's sessions needed, and cannot record that: its flags are still those of the parent. */
		aspan_thread.busy = busy | ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER;
		aspan_trace.after_fork_in_child(&signals);
		aspan_thread.busy = busy;
	}
}

/* Of the thread that forks: LTTng itself may fork once more while it starts in the child. */
static ASPAN_TLS unsigned int handled_forks;

uint32_t aspan_trace_before_handled_fork(void)
{
	handled_forks++;
	return aspan_thread.busy;
}

void aspan_trace_begin_forked_child(void)
{
	if (handled_forks) {
		aspan_thread.busy |= ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER;
	}
}

void aspan_trace_after_handled_fork(uint32_t busy)
{
	handled_forks--;
	aspan_thread.busy = busy;
}
