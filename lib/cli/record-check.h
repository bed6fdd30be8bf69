/* SPDX-License-Identifier: MIT */
/*
 * What can be known to fail before anything of a recording is made. Each prints what is wrong and returns the exit status; 0: go on.
 */
#ifndef ASPAN_CLI_RECORD_CHECK_H
#define ASPAN_CLI_RECORD_CHECK_H

#include "record-buffers.h"
#include "record-options.h"

int aspan_record_check_arguments(const struct aspan_record_options *options);

/* The caller frees *program, the command's file. */
int aspan_record_check_program(const char *command, char **program);

/* Why an exec failed: `error` is its negative errno. */
int aspan_record_check_exec(const char *program, int error);

int aspan_record_check_room(struct aspan_record_buffers *buffers, bool is_per_user);

/* Prints why the buffers are smaller than wanted, if they are. */
void aspan_record_check_tell_room(const struct aspan_record_buffers *buffers);

#endif
