/* SPDX-License-Identifier: MIT */
/*
 * Whether a trace can still be written to its directory.
 */
#ifndef ASPAN_CLI_RECORD_DISK_H
#define ASPAN_CLI_RECORD_DISK_H

#include "record-fault.h"

struct aspan_record_disk {
	const char *shown; /* the directory, as the user would type it */
	const char *absolute;
	int fd; /* -1: not watched */
	int reserve; /* a file without a name; -1: none */
};

/*
 * Both paths stay the caller's. Keeps some room there, for what is written at the end. End it with aspan_record_disk_fini().
 */
void aspan_record_disk_init(struct aspan_record_disk *disk, const char *shown,
			    const char *absolute);

/* Tries to write, and notes why that fails. */
void aspan_record_disk_look(const struct aspan_record_disk *disk,
			    struct aspan_record_faults *faults);

/* Gives back the room that was kept. */
void aspan_record_disk_release(struct aspan_record_disk *disk);

void aspan_record_disk_fini(struct aspan_record_disk *disk);

#endif
