/* SPDX-License-Identifier: MIT */
/*
 * Watches which processes run under the command, to name those that are not recorded.
 *
 * It looks at /proc now and then, so it finds surely what runs for a while, and by chance what does not. It takes at most a
 * fiftieth of one CPU.
 */
#ifndef ASPAN_CLI_RECORD_WATCH_H
#define ASPAN_CLI_RECORD_WATCH_H

#include "record-unrecorded.h"

#include "id-map.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct aspan_watched;

struct aspan_record_watch {
	const char *daemon_home; /* what LTTNG_HOME must say; NULL: any */
	const char *ledger_folder; /* what ALLOCSPAN_LEDGER says; NULL: nothing */
	struct aspan_watched *processes; /* those that run */
	size_t process_count;
	size_t process_capacity;
	struct aspan_id_map index; /* of `processes` by pid, in a look */
	uint64_t interval_ns;
	uint64_t next_look_ns;
	bool has_news; /* since the last look */
	struct aspan_unrecorded *unrecorded;
	size_t unrecorded_count;
	size_t unrecorded_capacity;
	size_t more_count; /* unrecorded, too, but there were too many to note them */
};

/* Both strings stay the caller's. End it with aspan_record_watch_fini(). */
void aspan_record_watch_init(struct aspan_record_watch *watch, pid_t command,
			     const char *daemon_home, const char *ledger_folder);

/* Looks, if it is time for that, and gives the time of the next look. Times are of CLOCK_MONOTONIC. */
uint64_t aspan_record_watch_look(struct aspan_record_watch *watch, uint64_t now_ns);

/* Looks once more, whatever the time. */
void aspan_record_watch_look_again(struct aspan_record_watch *watch, uint64_t now_ns);

/*
 * Calls `found` for those that run now and were, when it was looked last, recorded or not yet judged, until that gives true; whether
 * it did.
 */
bool aspan_record_watch_find_recorded(const struct aspan_record_watch *watch,
				      bool (*found)(pid_t pid, const char *name, void *data),
				      void *data);

/* Looks through all processes of the machine for those that have the environment of this recording: it finds orphans, too. */
void aspan_record_watch_search(struct aspan_record_watch *watch);

/* Prints those that are not recorded, one a line and not many. */
void aspan_record_watch_tell(const struct aspan_record_watch *watch);

void aspan_record_watch_fini(struct aspan_record_watch *watch);

#endif
