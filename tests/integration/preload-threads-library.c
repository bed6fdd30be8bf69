/* SPDX-License-Identifier: MIT */
/*
 * See preload-threads.h.
 */
#include "preload-threads.h"

#include <stdlib.h>

struct request {
	void *(*function)(void *);
	void *argument;
};

void (*imitation_new_hook)(void);

static void *begin(void *pointer)
{
	const struct request *request = pointer;

	return request->function(request->argument);
}

int imitation_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *),
		     void *argument)
{
	static struct request request;

	request = (struct request){ function, argument };
	return pthread_create(thread, attributes, begin, &request);
}

void *_Znwm(size_t size)
{
	if (imitation_new_hook) {
		imitation_new_hook();
	}
	return malloc(size);
}
