/* SPDX-License-Identifier: MIT */
/*
 * Makes packed events of what waited in a process when it ended (lib/ledger/waiting.h): the events that it would have recorded.
 */
#ifndef ASPAN_ANALYSIS_WAITING_EVENTS_H
#define ASPAN_ANALYSIS_WAITING_EVENTS_H

#include "packed-fields.h"

#include "waiting.h"

/* What it is given is good until it returns; 0, or negative errno to stop with. */
typedef int aspan_waiting_events_take(void *data, const struct aspan_packed_fields *event);

/*
 * Gives the events of a thread, in their order. Their `flush_ns` is later than all records of the thread that the process can have
 * recorded itself. *damaged_count grows by records that cannot be read. 0; what `take` returned; or -ENOMEM.
 */
int aspan_waiting_events_make(const struct aspan_waiting_process *process,
			      const struct aspan_waiting_thread *thread,
			      aspan_waiting_events_take *take, void *data, uint64_t *damaged_count);

#endif
