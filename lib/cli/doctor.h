/* SPDX-License-Identifier: MIT */
/*
 * The checks of `allocspan doctor`.
 *
 * One line a check on stdout: the verdict, what was looked at, what was found, and, unless all is well,
 * what to do about it.
 */
#ifndef ASPAN_CLI_DOCTOR_H
#define ASPAN_CLI_DOCTOR_H

#include <stdbool.h>

enum aspan_doctor_verdict {
	ASPAN_DOCTOR_OK,
	ASPAN_DOCTOR_WARN, /* recording works, but less well than it could */
	ASPAN_DOCTOR_FAIL, /* recording does not work */
};

struct aspan_doctor {
	unsigned int failure_count;
};

/* Prints the line of one check. */
void aspan_doctor_tell(struct aspan_doctor *doctor, enum aspan_doctor_verdict verdict,
		       const char *subject, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The libraries that are preloaded, and what they need. */
void aspan_doctor_check_libraries(struct aspan_doctor *doctor);

/* The babeltrace2 plugin behind `allocspan report`. */
void aspan_doctor_check_plugin(struct aspan_doctor *doctor);

/* Session daemon, tracing group, room for buffers and traces, limits, the kernel. */
void aspan_doctor_check_system(struct aspan_doctor *doctor);

/* Records a run of this very command: everything at once, for real. */
void aspan_doctor_check_trial(struct aspan_doctor *doctor);

/* Whether this program's allocations can be recorded. */
void aspan_doctor_check_program(struct aspan_doctor *doctor, const char *command);

#endif
