/* SPDX-License-Identifier: MIT */
/*
 * See waiting-time.h.
 */
#include "waiting-time.h"

#include <stddef.h>

uint64_t aspan_waiting_time(const struct aspan_ledger_clock *clock, uint64_t stamp)
{
	uint64_t count = clock->knot_count;
	uint64_t kept = count < ASPAN_LEDGER_KNOTS ? count : ASPAN_LEDGER_KNOTS;
	const struct aspan_ledger_knot *knot = NULL;

	if (clock->is_identity) {
		return stamp;
	}
	for (uint64_t i = 1; i <= kept; i++) {
		knot = &clock->knots[(count - i) % ASPAN_LEDGER_KNOTS];
		if (knot->begin <= stamp) {
			return knot->ns + (uint64_t) ((unsigned __int128) (stamp - knot->begin) *
							      knot->slope >>
						      32);
		}
	}
	/* Older than the oldest: nothing that waits can be. */
	return knot ? knot->ns : 0;
}
