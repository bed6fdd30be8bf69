/* SPDX-License-Identifier: MIT */
/*
 * Where LTTng keeps the buffers of a session, and beside them the description of the trace.
 *
 * In the trace's directory, LTTng 2.13 writes the description (`metadata`) when recording stops or a process ends. Without it the
 * trace cannot be read. Where the buffers have a path of their own, the session daemon keeps the description there, too, from the
 * beginning: so it is still there when daemons were killed or the disk was full.
 *
 * Buffers of processes have no such path: at the end of a process, LTTng 2.13 deletes all empty folders below it, also the one that
 * another process was just given, which then is not recorded. (A channel `metadata` with a switch timer would put the description
 * on disk early, too; with it the consumer daemon can spin for ever when processes end.)
 */
#ifndef ASPAN_CLI_RECORD_SHM_H
#define ASPAN_CLI_RECORD_SHM_H

#include <stdbool.h>

struct aspan_record_shm {
	char *path; /* NULL: LTTng keeps buffers where it likes */
	int fd; /* holds the lock */
};

/* Makes the folder, if it is wanted, and deletes those of recordings that were killed. Goes without if that fails. */
void aspan_record_shm_make(struct aspan_record_shm *shm, bool is_wanted);

/*
 * At the end, where something failed: replaces the descriptions of the trace in `output`, which may be incomplete. 0, or the negative
 * errno of the first that could not be written.
 */
int aspan_record_shm_mend(const struct aspan_record_shm *shm, const char *output);

/* May be called in any state. */
void aspan_record_shm_delete(struct aspan_record_shm *shm);

#endif
