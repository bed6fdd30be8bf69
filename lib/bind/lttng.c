/* SPDX-License-Identifier: MIT */
/*
 * See lttng.h.
 */
#include "lttng.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "record.h"

typedef int register_function(const char *provider, const char *event, void (*probe)(void),
			      void *data, const char *signature);
typedef int unregister_function(const char *provider, const char *event, void (*probe)(void),
				void *data);

static _Atomic(register_function *) provider_register;
static _Atomic(unregister_function *) provider_unregister;

bool aspan_bind_lttng_open(void)
{
	uint32_t busy;
	void *library;

	/* Relaxed: a function pointer that never changes back. */
	if (atomic_load_explicit(&provider_register, memory_order_relaxed)) {
		return true;
	}
	busy = aspan_record_internal_begin();
	library = dlopen(ASPAN_BIND_LTTNG_LIBRARY, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
	if (library) {
		atomic_store_explicit(&provider_unregister,
				      (unregister_function *) dlsym(
					      library, "lttng_ust_tracepoint_provider_unregister"),
				      memory_order_relaxed);
		atomic_store_explicit(&provider_register,
				      (register_function *) dlsym(
					      library, "lttng_ust_tracepoint_provider_register"),
				      memory_order_relaxed);
	}
	aspan_record_internal_end(busy);
	return atomic_load_explicit(&provider_register, memory_order_relaxed) &&
	       atomic_load_explicit(&provider_unregister, memory_order_relaxed);
}

int aspan_bind_lttng_register(const char *provider, const char *event, void (*probe)(void),
			      void *data, const char *signature)
{
	register_function *function =
		atomic_load_explicit(&provider_register, memory_order_relaxed);
	uint32_t busy;
	int status;

	if (!function) {
		return -ENOSYS;
	}
	busy = aspan_record_internal_begin();
	status = function(provider, event, probe, data, signature);
	aspan_record_internal_end(busy);
	return status;
}

int aspan_bind_lttng_unregister(const char *provider, const char *event, void (*probe)(void),
				void *data)
{
	unregister_function *function =
		atomic_load_explicit(&provider_unregister, memory_order_relaxed);
	uint32_t busy;
	int status;

	if (!function) {
		return -ENOSYS;
	}
	busy = aspan_record_internal_begin();
	status = function(provider, event, probe, data);
	aspan_record_internal_end(busy);
	return status;
}
