/* SPDX-License-Identifier: MIT */
/*
 * `allocspan record --bind SPEC`: the command gets liballocspan-bind and the SPECs, and what that library has to say
 * comes back in a file.
 *
 * A command that has ALLOCSPAN_BIND or ALLOCSPAN_BIND_FILE in its environment anyway gets the library, too.
 */
#ifndef ASPAN_CLI_RECORD_BIND_H
#define ASPAN_CLI_RECORD_BIND_H

#include "record-command.h"
#include "record-options.h"

#include <stdbool.h>

struct aspan_record_bind {
	bool is_wanted;
	const struct aspan_record_options *options;
	char *list; /* ALLOCSPAN_BIND; NULL if only a file is given */
	char *report; /* ALLOCSPAN_BIND_REPORT */
};

/* Whether each SPEC can be read; says what is wrong. 0 or -EINVAL. */
int aspan_record_bind_check(const struct aspan_record_options *options);

/*
 * Makes what the command gets, and mentions events that the program and its libraries do not have: they may open one
 * that has. 0 or negative errno, which has been told; end it with aspan_record_bind_fini() in any case.
 */
int aspan_record_bind_init(struct aspan_record_bind *bind,
			   const struct aspan_record_options *options, const char *program);

/* Adds our library to the list in *preload, if bindings are wanted. 0 or negative errno, which has been told. */
int aspan_record_bind_add_library(const struct aspan_record_bind *bind, char **preload);

/* Fills in up to two variables and returns how many. */
unsigned int aspan_record_bind_set_environment(const struct aspan_record_bind *bind,
					       struct aspan_record_variable *environment);

/* Prints what the library had to say, after the command has ended. */
void aspan_record_bind_tell(const struct aspan_record_bind *bind);

void aspan_record_bind_fini(struct aspan_record_bind *bind);

#endif
