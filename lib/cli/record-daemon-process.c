/* SPDX-License-Identifier: MIT */
/*
 * The process of a session daemon of our own.
 *
 * It is a child, known by its pid, in a session of its own so that Ctrl-C does not reach it; if
 * `allocspan` is killed, the kernel ends it.
 */
#include "record-daemon-process.h"

#include "open-files.h"
#include "record-proc.h"
#include "record-signals.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_TIMEOUT_MS 60000
#define POLL_MS 1000
#define RETRY_NS 5000000
#define END_TIMEOUT_NS INT64_C(10000000000)
#define SHORT_TIMEOUT_NS INT64_C(500000000)

static void redirect(const char *directory)
{
	char *log;
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int log_fd = -1;

	if (asprintf(&log, "%s/log", directory) > 0) {
		log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	}
	dup2(null_fd, STDIN_FILENO);
	dup2(log_fd, STDOUT_FILENO);
	dup2(log_fd, STDERR_FILENO);
}

/* LTTng's plug-ins are of both: they must agree on the clock. */
static bool is_for_command(const char *variable)
{
	return strncmp(variable, "LD_PRELOAD=", strlen("LD_PRELOAD=")) == 0 ||
	       strncmp(variable, "ALLOCSPAN_", strlen("ALLOCSPAN_")) == 0 ||
	       (strncmp(variable, "LTTNG_UST_", strlen("LTTNG_UST_")) == 0 &&
		!strstr(variable, "_PLUGIN="));
}

/* What is meant for the command would record the daemon, or load the user's libraries into it. */
static void clear_environment(void)
{
	char **kept = environ;

	for (char **variable = environ; *variable; variable++) {
		if (!is_for_command(*variable)) {
			*kept++ = *variable;
		}
	}
	*kept = NULL;
}

/* In the child. */
static void __attribute__((noreturn))
become_daemon(const struct aspan_record_daemon *daemon, const char *program, pid_t parent)
{
	char *apps_socket, *sessions;

	setsid();
	if (!daemon->is_shared) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	}
	redirect(daemon->directory);
	clear_environment();
	/* The consumer daemon keeps some for each CPU of each process that is recorded. */
	aspan_open_files_raise();
	if (getppid() != parent ||
	    asprintf(&apps_socket, "--apps-sock=%s/.lttng/lttng-ust-sock-8", daemon->directory) <
		    0 ||
	    asprintf(&sessions, "--load=%s/sessions", daemon->directory) < 0) {
		_exit(EXIT_FAILURE);
	}
	aspan_record_signals_restore();
	if (daemon->is_shared) {
		execl(program, "lttng-sessiond", "--no-kernel", "--sig-parent", sessions,
		      (char *) NULL);
	} else {
		execl(program, "lttng-sessiond", "--no-kernel", "--sig-parent", sessions,
		      apps_socket, (char *) NULL);
	}
	_exit(EXIT_FAILURE);
}

/* The daemon sends SIGUSR1 when it takes commands, or dies. */
static int wait_until_ready(pid_t pid)
{
	siginfo_t info;

	for (int waited_ms = 0; waited_ms < START_TIMEOUT_MS;) {
		int number = aspan_record_signals_take(&info, POLL_MS);

		if (number == SIGUSR1 && info.si_pid == pid) {
			return 0;
		}
		if (waitpid(pid, NULL, WNOHANG) != 0) {
			return -ECHILD;
		}
		if (number == SIGINT || number == SIGTERM || number == SIGHUP ||
		    number == SIGQUIT) {
			return -EINTR;
		}
		waited_ms += number == 0 ? POLL_MS : 0;
	}
	return -ETIMEDOUT;
}

/* LTTng marks what matters: "Error: ..." */
static void print_why(const char *directory)
{
	char *path, *line = NULL, *mark;
	char said[256] = "";
	size_t size = 0;
	FILE *log = NULL;

	if (asprintf(&path, "%s/log", directory) > 0) {
		log = fopen(path, "re");
		free(path);
	}
	while (log && getline(&line, &size, log) > 0) {
		mark = strstr(line, "Error: ");
		if (mark) {
			mark[strcspn(mark, "\n")] = '\0';
			snprintf(said, sizeof(said), " (it says: %s)", mark + strlen("Error: "));
		}
	}
	free(line);
	if (log) {
		fclose(log);
	}
	aspan_terminal_error("the session daemon does not start%s; see 'allocspan doctor'", said);
}

int aspan_daemon_process_start(struct aspan_record_daemon *daemon, const char *program)
{
	pid_t self = getpid();
	int ret;

	daemon->pid = fork();
	if (daemon->pid == 0) {
		become_daemon(daemon, program, self);
	}
	ret = daemon->pid < 0 ? -errno : wait_until_ready(daemon->pid);
	if (ret == 0) {
		return 0;
	}
	if (ret != -EINTR) {
		print_why(daemon->directory);
	}
	if (daemon->pid > 0) {
		kill(daemon->pid, SIGKILL);
		waitpid(daemon->pid, NULL, 0);
	}
	daemon->pid = 0;
	return ret;
}

/* It is our child if we started it; if not, its own parent may never ask for its status. */
static bool has_ended(pid_t pid)
{
	struct aspan_proc_status status;

	return waitpid(pid, NULL, WNOHANG) == pid || kill(pid, 0) < 0 ||
	       (aspan_proc_read_status(pid, &status) && status.is_zombie);
}

/*
 * The consumer of LTTng 2.13 now and then sleeps on at its end, and the daemon waits for it. The trace is whole by
 * then, so what is left of the daemon's session can be killed.
 */
void aspan_daemon_process_end(pid_t pid, bool is_able)
{
	const struct timespec retry = { .tv_nsec = RETRY_NS };
	int64_t timeout_ns = is_able ? END_TIMEOUT_NS : SHORT_TIMEOUT_NS;

	kill(pid, SIGTERM);
	for (int64_t waited_ns = 0; !has_ended(pid); waited_ns += RETRY_NS) {
		if (waited_ns == timeout_ns) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
		}
		nanosleep(&retry, NULL);
	}
}
