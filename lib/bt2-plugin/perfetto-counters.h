/* SPDX-License-Identifier: MIT */
/*
 * The live bytes of groups over time, as counter tracks of their processes.
 *
 * Groups of one process with the same name and tags share a track; one more is everything of the process.
 *
 * A point for each allocation would make a file larger than the trace. So a track has a new point only when at least a
 * certain part of the time so far has gone by since its last; then there are two: the highest value since, when it
 * was reached, and the value now. No peak is lost, and the number of points grows with the logarithm of the time.
 */
#ifndef ASPAN_BT2_PERFETTO_COUNTERS_H
#define ASPAN_BT2_PERFETTO_COUNTERS_H

#include "perfetto-output.h"
#include "text-map.h"

#include <stddef.h>
#include <stdint.h>

struct aspan_perfetto_track;

/* All zero is none. */
struct aspan_perfetto_counters {
	struct aspan_perfetto_track *tracks;
	size_t track_count, track_capacity;
	struct aspan_text_map by_tags; /* in the scope of a process */
	/* By the model's index of groups: its track, and what it held there last. */
	struct aspan_perfetto_group *groups;
	size_t group_count, group_capacity;
};

void aspan_perfetto_counters_fini(struct aspan_perfetto_counters *counters);

/* The group may hold something else now. 0 or -ENOMEM. */
int aspan_perfetto_counters_take(struct aspan_perfetto_counters *counters,
				 struct aspan_perfetto_output *output,
				 const struct aspan_model *model, uint32_t group, uint64_t time_ns);

/* Writes what each track ends with, which is what the report says. 0 or -ENOMEM. */
int aspan_perfetto_counters_finish(struct aspan_perfetto_counters *counters,
				   struct aspan_perfetto_output *output,
				   const struct aspan_model *model);

#endif
