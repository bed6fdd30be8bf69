/* SPDX-License-Identifier: MIT */
/*
 * Trackers: see include/allocspan/tracker.h for the contract.
 */
#include "tracker.h"

#include <allocspan/tracker.h>

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>

#include "group.h"
#include "record.h"
#include "thread.h"

enum tracker_state {
	TRACKER_NONE,
	TRACKER_CLAIMED,
};

static _Atomic int state = TRACKER_NONE;
static struct allocspan_tracker tracker; /* constant once the hook is raised */

int allocspan_tracker_set(const struct allocspan_tracker *wanted)
{
	int expected = TRACKER_NONE;

	if (!wanted || (!wanted->allocated && !wanted->deallocated)) {
		return -EINVAL;
	}
	if (!atomic_compare_exchange_strong_explicit(&state, &expected, TRACKER_CLAIMED,
						     memory_order_relaxed, memory_order_relaxed)) {
		return -EBUSY;
	}
	tracker = *wanted;
	/* With release: pairs with the acquire in begin(). */
	aspan_process_set_hook(ASPAN_HOOK_TRACKER, true);
	return 0;
}

static bool begin(struct aspan_thread *thread)
{
	/* Pairs with aspan_process_set_hook(). */
	if (!(atomic_load_explicit(&aspan_process_wiped.hooks, memory_order_acquire) &
	      ASPAN_HOOK_TRACKER) ||
	    thread->busy & ASPAN_BUSY_TRACKER) {
		return false;
	}
	thread->busy |= ASPAN_BUSY_TRACKER;
	return true;
}

static void end(struct aspan_thread *thread)
{
	thread->busy &= ~(uint32_t) ASPAN_BUSY_TRACKER;
}

/* Memory of the program's own allocator is nothing that malloc could be asked about. */
static size_t usable_size(void *address, size_t size_bytes, enum aspan_trace_kind kind)
{
	return kind == ASPAN_KIND_USER ? size_bytes : malloc_usable_size(address);
}

void aspan_tracker_alloc(void *address, size_t size_bytes, const struct allocspan_token *group,
			 enum aspan_trace_kind kind)
{
	struct aspan_thread *thread = &aspan_thread;

	if (tracker.allocated && begin(thread)) {
		tracker.allocated(tracker.user, address, size_bytes,
				  usable_size(address, size_bytes, kind), &group->view);
		end(thread);
	}
}

void aspan_tracker_free(void *address, size_t size_bytes, const struct allocspan_token *group,
			enum aspan_trace_kind kind)
{
	struct aspan_thread *thread = &aspan_thread;
	uint32_t current = aspan_record_slot(thread);

	if (tracker.deallocated && begin(thread)) {
		tracker.deallocated(
			tracker.user, address, size_bytes, usable_size(address, size_bytes, kind),
			&group->view,
			aspan_slot_is_group(current) ? &aspan_group_of_slot(current)->view : NULL);
		end(thread);
	}
}
