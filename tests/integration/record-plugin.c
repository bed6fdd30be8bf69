/* SPDX-License-Identifier: MIT */
/*
 * A plug-in that uses the library in a program that does not: see record-plugin-host.c.
 */
#include <allocspan/token.h>

#include <stdlib.h>

__attribute__((visibility("default"))) void plugin_work(int count);

void plugin_work(int count)
{
	struct allocspan_token *token = allocspan_token_intern("plugin", NULL, 0);
	struct allocspan_guard guard = allocspan_token_enter(token);

	for (int i = 0; i < count; i++) {
		void *volatile block = malloc(100);

		free(block);
	}
	allocspan_guard_exit(&guard);
}
