/* SPDX-License-Identifier: MIT */
/*
 * `allocspan doctor`: recordings of this very command in both forms, with --root so that it has allocations.
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
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One of the two forms in which allocations are recorded. */
struct trial {
	const char *subject; /* as the doctor names it */
	const char *name; /* of its trace */
	bool is_packed;
};

static void __attribute__((noreturn))
become_recorder(const struct trial *trial, char *self, char *trace, int error_fd)
{
	char *arguments[] = { (char[]){ "allocspan" }, (char[]){ "record" }, (char[]){ "--root" },
			      /* Again, where it is not packed. */
			      trial->is_packed ? (char[]){ "--packed" } : (char[]){ "--root" },
			      (char[]){ "-o" }, trace, (char[]){ "--" }, self,
			      (char[]){ "--version" }, NULL };

	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
	dup2(error_fd, STDERR_FILENO);
	execv(self, arguments);
	_exit(EXIT_FAILURE);
}

/* What the recorder said last, but for what to type next, is what went wrong. */
static void read_message(int fd, char *message, size_t size)
{
	FILE *stream = fdopen(fd, "r");
	char *line = NULL;
	size_t line_size = 0;

	message[0] = '\0';
	while (stream && getline(&line, &line_size, stream) > 0) {
		if (!strstr(line, ": next: ")) {
			snprintf(message, size, "%.*s", (int) strcspn(line, "\n"), line);
		}
	}
	free(line);
	if (stream) {
		fclose(stream);
	}
}

static int run_recorder(const struct trial *trial, char *self, char *trace, char *message,
			size_t size)
{
	int fds[2], status = -1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		become_recorder(trial, self, trace, fds[1]);
	}
	close(fds[1]);
	read_message(fds[0], message, size);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -EIO;
}

static bool has_form(const struct trial *trial, const struct aspan_record_counts *counts)
{
	return trial->is_packed ? counts->packed_records > 0 :
				  counts->allocations > 0 && counts->packed_records == 0;
}

static void try_recording(struct aspan_doctor *doctor, const struct trial *trial, char *self,
			  char *trace)
{
	struct aspan_record_counts counts = { 0 };
	char message[512];

	if (run_recorder(trial, self, trace, message, sizeof(message)) == 0 &&
	    aspan_record_count(trace, &counts) == 0 && has_form(trial, &counts)) {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_OK, trial->subject,
				  trial->is_packed ? "%" PRIu64 " events with %" PRIu64
						     " allocations and frees packed in them" :
						     "%" PRIu64 " events, %" PRIu64
						     " of them allocations",
				  counts.events, counts.allocations);
	} else {
		aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, trial->subject,
				  "has no allocations; it said: %s", message);
	}
	aspan_record_counts_fini(&counts);
}

void aspan_doctor_check_trial(struct aspan_doctor *doctor)
{
	static const struct trial trials[] = {
		{ "trial recording", "full", false },
		{ "packed recording", "packed", true },
	};
	char *self = NULL, *directory = NULL, *trace;
	bool has_place = aspan_locate_self(&self) == 0 &&
			 aspan_files_make_temporary(&directory) == 0;

	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		if (has_place && asprintf(&trace, "%s/%s", directory, trials[i].name) > 0) {
			try_recording(doctor, &trials[i], self, trace);
			free(trace);
		} else {
			aspan_doctor_tell(doctor, ASPAN_DOCTOR_FAIL, trials[i].subject,
					  "no temporary directory; set TMPDIR to a writable one");
		}
	}
	if (directory) {
		aspan_files_remove_tree(directory);
	}
	free(directory);
	free(self);
}
