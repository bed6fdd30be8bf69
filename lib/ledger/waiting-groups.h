/* SPDX-License-Identifier: MIT */
/*
 * The groups that records of a ring mention, by slot: each is read once.
 */
#ifndef ASPAN_LEDGER_WAITING_GROUPS_H
#define ASPAN_LEDGER_WAITING_GROUPS_H

#include "image.h"
#include "sections.h"
#include "waiting.h"

#define ASPAN_WAITING_NO_GROUP UINT32_MAX

struct aspan_waiting_groups {
	struct aspan_ledger_image *image; /* borrowed */
	const struct aspan_ledger_section *section; /* borrowed */
	struct aspan_waiting_group *groups;
	size_t count, capacity;
	uint32_t *indexes; /* open addressing: 0, or an index plus 1 */
	uint32_t *slots; /* of the groups */
	size_t place_count; /* a power of two, more than twice `count` */
};

void aspan_waiting_groups_init(struct aspan_waiting_groups *groups,
			       struct aspan_ledger_image *image,
			       const struct aspan_ledger_section *section);
void aspan_waiting_groups_fini(struct aspan_waiting_groups *groups);

/* The index of the group of a slot; NO_GROUP if the ledger has none there. 0 or negative errno. */
int aspan_waiting_groups_find(struct aspan_waiting_groups *groups, uint32_t slot, uint32_t *index);

#endif
