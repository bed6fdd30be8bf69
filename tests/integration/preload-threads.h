/* SPDX-License-Identifier: MIT */
/*
 * A library with the name of one of LTTng's, in which threads begin; and which also has an operator new that calls the program.
 */
#ifndef TEST_INTEGRATION_PRELOAD_THREADS_H
#define TEST_INTEGRATION_PRELOAD_THREADS_H

#include <pthread.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

/* Creates a thread that begins in the library, and there calls the function. Call once at a time: until the thread is joined. */
EXPORT int imitation_create(pthread_t *thread, const pthread_attr_t *attributes,
			    void *(*function)(void *), void *argument);

/* Called by operator new, unless it is NULL. */
EXPORT extern void (*imitation_new_hook)(void);

/* operator new(size_t) */
EXPORT void *_Znwm(size_t size);

#endif
