/* SPDX-License-Identifier: MIT */
/*
 * See slots.h.
 */
#include "slots.h"

#include <errno.h>

#include "store.h"

int aspan_bind_slots_init(struct aspan_bind_slots *slots, size_t limit, size_t slot_bytes)
{
	size_t count = 2;

	while (count < 2 * limit) {
		count *= 2;
	}
	*slots = (struct aspan_bind_slots){
		.memory = aspan_bind_map(count * slot_bytes),
		.count = count,
		.limit = limit,
	};
	if (!slots->memory) {
		slots->count = 0;
		return -ENOMEM;
	}
	return 0;
}

void aspan_bind_slots_fini(struct aspan_bind_slots *slots, size_t slot_bytes)
{
	aspan_bind_unmap(slots->memory, slots->count * slot_bytes);
	*slots = (struct aspan_bind_slots){ .memory = NULL };
}
