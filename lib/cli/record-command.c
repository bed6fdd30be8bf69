/* SPDX-License-Identifier: MIT */
/*
 * The command that is recorded: a child in the same process group.
 *
 * It is forked before the session daemon starts, because this process may then move to another mount
 * namespace and the command must not; it waits until the session runs.
 */
#include "record-command.h"
#include "record-signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a shell adds to the number of the signal that ended a command. */
#define SIGNAL_STATUS 128

static void __attribute__((noreturn))
become_command(int start_fd, int error_fd, char **argv,
	       const struct aspan_record_variable *environment, unsigned int variable_count)
{
	ssize_t ret;
	char start;
	int error;

	do {
		ret = read(start_fd, &start, sizeof(start));
	} while (ret < 0 && errno == EINTR);
	if (ret != sizeof(start)) {
		_exit(EXIT_FAILURE);
	}
	for (unsigned int i = 0; i < variable_count; i++) {
		if (environment[i].value) {
			setenv(environment[i].name, environment[i].value, 1);
		} else {
			unsetenv(environment[i].name);
		}
	}
	/* A Ctrl-C that came meanwhile takes effect here. */
	aspan_record_signals_restore();
	execvp(argv[0], argv);
	error = errno;
	ret = write(error_fd, &error, sizeof(error));
	_exit(EXIT_FAILURE);
}

int aspan_record_command_prepare(struct aspan_record_command *command, char **argv,
				 const struct aspan_record_variable *environment,
				 unsigned int variable_count)
{
	int start_fds[2], error_fds[2];
	int error = 0;

	*command = (struct aspan_record_command){ .start_fd = -1, .error_fd = -1 };
	if (pipe2(start_fds, O_CLOEXEC) < 0) {
		return -errno;
	}
	if (pipe2(error_fds, O_CLOEXEC) < 0) {
		error = -errno;
		close(start_fds[0]);
		close(start_fds[1]);
		return error;
	}
	command->start_fd = start_fds[1];
	command->error_fd = error_fds[0];
	command->pid = fork();
	if (command->pid == 0) {
		close(start_fds[1]);
		become_command(start_fds[0], error_fds[1], argv, environment, variable_count);
	}
	error = command->pid < 0 ? -errno : 0;
	close(start_fds[0]);
	close(error_fds[1]);
	if (error) {
		aspan_record_command_abandon(command);
	}
	return error;
}

static void close_pipes(struct aspan_record_command *command)
{
	if (command->start_fd >= 0) {
		close(command->start_fd);
	}
	if (command->error_fd >= 0) {
		close(command->error_fd);
	}
	command->start_fd = -1;
	command->error_fd = -1;
}

int aspan_record_command_start(struct aspan_record_command *command)
{
	const char start = 's';
	int error = 0;
	ssize_t ret;

	ret = write(command->start_fd, &start, sizeof(start));
	/* Ends without a byte when exec closes the other end. */
	ret = ret < 0 ? ret : read(command->error_fd, &error, sizeof(error));
	close_pipes(command);
	if (ret != sizeof(error)) {
		return 0;
	}
	waitpid(command->pid, NULL, 0);
	command->pid = 0;
	return -error;
}

void aspan_record_command_abandon(struct aspan_record_command *command)
{
	close_pipes(command);
	if (command->pid > 0) {
		waitpid(command->pid, NULL, 0);
	}
	command->pid = 0;
}

/*
 * What the terminal sends it sends to the command, too, and a second Ctrl-C often means "at once". What the command
 * sends to its parent is not meant for itself.
 */
static bool should_hand_on(const siginfo_t *info, pid_t command)
{
	return info->si_code <= 0 && info->si_pid != command;
}

/* A terminal that goes away says it by SIGHUP; from a process it may mean "read your configuration again". */
static bool wants_an_end(const siginfo_t *info, int number)
{
	return number == SIGINT || number == SIGQUIT || number == SIGTERM ||
	       (number == SIGHUP && info->si_code > 0);
}

static int shell_status(int status)
{
	return WIFSIGNALED(status) ? SIGNAL_STATUS + WTERMSIG(status) : WEXITSTATUS(status);
}

int aspan_record_command_wait(struct aspan_record_command *command, pid_t *daemon_pid,
			      int (*look)(void *data), void *data)
{
	siginfo_t info;
	int number;

	for (;;) {
		number = aspan_record_signals_take(&info, look(data));
		if (number == 0) {
			continue;
		}
		if (number != SIGCHLD) {
			if (should_hand_on(&info, command->pid)) {
				kill(command->pid, number);
			}
			command->was_interrupted |= wants_an_end(&info, number);
			continue;
		}
		if (*daemon_pid > 0 && waitpid(*daemon_pid, NULL, WNOHANG) == *daemon_pid) {
			*daemon_pid = 0;
		}
		if (waitpid(command->pid, &command->status, WNOHANG) == command->pid) {
			command->pid = 0;
			return shell_status(command->status);
		}
	}
}
