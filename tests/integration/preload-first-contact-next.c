/* SPDX-License-Identifier: MIT */
/*
 * See preload-first-contact.h. A call that comes while this thread is inside of the allocator is counted and served all the
 * same: with the locks of a real allocator it would wait for ever.
 *
 * It is initialised before all others, and takes the keys of threads that need no memory: whoever wants one later
 * gets one for which pthread_setspecific() allocates.
 */
#include "preload-first-contact.h"

#include <pthread.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#define KEYS_WITHOUT_MEMORY 32
#define EXPORT __attribute__((visibility("default")))
#define TLS _Thread_local __attribute__((tls_model("initial-exec")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static TLS int armed_call;
static TLS int armed_signal;
static TLS int depth;
static _Atomic unsigned int raised, reentered;

static void begin(int call)
{
	if (depth++ > 0) {
		atomic_fetch_add(&reentered, 1);
	}
	if (armed_call == call) {
		armed_call = 0;
		atomic_fetch_add(&raised, 1);
		raise(armed_signal);
	}
}

EXPORT void first_contact_arm(enum first_contact_call call, int signal_number)
{
	armed_signal = signal_number;
	armed_call = call;
}

EXPORT unsigned int first_contact_raised(void)
{
	return atomic_load(&raised);
}

EXPORT unsigned int first_contact_reentered(void)
{
	return atomic_load(&reentered);
}

EXPORT void *malloc(size_t size)
{
	void *block;

	begin(FIRST_CONTACT_ALLOCATE);
	block = __libc_malloc(size);
	depth--;
	return block;
}

EXPORT void *calloc(size_t count, size_t size)
{
	void *block;

	begin(FIRST_CONTACT_ALLOCATE);
	block = __libc_calloc(count, size);
	depth--;
	return block;
}

EXPORT void *realloc(void *block, size_t size)
{
	begin(FIRST_CONTACT_ALLOCATE);
	block = __libc_realloc(block, size);
	depth--;
	return block;
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	void *block;

	begin(FIRST_CONTACT_ALLOCATE);
	block = __libc_memalign(alignment, size);
	depth--;
	return block;
}

EXPORT void free(void *block)
{
	begin(FIRST_CONTACT_FREE);
	__libc_free(block);
	depth--;
}

__attribute__((constructor)) static void take_keys(void)
{
	for (int i = 0; i < KEYS_WITHOUT_MEMORY; i++) {
		pthread_key_t key;

		pthread_key_create(&key, NULL);
	}
}
