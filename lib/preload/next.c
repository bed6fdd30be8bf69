/* SPDX-License-Identifier: MIT */
/*
 * See next.h.
 */
#include "next.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "record.h"

struct aspan_next aspan_next;

enum resolve_state {
	RESOLVE_NOT_YET,
	RESOLVE_BUSY,
	RESOLVE_DONE,
};

static _Atomic int state = RESOLVE_NOT_YET;
static ASPAN_TLS bool is_resolving;

static void resolve_all(void)
{
	struct aspan_next found;

#define RESOLVE(name, result, parameters) found.name = (result(*) parameters) dlsym(RTLD_NEXT, #name);
	ASPAN_NEXT_FUNCTIONS(RESOLVE)
#undef RESOLVE
	aspan_next = found;
}

bool aspan_next_resolve(void)
{
	int expected = RESOLVE_NOT_YET;
	int saved_errno = errno;
	uint32_t busy;

	if (is_resolving) {
		return false;
	}
	if (!atomic_compare_exchange_strong_explicit(&state, &expected, RESOLVE_BUSY,
						     memory_order_acquire, memory_order_acquire)) {
		/* Pairs with the release below. */
		while (atomic_load_explicit(&state, memory_order_acquire) != RESOLVE_DONE) {
			sched_yield();
		}
		return true;
	}
	is_resolving = true;
	busy = aspan_record_internal_begin();
	resolve_all();
	aspan_record_internal_end(busy);
	is_resolving = false;
	atomic_store_explicit(&state, RESOLVE_DONE, memory_order_release);
	errno = saved_errno;
	return true;
}

/* An object that was opened later, with a C++ library that is not in the program's global scope. */
static void *find_from_caller(const char *mangled_name, const void *caller)
{
	Dl_info object;
	void *handle;
	void *found;

	if (!dladdr(caller, &object) || !object.dli_fname) {
		return NULL;
	}
	handle = dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (!handle) {
		return NULL;
	}
	found = dlsym(handle, mangled_name);
	dlclose(handle);
	return found;
}

void *aspan_next_operator(const char *mangled_name, const void *ours, const void *caller)
{
	uint32_t busy = aspan_record_internal_begin();
	void *found = dlsym(RTLD_NEXT, mangled_name);

	if (!found && caller) {
		found = find_from_caller(mangled_name, caller);
	}
	aspan_record_internal_end(busy);
	return found == ours ? NULL : found;
}

__attribute__((constructor)) static void start(void)
{
	aspan_next_is_ready();
}
