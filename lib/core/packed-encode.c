/* SPDX-License-Identifier: MIT */
/*
 * See packed-encode.h.
 */
#include "packed-encode.h"

#include <string.h>

#include "group.h"
#include "ledger-memory.h"
#include "packed-format.h"

#define BITS_A_BYTE 7
#define MORE 0x80
#define LONGEST_DECIMAL 20
/* Of any 64-bit number; multiplying with it spreads what differs over the high bits. */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

/* N of packed-format.md. */
static inline uint8_t *put_number(uint8_t *at, uint64_t value)
{
	value++;
	while (aspan_unlikely(value >= MORE)) {
		*at++ = (uint8_t) value | MORE;
		value >>= BITS_A_BYTE;
	}
	*at++ = (uint8_t) value;
	return at;
}

/* Z of packed-format.md. */
static inline uint8_t *put_signed(uint8_t *at, int64_t value)
{
	return put_number(at, (uint64_t) value << 1 ^ (uint64_t) (value >> 63));
}

static size_t put_decimal(char *at, uint64_t value)
{
	char digits[LONGEST_DECIMAL];
	size_t length = 0;

	do {
		digits[length++] = (char) ('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < length; i++) {
		at[i] = digits[length - 1 - i];
	}
	return length;
}

void aspan_packed_encoder_init(struct aspan_packed_encoder *encoder, uint64_t record_index)
{
	encoder->record_index = record_index;
	/* Not 0, which is in a table that nothing was put into. */
	encoder->event = 1;
}

/* The table is only a memory: a group that it forgets is written again. */
static inline struct aspan_packed_group *known_group(struct aspan_packed_encoder *encoder,
						     uint32_t slot)
{
	return &encoder->groups_known[slot % ASPAN_PACKED_KNOWN_GROUPS];
}

static inline bool is_known(const struct aspan_packed_encoder *encoder,
			    const struct aspan_packed_group *known, uint32_t slot)
{
	return aspan_likely(known->slot == slot && known->event == encoder->event);
}

static void make_groups_usable(struct aspan_packed_encoder *encoder, size_t bytes)
{
	if (aspan_unlikely(encoder->groups_usable && bytes >= encoder->groups_usable)) {
		aspan_ledger_memory_reserve(encoder->groups + encoder->groups_usable,
					    sizeof(encoder->groups) - encoder->groups_usable);
		encoder->groups_usable = 0;
	}
}

/* Writes a group; false if it does not fit. The first two of an event always do. */
static ASPAN_SLOW bool add_group(struct aspan_packed_encoder *encoder, uint32_t slot)
{
	const struct allocspan_token *group = aspan_group_of_slot(slot);
	size_t length = strlen(group->tag_string);
	char *at = encoder->groups + encoder->groups_bytes;
	size_t most = length + (size_t) 2 * (LONGEST_DECIMAL + 1);

	if (encoder->record_count > 0 &&
	    encoder->groups_bytes + encoder->records_bytes + most + ASPAN_PACKED_RECORD_BYTES >
		    ASPAN_PACKED_EVENT_BYTES) {
		return false;
	}
	make_groups_usable(encoder, encoder->groups_bytes + most);
	at += put_decimal(at, group->view.id);
	*at++ = ':';
	at += put_decimal(at, length);
	*at++ = ':';
	memcpy(at, group->tag_string, length);
	encoder->groups_bytes = (size_t) (at + length - encoder->groups);
	*known_group(encoder, slot) = (struct aspan_packed_group){
		.slot = slot,
		.event = encoder->event,
		.index = encoder->group_count++,
	};
	return true;
}

/* Sees to it that the event has a group; false if there is no room. */
static inline bool find_group(struct aspan_packed_encoder *encoder, uint32_t slot, uint32_t *index)
{
	struct aspan_packed_group *known = known_group(encoder, slot);

	if (!is_known(encoder, known, slot) && !add_group(encoder, slot)) {
		return false;
	}
	*index = known->index;
	return true;
}

/* The slot of the current group, or 0: what is active may be none, or an untracked period. */
static inline uint32_t current_slot(const struct aspan_packed_encoder *encoder)
{
	return aspan_slot_is_group(encoder->slot) ? encoder->slot : (uint32_t) ASPAN_SLOT_NONE;
}

/* Before an event's first record, the reader takes the span from the event and no group as current. */
static void begin_event(struct aspan_packed_encoder *encoder, uint64_t ns)
{
	encoder->begin_ns = ns;
	encoder->last_ns = ns;
	encoder->begin_span_id = encoder->span_id;
	encoder->written_span_id = encoder->span_id;
	encoder->written_slot = ASPAN_SLOT_NONE;
	encoder->is_state_written = encoder->written_slot == current_slot(encoder);
}

/* Writes the state that holds now, if the reader does not know it; false if there is no room. */
static ASPAN_SLOW bool write_state(struct aspan_packed_encoder *encoder)
{
	uint32_t slot = current_slot(encoder);
	uint32_t index = 0;
	uint8_t *at;

	if (slot == encoder->written_slot && encoder->span_id == encoder->written_span_id) {
		encoder->is_state_written = true;
		return true;
	}
	if (slot != ASPAN_SLOT_NONE) {
		if (!find_group(encoder, slot, &index)) {
			return false;
		}
		index++;
	}
	at = encoder->records + encoder->records_bytes;
	*at++ = ASPAN_PACKED_ALWAYS | ASPAN_PACKED_STATE;
	at = put_number(at, encoder->span_id);
	at = put_number(at, index);
	encoder->records_bytes = (size_t) (at - encoder->records);
	encoder->written_slot = slot;
	encoder->written_span_id = encoder->span_id;
	encoder->is_state_written = true;
	return true;
}

/* The table is only a memory: a call site that it forgets is written again, with another number. */
static inline uint8_t *put_site(struct aspan_packed_encoder *encoder, uint8_t *at, uint64_t site)
{
	struct aspan_packed_site *known =
		&encoder->sites[site * SPREAD >> 32 & (ASPAN_PACKED_KNOWN_SITES - 1)];

	if (known->site == site && known->event == encoder->event) {
		return put_number(at, known->number);
	}
	*known = (struct aspan_packed_site){ site, encoder->event, ++encoder->site_count };
	at = put_number(at, 0);
	at = put_signed(at, (int64_t) (site - encoder->last_new_site));
	encoder->last_new_site = site;
	return at;
}

static inline void put_record(struct aspan_packed_encoder *encoder,
			      const struct aspan_packed_words *words, uint64_t ns,
			      uint32_t group_index)
{
	const uint64_t address = words->address & ~ASPAN_PACKED_KIND_MASK;
	const uint64_t kind = words->address & ASPAN_PACKED_KIND_MASK;
	const uint64_t site = words->site & ((UINT64_C(1) << ASPAN_PACKED_SITE_BITS) - 1);
	const uint64_t size_bytes = words->owner >> ASPAN_PACKED_SIZE_SHIFT |
				    words->site >> ASPAN_PACKED_SITE_BITS
							   << ASPAN_PACKED_LOW_SIZE_BITS;
	const uint32_t slot = words->owner & (ASPAN_PACKED_IS_FREE - 1);
	const unsigned int operation = words->owner >> ASPAN_PACKED_SLOT_BITS & 1;
	struct aspan_packed_last *last = &encoder->last[operation];
	uint8_t *control = encoder->records + encoder->records_bytes;
	uint8_t *at = control + 1;
	unsigned int bits = ASPAN_PACKED_ALWAYS | operation;

	at = put_number(at, ns - encoder->last_ns);
	at = put_signed(at,
			(int64_t) (address - encoder->last_address) / ASPAN_PACKED_ADDRESS_UNIT);
	if (size_bytes == last->size_bytes) {
		bits |= ASPAN_PACKED_SAME_SIZE;
	} else {
		at = put_number(at, size_bytes);
		last->size_bytes = size_bytes;
	}
	if (slot != encoder->written_slot) {
		bits |= ASPAN_PACKED_OTHER_GROUP;
		at = put_number(at, group_index);
	}
	if (kind != last->kind) {
		bits |= ASPAN_PACKED_OTHER_KIND;
		at = put_number(at, kind);
		last->kind = kind;
	}
	if (site != last->site) {
		bits |= ASPAN_PACKED_OTHER_SITE;
		at = put_site(encoder, at, site);
		last->site = site;
	}
	*control = (uint8_t) bits;
	encoder->last_ns = ns;
	encoder->last_address = address;
	encoder->records_bytes = (size_t) (at - encoder->records);
}

static inline bool is_state(const struct aspan_packed_words *words)
{
	return (words->address & ASPAN_PACKED_KIND_MASK) == ASPAN_PACKED_KIND_STATE;
}

static void take_state(struct aspan_packed_encoder *encoder, const struct aspan_packed_words *words)
{
	encoder->slot = (uint32_t) (words->address >> 3);
	encoder->span_id = words->owner;
	encoder->is_state_written = false;
}

void aspan_packed_encoder_skip(struct aspan_packed_encoder *encoder,
			       const struct aspan_packed_words *words)
{
	if (is_state(words)) {
		take_state(encoder, words);
	} else {
		encoder->record_index++;
	}
}

bool aspan_packed_encoder_add(struct aspan_packed_encoder *encoder,
			      const struct aspan_packed_words *words, uint64_t ns)
{
	uint32_t slot = words->owner & (ASPAN_PACKED_IS_FREE - 1);
	uint32_t index = 0;

	if (aspan_unlikely(is_state(words))) {
		take_state(encoder, words);
		return true;
	}
	if (aspan_unlikely(encoder->groups_bytes + encoder->records_bytes +
				   ASPAN_PACKED_RECORD_BYTES >
			   ASPAN_PACKED_EVENT_BYTES) &&
	    encoder->record_count > 0) {
		return false;
	}
	/* A signal handler's records are behind the one that it interrupted, but earlier. */
	if (aspan_unlikely(ns < encoder->last_ns)) {
		ns = encoder->last_ns;
	}
	if (aspan_unlikely(encoder->record_count == 0)) {
		begin_event(encoder, ns);
	}
	if (aspan_unlikely(!encoder->is_state_written) && !write_state(encoder)) {
		return false;
	}
	if (aspan_unlikely(slot != encoder->written_slot) && !find_group(encoder, slot, &index)) {
		return false;
	}
	put_record(encoder, words, ns, index);
	encoder->record_count++;
	return true;
}

void aspan_packed_encoder_forget_groups(struct aspan_packed_encoder *encoder)
{
	memset(encoder->groups_known, 0, sizeof(encoder->groups_known));
	if (encoder->written_slot != ASPAN_SLOT_NONE) {
		/* No record's. */
		encoder->written_slot = ASPAN_SLOT_INHERIT;
		encoder->is_state_written = false;
	}
}

void aspan_packed_encoder_begin_next(struct aspan_packed_encoder *encoder)
{
	encoder->record_index += encoder->record_count;
	aspan_signal_fence();
	encoder->record_count = 0;
	if (++encoder->event == 0) {
		memset(encoder->sites, 0, sizeof(encoder->sites));
		memset(encoder->groups_known, 0, sizeof(encoder->groups_known));
		encoder->event = 1;
	}
	encoder->last_address = 0;
	encoder->last_new_site = 0;
	encoder->site_count = 0;
	encoder->group_count = 0;
	encoder->records_bytes = 0;
	encoder->groups_bytes = 0;
	memset(encoder->last, 0, sizeof(encoder->last));
}

bool aspan_packed_encoder_finish(struct aspan_packed_encoder *encoder,
				 struct aspan_packed_event *event)
{
	if (encoder->record_count == 0) {
		return false;
	}
	encoder->records[encoder->records_bytes] = '\0';
	encoder->groups[encoder->groups_bytes] = '\0';
	event->record_index = encoder->record_index;
	event->record_count = encoder->record_count;
	event->begin_ns = encoder->begin_ns;
	event->span_id = encoder->begin_span_id;
	event->groups = encoder->groups;
	event->groups_length = encoder->groups_bytes;
	event->records = (const char *) encoder->records;
	event->records_length = encoder->records_bytes;
	return true;
}
