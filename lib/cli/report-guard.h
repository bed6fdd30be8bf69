/* SPDX-License-Identifier: MIT */
/*
 * Runs work in a child process, so that a library that gives up takes only the child with it.
 *
 * babeltrace2 2.0 ends the process by an assertion on some damaged packets, and a file that shrinks while it is
 * mapped ends it by a signal. The command must then still say what is wrong, and clean up.
 */
#ifndef ASPAN_CLI_REPORT_GUARD_H
#define ASPAN_CLI_REPORT_GUARD_H

#include <stdbool.h>

/* From here on, a signal that asks the command to end is only remembered. */
void aspan_report_guard_begin(void);

/*
 * Calls work in a child and gives the exit status it returned. Where the child did not end by itself, says so
 * in one line and gives EXIT_FAILURE.
 */
int aspan_report_guard_run(int (*work)(void *data), void *data);

/* Whether a signal asked to end; the work then returns early. */
bool aspan_report_guard_is_ending(void);

/* Ends the command if a signal asked to, as if it had not been caught. */
void aspan_report_guard_end(void);

#endif
