/* SPDX-License-Identifier: MIT */
/*
 * The file allocspan.json of a trace's directory: what is known of a recording beside its events. allocspan-record(1) has its schema.
 */
#ifndef ASPAN_CLI_RECORD_FACTS_H
#define ASPAN_CLI_RECORD_FACTS_H

#include "record-background.h"
#include "record-ends.h"
#include "record-fault.h"
#include "record-ledger.h"
#include "record-options.h"
#include "record-watch.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ASPAN_FACTS_FILE "allocspan.json"

struct aspan_record_facts {
	const char *directory; /* of the trace */
	const char *program; /* the command's file */
	const struct aspan_record_options *options;
	const struct aspan_record_ledger *ledger;
	const struct aspan_record_ends *ends;
	const struct aspan_record_watch *watch;
	const struct aspan_record_background *background;
	const struct aspan_record_faults *faults;
	pid_t pid; /* the command's */
	int status; /* as from waitpid() */
	uint64_t begin_realtime_ns;
	uint64_t end_realtime_ns;
	uint64_t discarded_events;
	bool was_interrupted; /* the trace may lack its last events */
};

/* 0 or negative errno. */
int aspan_record_facts_write(const struct aspan_record_facts *facts);

#endif
