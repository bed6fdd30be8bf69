/* SPDX-License-Identifier: MIT */
/*
 * The public functions of include/allocspan/tracking.h over record.h.
 */
#include <allocspan/tracking.h>

#include <errno.h>
#include <stdbool.h>

#include "group.h"
#include "init.h"
#include "lock.h"
#include "record.h"

void allocspan_tracking_enable(void)
{
	aspan_record_enable(true);
}

void allocspan_tracking_disable(void)
{
	aspan_record_enable(false);
}

void allocspan_root_enable(void)
{
	struct aspan_lock lock;

	if (aspan_init() != 0) {
		return;
	}
	lock = aspan_lock();
	aspan_group_announce(aspan_group_of_slot(ASPAN_SLOT_ROOT), ASPAN_CALLER_IP());
	aspan_unlock(&lock);
	/* Release: whoever sees the slot sees the group. */
	atomic_store_explicit(&aspan_record_default_slot, ASPAN_SLOT_ROOT, memory_order_release);
}

void allocspan_root_disable(void)
{
	atomic_store_explicit(&aspan_record_default_slot, ASPAN_SLOT_NONE, memory_order_relaxed);
}

static bool may_be_block(const void *address)
{
	return (uintptr_t) address % ASPAN_OWNER_ALIGNMENT == 0;
}

int allocspan_block_announce(void *address, size_t size_bytes)
{
	return aspan_record_announce(address, size_bytes, ASPAN_CALLER_IP());
}

int allocspan_block_retire(void *address)
{
	if (!may_be_block(address) || !aspan_owner_is_set(address)) {
		return -ENOENT;
	}
	aspan_record_free(address, ASPAN_KIND_USER, ASPAN_CALLER_IP());
	return 0;
}

uint64_t allocspan_block_group_id(const void *address)
{
	struct aspan_owner owner;

	if (!may_be_block(address) || !aspan_owner_get(address, &owner)) {
		return 0;
	}
	return aspan_group_of_slot(aspan_owner_group_slot(owner.slot))->view.id;
}

uint64_t allocspan_missed_count(void)
{
	return aspan_record_missed_count();
}
