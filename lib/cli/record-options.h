/* SPDX-License-Identifier: MIT */
/*
 * The arguments of `allocspan record`.
 */
#ifndef ASPAN_CLI_RECORD_OPTIONS_H
#define ASPAN_CLI_RECORD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct aspan_record_options {
	const char *output; /* NULL: a directory named after the command and the time */
	bool has_root;
	bool has_callsite;
	bool has_no_ledger;
	bool has_no_wait;
	bool has_user_buffers; /* else each process has its own */
	bool is_packed; /* then neither stack_depth nor filter */
	const char *stack_depth; /* NULL: no call stacks; else a number of 1 to 128 */
	const char *filter; /* NULL: none */
	const char **contexts;
	size_t context_count;
	const char **events;
	size_t event_count;
	const char **bindings;
	size_t binding_count;
	char **command; /* ends with NULL */
};

/* Exits with status 2 on wrong usage. 0 or negative errno; end it with aspan_record_options_fini(). */
int aspan_record_options_init(struct aspan_record_options *options, int argc, char **argv);

void aspan_record_options_fini(struct aspan_record_options *options);

#endif
