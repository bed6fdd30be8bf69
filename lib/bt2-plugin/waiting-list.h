/* SPDX-License-Identifier: MIT */
/*
 * What waited in processes when they ended, read from their ledgers: packed events, in the order of their times.
 */
#ifndef ASPAN_BT2_WAITING_LIST_H
#define ASPAN_BT2_WAITING_LIST_H

#include "packed-fields.h"

#include <stddef.h>
#include <stdint.h>

/* As analysis/packed-payload.h: the strings are its own. */
struct aspan_waiting_item {
	struct aspan_packed_fields event;
	uint64_t pid_ns;
	char *groups, *records, *thread_name;
};

/* All zero is empty. */
struct aspan_waiting_list {
	struct aspan_waiting_item *items;
	size_t count, capacity;
	uint64_t
		realtime_offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC, by the first ledger; wraps */
	uint64_t damaged_count; /* records that cannot be read */
	char error[512]; /* of the last ledger that could not be read, or empty */
};

void aspan_waiting_list_fini(struct aspan_waiting_list *list);

/* Adds what waits in a ledger. 0; -ENOMEM; or negative errno, and list->error says why: nothing of this ledger was added. */
int aspan_waiting_list_add(struct aspan_waiting_list *list, const char *path);

/* Puts all into the order of their times. */
void aspan_waiting_list_sort(struct aspan_waiting_list *list);

#endif
