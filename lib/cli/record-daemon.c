/* SPDX-License-Identifier: MIT */
/*
 * The session daemon of a recording: the one that runs, or one of our own.
 *
 * It is a child, known by its pid, in a session of its own so that Ctrl-C does not reach it; if
 * `allocspan` is killed, the kernel ends it.
 */
#include "record-daemon.h"
#include "files.h"
#include "locate.h"
#include "record-place.h"
#include "record-signals.h"
#include "terminal.h"

#include <lttng/lttng.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DIRECTORY_MODE 0755
#define START_TIMEOUT_MS 60000
#define POLL_MS 1000
#define RETRY_NS 5000000
#define END_TIMEOUT_NS 10000000000

bool aspan_record_daemon_is_running(void)
{
	return lttng_session_daemon_alive() == 1;
}

int aspan_record_daemon_locate(char **path)
{
	const char *chosen = getenv("LTTNG_SESSIOND_PATH");
	int ret;

	*path = NULL;
	ret = aspan_locate_program(chosen && *chosen ? chosen : "lttng-sessiond", path);
	if (ret < 0) {
		free(*path);
		*path = NULL;
	}
	return ret;
}

static int make_subdirectory(const char *parent, const char *name)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", parent, name) < 0) {
		return -ENOMEM;
	}
	ret = mkdir(path, DIRECTORY_MODE) < 0 ? -errno : 0;
	free(path);
	return ret;
}

/* `.lttng` for the sockets, `run` for root's place, `sessions` for the sessions not to be loaded: none. */
static int make_home(char **home)
{
	int ret = aspan_files_make_temporary(home);

	if (ret < 0) {
		return ret;
	}
	/* Programs that run as another user must reach the socket in it. */
	chmod(*home, DIRECTORY_MODE);
	ret = make_subdirectory(*home, ".lttng");
	ret = ret < 0 ? ret : make_subdirectory(*home, "run");
	return ret < 0 ? ret : make_subdirectory(*home, "sessions");
}

/* False if it turns out that the one that was there is just being ended. */
static bool use_running(struct aspan_record_daemon *daemon)
{
	bool must_start;

	if (!aspan_record_daemon_is_running()) {
		return false;
	}
	if (geteuid() != 0 || !aspan_record_place_exists()) {
		return true;
	}
	daemon->place = aspan_record_place_join(&must_start);
	daemon->is_shared = daemon->place >= 0 && !must_start;
	if (daemon->place >= 0 && must_start) {
		aspan_record_place_close(daemon->place, true);
	}
	return !must_start;
}

int aspan_record_daemon_prepare(struct aspan_record_daemon *daemon)
{
	int ret;

	*daemon = (struct aspan_record_daemon){ 0 };
	if (use_running(daemon)) {
		return 0;
	}
	ret = make_home(&daemon->directory);
	if (ret < 0) {
		aspan_terminal_error("cannot make a directory for the session daemon: %s; set "
				     "TMPDIR to a writable one",
				     strerror(-ret));
		return ret;
	}
	return setenv("LTTNG_HOME", daemon->directory, 1) < 0 ? -errno : 0;
}

/* Makes /var/run/lttng private to this process and its daemon. */
static bool enter_namespace(const char *directory)
{
	char *run;
	bool is_mounted;

	mkdir(ASPAN_ROOT_RUN_DIRECTORY, DIRECTORY_MODE);
	if (asprintf(&run, "%s/run", directory) < 0) {
		return false;
	}
	is_mounted = unshare(CLONE_NEWNS) == 0 &&
		     mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		     mount(run, ASPAN_ROOT_RUN_DIRECTORY, NULL, MS_BIND, NULL) == 0;
	free(run);
	return is_mounted;
}

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

/* What is meant for the command would record the daemon, or load the user's libraries into it. */
static void clear_environment(void)
{
	static const char *const prefixes[] = { "LD_PRELOAD=", "LTTNG_UST_", "ALLOCSPAN_" };
	char **kept = environ;

	for (char **variable = environ; *variable; variable++) {
		bool is_meant = true;

		for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
			is_meant = is_meant &&
				   strncmp(*variable, prefixes[i], strlen(prefixes[i])) != 0;
		}
		if (is_meant) {
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

static int spawn(struct aspan_record_daemon *daemon, const char *program)
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

static int spawn_shared(struct aspan_record_daemon *daemon, const char *program)
{
	bool must_start;
	int ret = 0;

	daemon->place = aspan_record_place_join(&must_start);
	if (daemon->place < 0) {
		aspan_terminal_error("cannot use " ASPAN_ROOT_RUN_DIRECTORY ": %s",
				     strerror(-daemon->place));
		return daemon->place;
	}
	daemon->is_shared = true;
	if (must_start) {
		ret = spawn(daemon, program);
		aspan_record_place_open(daemon->place, daemon->pid);
	}
	return ret;
}

int aspan_record_daemon_start(struct aspan_record_daemon *daemon)
{
	char *program;
	int ret;

	if (!daemon->directory) {
		return 0;
	}
	ret = aspan_record_daemon_locate(&program);
	if (ret < 0) {
		aspan_terminal_error("lttng-sessiond not found; install Debian's lttng-tools");
		return ret;
	}
	daemon->is_mounted = geteuid() == 0 && enter_namespace(daemon->directory);
	if (geteuid() == 0 && !daemon->is_mounted) {
		ret = spawn_shared(daemon, program);
	} else {
		ret = spawn(daemon, program);
	}
	free(program);
	return ret;
}

/* It is our child if we started it. */
static bool has_ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == pid || kill(pid, 0) < 0;
}

/*
 * The consumer of LTTng 2.13 now and then sleeps on at its end, and the daemon waits for it. The trace is whole by
 * then, so what is left of the daemon's session can be killed.
 */
static void end_daemon(pid_t pid)
{
	const struct timespec retry = { .tv_nsec = RETRY_NS };

	kill(pid, SIGTERM);
	for (int64_t waited_ns = 0; !has_ended(pid); waited_ns += RETRY_NS) {
		if (waited_ns == END_TIMEOUT_NS) {
			kill(-pid, SIGKILL);
		}
		nanosleep(&retry, NULL);
	}
}

static void end_shared(struct aspan_record_daemon *daemon)
{
	pid_t pid = aspan_record_place_leave(daemon->place);

	if (pid > 0) {
		end_daemon(pid);
	}
	aspan_record_place_close(daemon->place, pid > 0);
}

void aspan_record_daemon_stop(struct aspan_record_daemon *daemon)
{
	if (daemon->is_shared) {
		end_shared(daemon);
	} else if (daemon->pid > 0) {
		end_daemon(daemon->pid);
	}
	if (daemon->is_mounted) {
		umount2(ASPAN_ROOT_RUN_DIRECTORY, MNT_DETACH);
	}
	if (daemon->directory) {
		aspan_files_remove_tree(daemon->directory);
	}
	free(daemon->directory);
	*daemon = (struct aspan_record_daemon){ 0 };
}
