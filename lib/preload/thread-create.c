/* SPDX-License-Identifier: MIT */
/*
 * pthread_create() as the program sees it. The call for a thread of the program is passed on unchanged. A thread of LTTng stays
 * untracked for life, and so do the threads that it creates: their memory is not the program's.
 *
 * A thread is LTTng's if
 * - the library or LTTng is at work on the creating thread: while the provider is loaded, while LTTng starts again in a forked
 *   child, and on each thread of LTTng;
 * - or its start routine lies in a library of LTTng. This covers a program that links LTTng, whose constructor then runs before
 *   ours. The caller's address would not do: another pthread_create() may stand between LTTng and this one.
 *
 * While LTTng starts its threads, the thread that waits for them may hold the lock of the dynamic linker, and the place of LTTng's
 * thread-local storage may not be decided yet. So the new thread must not use malloc, the linker, or lib/core/lock.h, which
 * prepares the thread. Therefore its argument is in a mapping of its own.
 *
 * Known limit: the C library creates some threads without a call of this function (thrd_create, SIGEV_THREAD). They are tracked.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "record.h"

#define EXPORT __attribute__((visibility("default")))

/* liblttng-ust.so.1 and its companions, liblttng-ust-common.so.1 and others. */
#define LTTNG_FILE_PREFIX "liblttng-ust"

typedef void *start_function(void *argument);
typedef int create_function(pthread_t *thread, const pthread_attr_t *attributes,
			    start_function *start, void *argument);

/* Relaxed: everybody finds the same. */
static _Atomic(create_function *) next_create;

static create_function *find_next(void)
{
	create_function *next = atomic_load_explicit(&next_create, memory_order_relaxed);

	if (!next) {
		next = (create_function *) dlsym(RTLD_NEXT, "pthread_create");
		atomic_store_explicit(&next_create, next, memory_order_relaxed);
	}
	return next;
}

static bool is_lttng_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strncmp(slash ? slash + 1 : path, LTTNG_FILE_PREFIX, strlen(LTTNG_FILE_PREFIX)) == 0;
}

/*
 * The look-up takes no lock: a thread that holds the dynamic linker's may be in a constructor that waits for the thread to be
 * created. Older C libraries have no such look-up; there LTTng's threads are known by their creator alone.
 */
static bool begins_in_lttng(start_function *start)
{
#ifdef DLFO_STRUCT_HAS_EH_DBASE
	struct dl_find_object object;

	return _dl_find_object((void *) start, &object) == 0 && object.dlfo_link_map &&
	       is_lttng_file(object.dlfo_link_map->l_name);
#else
	(void) start;
	(void) is_lttng_file;
	return false;
#endif
}

static bool is_programs(start_function *start)
{
	return !(aspan_thread.busy & (ASPAN_BUSY_INTERNAL | ASPAN_BUSY_TRACER)) &&
	       !begins_in_lttng(start);
}

/* The argument of run_untracked(). The new thread unmaps it, or its creator if there is no thread. */
struct untracked_start {
	start_function *function;
	void *argument;
};

static void *run_untracked(void *pointer)
{
	const struct untracked_start start = *(const struct untracked_start *) pointer;

	/* For life: nothing resets it. */
	aspan_record_internal_begin();
	munmap(pointer, sizeof(start));
	return start.function(start.argument);
}

static int create_untracked(pthread_t *thread, const pthread_attr_t *attributes,
			    start_function *function, void *argument)
{
	struct untracked_start *start = mmap(NULL, sizeof(*start), PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error = EAGAIN;

	if (start != MAP_FAILED) {
		start->function = function;
		start->argument = argument;
		error = find_next()(thread, attributes, run_untracked, start);
		if (error) {
			munmap(start, sizeof(*start));
		}
	}
	return error;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  start_function *start, void *argument)
{
	if (is_programs(start)) {
		return find_next()(thread, attributes, start, argument);
	}
	return create_untracked(thread, attributes, start, argument);
}

__attribute__((constructor)) static void start(void)
{
	find_next();
}
