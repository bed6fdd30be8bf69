/* SPDX-License-Identifier: MIT */
/*
 * The events of a Chrome trace (JSON), one after the other, and who they are of.
 *
 * Times are microseconds since the first event, with three decimals: since 1970 they would not fit the doubles that readers
 * keep them in. A process is called by its vpid; where that is taken (another host, a pid that is used again) by a
 * number that no pid is. Processes and threads are named when they are first met.
 */
#ifndef ASPAN_BT2_PERFETTO_OUTPUT_H
#define ASPAN_BT2_PERFETTO_OUTPUT_H

#include "id-map.h"
#include "model.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct aspan_perfetto_output {
	FILE *stream;
	uint64_t origin_ns;
	bool has_events;
	uint64_t *pids; /* by the model's index of processes */
	size_t pid_count, pid_capacity;
	struct aspan_id_map used_pids;
};

void aspan_perfetto_output_fini(struct aspan_perfetto_output *output);

/* Begins an event of this phase and time, up to and with its `pid`. 0 or -ENOMEM, as all that follow. */
int aspan_perfetto_begin_event(struct aspan_perfetto_output *output,
			       const struct aspan_model *model, char phase, uint64_t time_ns,
			       uint32_t process);

/* A text and a time as members, with a comma before. */
int aspan_perfetto_add_text(struct aspan_perfetto_output *output, const char *key,
			    const char *text);
void aspan_perfetto_add_time(struct aspan_perfetto_output *output, const char *key,
			     uint64_t duration_ns);

/* Says how a thread is called. */
int aspan_perfetto_name_thread(struct aspan_perfetto_output *output,
			       const struct aspan_model *model, uint32_t process, uint64_t vtid,
			       const char *name);

#endif
