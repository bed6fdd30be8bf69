/* SPDX-License-Identifier: MIT */
/*
 * See trace.h.
 */
#include "trace.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "debug.h"

#define PROVIDER_FILE "liballocspan-tp.so"

static const int never_enabled;
static void *const no_sessions;

struct aspan_trace_events aspan_trace = {
	.size_bytes = sizeof(struct aspan_trace_events),
#define CLOSED_EVENT(event, parameters, arguments)                                                 \
	.event = { .enabled = &never_enabled, .sessions = &no_sessions },
	ASPAN_TRACE_EVENTS(CLOSED_EVENT)
};

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
	length = snprintf(path, sizeof(path), "%.*s/" PROVIDER_FILE,
			  (int) (slash - us.dli_fname), us.dli_fname);
	if (length < 0 || (size_t) length >= sizeof(path)) {
		return NULL;
	}
	return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
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
	ASPAN_TRACE_EVENTS(COPY_EMIT)
	atomic_thread_fence(memory_order_release);
#define COPY_FLAGS(event, parameters, arguments)                                                   \
	aspan_trace.event.sessions = table->event.sessions;                                        \
	aspan_trace.event.enabled = table->event.enabled;
	ASPAN_TRACE_EVENTS(COPY_FLAGS)
}
