/* SPDX-License-Identifier: MIT */
/*
 * The end of a recording: what was recorded is kept, what was made is ended, and what became of it is said.
 */
#ifndef ASPAN_CLI_RECORD_FINISH_H
#define ASPAN_CLI_RECORD_FINISH_H

#include "recording.h"

#include <sys/types.h>

/* When nothing is to be recorded any more. `command`: the pid that the command had. What failed is among the recording's faults. */
void aspan_record_finish(struct aspan_recording *recording, pid_t command);

#endif
