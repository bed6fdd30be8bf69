/* SPDX-License-Identifier: MIT */
/*
 * The command that is recorded: a child in the same process group.
 *
 * So the terminal treats both as one job: Ctrl-C and Ctrl-\ reach the command from the terminal, Ctrl-Z
 * stops and `fg` continues both, and it may read. Signals that somebody sends to `allocspan` are handed on.
 */
#ifndef ASPAN_CLI_RECORD_COMMAND_H
#define ASPAN_CLI_RECORD_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct aspan_record_command {
	pid_t pid;
	int status; /* how it ended, as from waitpid() */
	bool was_interrupted; /* somebody wanted an end while it ran */
	int start_fd; /* writing to it starts the command, closing it gives up */
	int error_fd; /* gives errno if it could not be executed */
};

/* An environment variable that the command gets; NULL as the value removes it. */
struct aspan_record_variable {
	const char *name;
	const char *value;
};

/* Forks the child, which waits. 0 or negative errno. */
int aspan_record_command_prepare(struct aspan_record_command *command, char **argv,
				 const struct aspan_record_variable *environment,
				 unsigned int variable_count);

/* Starts it. 0, or the negative errno of exec: then it is over. */
int aspan_record_command_start(struct aspan_record_command *command);

/* Instead of start: ends the waiting child. May be called in any state but a running one. */
void aspan_record_command_abandon(struct aspan_record_command *command);

/*
 * Hands on signals until it ends, and gives the status that a shell would. *daemon_pid, if not 0, is reaped should it
 * die meanwhile, and becomes 0. Meanwhile calls `look` with `data`, which says in how many milliseconds it wants to be
 * called again at the latest.
 */
int aspan_record_command_wait(struct aspan_record_command *command, pid_t *daemon_pid,
			      int (*look)(void *data), void *data);

#endif
