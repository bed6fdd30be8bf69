/* SPDX-License-Identifier: MIT */
/*
 * The layout of what waits in a process to be recorded, as a part of its ledger (layout.h): so that it is not lost with the process.
 *
 *    RINGS ----> slabs ----> sources, one after the other: of each thread a ring of records and, encoded already, an event that is
 *                            not full yet (tp/packed-format.md)
 *    CLOCK ----> what time the records' stamps are
 *
 * A source is a structure of the writer; RINGS says where in it is what. Sources whose `vpid` is 0 are not used.
 *
 * What waits in a source, in the order in which it was made:
 * 1. the event: its first `count` records, where the low 32 bits of `record_index + count` are the high half of `mark`; there are
 *    none if that would be a negative number;
 * 2. the ring: records from `tail` to before `head` whose stamp is not 0 (not there yet, or encoded) and not TAKEN, but not the one
 *    before the position whose low 32 bits are the low half of `mark`: it is encoded.
 *
 * Ordering: the bytes of a record before `mark`, `mark` before the record's stamp is set back. An event that was handed to the tracer
 * may still be there; then `record_index` is one that the trace has.
 */
#ifndef ASPAN_LEDGER_LAYOUT_RINGS_H
#define ASPAN_LEDGER_LAYOUT_RINGS_H

#include <stdatomic.h>
#include <stdint.h>

#define ASPAN_LEDGER_SLAB_COUNT 64

struct aspan_ledger_slab {
	_Atomic uint64_t address; /* of its first source; 0: none */
	_Atomic uint64_t source_count; /* how many have been used so far */
};

/* Where in a source is what: in bytes from its beginning. */
struct aspan_ledger_source_layout {
	uint32_t source_bytes;
	uint32_t
		ring_records; /* a power of two: the place of a record is its position modulo this */
	uint32_t head, tail; /* uint64_t */
	uint32_t records; /* array of struct aspan_ledger_record */
	uint32_t vpid, vtid; /* int32_t */
	uint32_t thread_name, thread_name_bytes;
	uint32_t mark; /* uint64_t */
	/* Of the event. */
	uint32_t record_index; /* uint64_t */
	uint32_t begin_ns; /* uint64_t */
	uint32_t begin_span_id; /* uint64_t */
	uint32_t last_ns; /* uint64_t */
	uint32_t event_records, event_records_bytes; /* bytes; uint64_t: how many are used */
	uint32_t event_groups, event_groups_bytes; /* the same */
	uint32_t event_records_room, event_groups_room; /* how many bytes there are at most */
	/* What the last state that was encoded said. */
	uint32_t slot; /* uint32_t */
	uint32_t span_id; /* uint64_t */
};

/* RINGS. */
struct aspan_ledger_rings {
	struct aspan_ledger_source_layout layout;
	struct aspan_ledger_slab slabs[ASPAN_LEDGER_SLAB_COUNT];
};

/* The stamp of a record that has been encoded, in a ring that is not used any more. */
#define ASPAN_LEDGER_STAMP_TAKEN 1

/* As lib/core/packed-ring.h packs them. */
struct aspan_ledger_record {
	_Atomic uint64_t stamp;
	uint64_t address; /* 61 bits, and the kind */
	uint64_t site; /* size, high 16 bits, and the call site; of a state not used */
	uint64_t owner; /* size, low 38 bits, is free, and the slot; of a state the span */
};

#define ASPAN_LEDGER_KIND_MASK UINT64_C(7)
#define ASPAN_LEDGER_KIND_STATE UINT64_C(7) /* `address`: the slot, and the kind */
#define ASPAN_LEDGER_STATE_SLOT_SHIFT 3
#define ASPAN_LEDGER_SLOT_BITS 25
#define ASPAN_LEDGER_SIZE_SHIFT (ASPAN_LEDGER_SLOT_BITS + 1)
#define ASPAN_LEDGER_SITE_BITS 48

#define ASPAN_LEDGER_KNOTS 64

/* A piece of the function from stamps to nanoseconds of CLOCK_MONOTONIC: it begins here and ends where the next one begins. */
struct aspan_ledger_knot {
	uint64_t begin;
	uint64_t ns; /* at the beginning */
	uint64_t slope; /* nanoseconds a unit of the stamp, times 2^32 */
};

/* CLOCK. */
struct aspan_ledger_clock {
	uint64_t is_identity; /* stamps are nanoseconds */
	_Atomic uint64_t
		knot_count; /* so many were made; the last ASPAN_LEDGER_KNOTS are there, by their number modulo that */
	struct aspan_ledger_knot knots[ASPAN_LEDGER_KNOTS];
};

_Static_assert(sizeof(struct aspan_ledger_record) == 32, "a record's layout is fixed");
_Static_assert(sizeof(struct aspan_ledger_knot) == 24, "a knot's layout is fixed");

#endif
