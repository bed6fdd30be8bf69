/* SPDX-License-Identifier: MIT */
/*
 * See trace-open.h.
 *
 * The dynamic linker's lock makes threads that open it at once wait for the first of them; a lock of ours around that could be
 * waited for by who holds the linker's, in a constructor. Ours is only around what follows.
 */
#include "trace-open.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "debug.h"
#include "life.h"
#include "record.h"
#include "trace.h"

#define LIBRARY_FILE "liballocspan.so"
#define INTERPOSER_FILE "liballocspan-preload.so"
#define PROVIDER_FILE "liballocspan-tp.so"
#define LTTNG_FILE "liblttng-ust.so.1"

_Atomic bool aspan_trace_open_is_over;

/* How many threads are in the dynamic linker for it. */
static _Atomic int opening_count;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const ElfW(Dyn) * find_dynamic(const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		if (object->dlpi_phdr[i].p_type == PT_DYNAMIC) {
			return (const ElfW(Dyn) *) (object->dlpi_addr +
						    object->dlpi_phdr[i].p_vaddr);
		}
	}
	return NULL;
}

/* The linker has made it an address where it may write to the table; elsewhere it is still an offset. */
static const char *find_strings(const struct dl_phdr_info *object, const ElfW(Dyn) * dynamic)
{
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_STRTAB) {
			ElfW(Addr) address = dynamic->d_un.d_ptr;

			return (const char *) (address < object->dlpi_addr ?
						       address + object->dlpi_addr :
						       address);
		}
	}
	return NULL;
}

static bool needs_us(const struct dl_phdr_info *object)
{
	const ElfW(Dyn) *dynamic = find_dynamic(object);
	const char *strings = dynamic ? find_strings(object, dynamic) : NULL;

	for (; strings && dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_NEEDED &&
		    begins_with(strings + dynamic->d_un.d_val, LIBRARY_FILE)) {
			return true;
		}
	}
	return false;
}

struct users {
	bool has_interposer;
	bool has_others;
};

static int note_user(struct dl_phdr_info *object, size_t size, void *data)
{
	struct users *users = data;

	(void) size;
	if (begins_with(file_of(object->dlpi_name), INTERPOSER_FILE)) {
		users->has_interposer = true;
	} else if (needs_us(object)) {
		users->has_others = true;
	}
	return 0;
}

static bool has_lttng(void)
{
	void *library = dlopen(LTTNG_FILE, RTLD_LAZY | RTLD_NOLOAD);

	if (!library) {
		return false;
	}
	dlclose(library);
	return true;
}

bool aspan_trace_is_needed_from_start(void)
{
	struct users users = { .has_interposer = false };

	dl_iterate_phdr(note_user, &users);
	/* Who is linked with all of us statically has none of them. */
	return !users.has_interposer || users.has_others || has_lttng();
}

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

static const struct aspan_trace_events *load_table(void)
{
	const struct aspan_trace_events *table;
	void *provider = open_beside_us();

	if (!provider) {
		provider = dlopen(PROVIDER_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	}
	if (!provider) {
		aspan_debug("events cannot be recorded: %s", dlerror());
		return NULL;
	}
	table = dlsym(provider, ASPAN_TRACE_EVENTS_SYMBOL);
	if (!table || table->size_bytes != sizeof(aspan_trace)) {
		aspan_debug("events cannot be recorded: " PROVIDER_FILE " is of another version");
		return NULL;
	}
	return table;
}

/* Where this thread, or a handler that interrupted it, forks or ends the program, the mutex is not in its way. */
static void take_over(const struct aspan_trace_events *table)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&mutex);
	if (!aspan_trace_is_open()) {
		if (table) {
			aspan_trace_use(table);
		}
		/* The first thread decides where LTTng's thread-local storage is: the others then take no lock of the linker. */
		aspan_thread_prepare();
		/* Pairs with the acquire in aspan_trace_is_open(). */
		atomic_store_explicit(&aspan_trace_open_is_over, true, memory_order_release);
		aspan_life_announce();
	}
	pthread_mutex_unlock(&mutex);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void aspan_trace_open(void)
{
	int saved_errno = errno;
	uint32_t busy;

	if (aspan_trace_is_open()) {
		return;
	}
	busy = aspan_record_internal_begin();
	atomic_fetch_add_explicit(&opening_count, 1, memory_order_relaxed);
	take_over(load_table());
	atomic_fetch_sub_explicit(&opening_count, 1, memory_order_relaxed);
	aspan_record_internal_end(busy);
	errno = saved_errno;
}

void aspan_trace_open_never(void)
{
	if (!aspan_trace_is_open()) {
		aspan_debug("events cannot be recorded: the process was forked by _Fork(), or "
			    "while LTTng was loaded");
		atomic_store_explicit(&aspan_trace_open_is_over, true, memory_order_release);
	}
}

void aspan_trace_open_after_fork(void)
{
	pthread_mutex_init(&mutex, NULL);
	if (atomic_exchange_explicit(&opening_count, 0, memory_order_relaxed) > 0) {
		aspan_trace_open_never();
	}
}
