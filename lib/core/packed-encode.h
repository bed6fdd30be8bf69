/* SPDX-License-Identifier: MIT */
/*
 * From the records of a ring to the fields `groups` and `records` of tp/packed-format.md.
 *
 * An encoder belongs to a ring and is used by who has the ring's lock. It collects records until no more fit into an event;
 * the event is then finished and recorded, and the next one begun. States are written only before a record for which they
 * hold, and only if they differ from what the reader assumes.
 *
 * Slots are turned into ids and tags here, so a group must not be reclaimed while a record that mentions it waits in
 * a ring (reclaim.c sees to that); what has been added to the encoder needs the group no more. But when slots are used again the
 * encoder must be told.
 *
 * Budget: 8 ns a record.
 */
#ifndef ASPAN_CORE_PACKED_ENCODE_H
#define ASPAN_CORE_PACKED_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packed-event.h"
#include "packed-ring.h"

/*
 * How many bytes `groups` and `records` have together at most: with what LTTng adds, among it the usual contexts, an event
 * then fits into a sub-buffer of 4096 bytes. A first record whose groups have longer tags is recorded all the same.
 */
#define ASPAN_PACKED_EVENT_BYTES 3584
/* What a record with its state may take, and what two groups may: allocspan_token_register() bounds their tags. */
#define ASPAN_PACKED_RECORD_BYTES 80
#define ASPAN_PACKED_GROUPS_BYTES 24576

#define ASPAN_PACKED_KNOWN_SITES 256
#define ASPAN_PACKED_KNOWN_GROUPS 64

struct aspan_packed_encoder {
	/* Of the thread. */
	uint64_t record_index; /* of the first record of the event */
	uint64_t last_ns;
	uint32_t slot; /* what the last state said, not changed into a group */
	uint64_t span_id;
	/* Of the event. Until `record_index` says otherwise, what is encoded is still to be recorded (lib/ledger/layout-rings.h). */
	uint32_t record_count;
	uint32_t event; /* its number: what the tables know of others is void */
	uint64_t begin_ns;
	uint64_t begin_span_id;
	bool is_state_written; /* slot and span_id are what the reader knows */
	uint32_t written_slot;
	uint64_t written_span_id;
	uint64_t last_address;
	uint64_t last_new_site;
	uint32_t site_count;
	uint32_t group_count;
	size_t records_bytes;
	size_t groups_bytes;
	struct aspan_packed_last {
		uint64_t size_bytes;
		uint64_t site;
		uint64_t kind;
	} last[2]; /* of allocations, of frees */
	struct aspan_packed_site {
		uint64_t site;
		uint32_t event;
		uint32_t number;
	} sites[ASPAN_PACKED_KNOWN_SITES];
	struct aspan_packed_group {
		uint32_t slot;
		uint32_t event;
		uint32_t index;
	} groups_known[ASPAN_PACKED_KNOWN_GROUPS];
	uint8_t records[ASPAN_PACKED_EVENT_BYTES + ASPAN_PACKED_RECORD_BYTES];
	size_t groups_usable; /* the rest is not reserved memory yet; 0: all is */
	char groups[ASPAN_PACKED_GROUPS_BYTES];
};

/* Makes zeroed memory the encoder of a thread that has made `record_index` records so far. */
void aspan_packed_encoder_init(struct aspan_packed_encoder *encoder, uint64_t record_index);

/* Adds a record or a state, of that time. False if the event is full: then finish it, begin the next one, and add again. */
bool aspan_packed_encoder_add(struct aspan_packed_encoder *encoder,
			      const struct aspan_packed_words *words, uint64_t ns);

/* Takes notice of a record that must not be recorded: only its number, or the state, is kept. */
void aspan_packed_encoder_skip(struct aspan_packed_encoder *encoder,
			       const struct aspan_packed_words *words);

/* Slots may be other groups' from now on: what the event says of them holds only for the records that it has. */
void aspan_packed_encoder_forget_groups(struct aspan_packed_encoder *encoder);

/*
 * Sets what the encoder knows of the event's fields; false if no record was added. The strings are good until the next event is
 * begun, which comes after it.
 */
bool aspan_packed_encoder_finish(struct aspan_packed_encoder *encoder,
				 struct aspan_packed_event *event);

void aspan_packed_encoder_begin_next(struct aspan_packed_encoder *encoder);

#endif
