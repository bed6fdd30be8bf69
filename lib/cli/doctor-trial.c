/* SPDX-License-Identifier: MIT */
/*
 * `allocspan doctor`: a recording of this very command, with --root so that it has allocations.
 *
 * It is run as a user would, as a process, so that whatever goes wrong there goes wrong here.
 */
#include "doctor.h"
#include "files.h"
#include "locate.h"
#include "record-count.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void __attribute__((noreturn)) become_recorder(char *self, char *trace, int error_fd)
{
	char *const arguments[] = { (char[]){ "allocspan" },
				    (char[]){ "record" },
				    (char[]){ "--root" },
				    (char[]){ "-o" },
				    trace,
				    (char[]){ "--" },
				    self,
				    (char[]){ "--version" },
				    NULL };

	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
	dup2(error_fd, STDERR_FILENO);
	execv(self, arguments);
	_exit(EXIT_FAILURE);
}

/* What the recorder said first is what went wrong. */
static void read_message(int fd, char *message, size_t size)
{
	FILE *stream = fdopen(fd, "r");
	char rest[256];

	message[0] = '\0';
	if (!stream) {
		return;
	}
	if (fgets(message, (int) size, stream)) {
		message[strcspn(message, "\n")] = '\0';
	}
	while (fgets(rest, sizeof(rest), stream)) {
	}
	fclose(stream);
}

static int run_recorder(char *self, char *trace, char *message, size_t size)
{
	int fds[2], status = -1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		become_recorder(self, trace, fds[1]);
	}
	close(fds[1]);
	read_message(fds[0], message, size);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -EIO;
}

static void try_recording(struct aspan_doctor *doctor, char *self, char *trace)
{
	const char *subject = "trial recording";
	struct aspan_record_counts counts = { 0 };
	char message[512];

	if (run_recorder(self, trace, message, sizeof(message)) == 0 &&
	    aspan_record_count(trace, &counts) == 0 && counts.allocations > 0) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, subject,
				  "%" PRIu64 " events, %" PRIu64 " of them allocations",
				  counts.events, counts.allocations);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, subject,
				  "has no allocations; it said: %s", message);
	}
}

void aspan_doctor_check_trial(struct aspan_doctor *doctor)
{
	char *self = NULL, *directory = NULL, *trace = NULL;

	if (aspan_locate_self(&self) == 0 && aspan_files_make_temporary(&directory) == 0 &&
	    asprintf(&trace, "%s/trace", directory) > 0) {
		try_recording(doctor, self, trace);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, "trial recording",
				  "no temporary directory; set TMPDIR to a writable one");
	}
	if (directory) {
		aspan_files_remove_tree(directory);
	}
	free(trace);
	free(directory);
	free(self);
}
