/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints: the exact counters of groups as `group_stats` events, from a helper thread that exists only while a session
 * records them.
 *
 * LTTng tells nobody when an event is enabled. So the library looks when something happens to it anyway: when a block
 * is tracked, when a token is registered, when it starts; then the helper is started. The helper sees a further session by
 * LTTng's list of probes, which changes with it, and shows it all groups. It ends when no session is left.
 *
 * An allocation is counted just before its event is recorded, so a checkpoint can be ahead of the events before it. So
 * a group that changed gets one more checkpoint when it is at rest: the last one is exact for the events before it.
 */
#ifndef ASPAN_CORE_STATS_THREAD_H
#define ASPAN_CORE_STATS_THREAD_H

#include "helper-thread.h"
#include "trace.h"

/* How often, unless the environment says otherwise. */
#define ASPAN_STATS_INTERVAL_MS 100

/* Set once, at the library's start. */
extern unsigned int aspan_stats_interval_ms;

ASPAN_SLOW void aspan_stats_thread_start(void);

extern ASPAN_HIDDEN struct aspan_helper aspan_stats_helper;

/* Whether a session wants the helper and it does not run; otherwise a look at a flag. */
static inline bool aspan_stats_thread_is_missing(void)
{
	return aspan_trace_enabled(group_stats) && !aspan_helper_is_running(&aspan_stats_helper);
}

/* Starts the helper if it is missing. Inside malloc, or where it may be called. */
static inline void aspan_stats_thread_ensure(void)
{
	if (aspan_stats_thread_is_missing()) {
		aspan_stats_thread_start();
	}
}

struct allocspan_token;

/* Records the group's last checkpoint, if it is needed: before its counters are cleared. Call with the lock held. */
void aspan_stats_thread_group_ends(struct allocspan_token *group);

/* Records every group that changed since its last checkpoint: at the process's end. */
void aspan_stats_thread_finish(void);

/* The helper is not in the child. Call with the lock held. */
void aspan_stats_thread_after_fork(void);

#endif
