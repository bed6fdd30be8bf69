/* SPDX-License-Identifier: MIT */
/*
 * See waiting.h.
 */
#include "waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "open-file.h"
#include "sections.h"
#include "tags.h"
#include "waiting-groups.h"
#include "waiting-layout.h"
#include "waiting-time.h"

struct reading {
	struct aspan_ledger_image image;
	struct aspan_ledger_sections sections;
	struct aspan_waiting_process process;
	struct aspan_ledger_rings rings;
	struct aspan_ledger_clock clock;
	struct aspan_waiting_groups groups;
	unsigned char *source; /* the one that is looked at */
	struct aspan_waiting_record *records; /* room for a ring's */
	aspan_waiting_take *take;
	void *data;
};

static uint64_t get_number(const struct reading *reading, uint32_t offset)
{
	uint64_t number;

	memcpy(&number, reading->source + offset, sizeof(number));
	return number;
}

static uint32_t get_word(const struct reading *reading, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, reading->source + offset, sizeof(word));
	return word;
}

/* What comes before the next record: a state that the thread was in. */
struct state {
	uint32_t slot;
	uint64_t span_id;
	uint64_t time_ns;
};

static uint64_t get_size_bytes(const struct aspan_ledger_record *record)
{
	return record->owner >> ASPAN_LEDGER_SIZE_SHIFT |
	       record->site >> ASPAN_LEDGER_SITE_BITS << (64 - ASPAN_LEDGER_SIZE_SHIFT);
}

/* 1: added; 0: its group is not in the file; or negative errno. */
static int add_record(struct reading *reading, const struct aspan_ledger_record *record,
		      struct state *state, struct aspan_waiting_record *to)
{
	uint32_t slot = record->owner & ((UINT32_C(1) << ASPAN_LEDGER_SLOT_BITS) - 1);
	uint64_t time_ns = aspan_waiting_time(&reading->clock, record->stamp);
	uint32_t current = ASPAN_WAITING_NO_GROUP;
	int result;

	*to = (struct aspan_waiting_record){
		.address = record->address & ~ASPAN_LEDGER_KIND_MASK,
		.size_bytes = get_size_bytes(record),
		.ip = record->site & ((UINT64_C(1) << ASPAN_LEDGER_SITE_BITS) - 1),
		.span_id = state->span_id,
		.kind = record->address & ASPAN_LEDGER_KIND_MASK,
		.is_free = record->owner >> ASPAN_LEDGER_SLOT_BITS & 1,
	};
	/* A signal handler's records are behind the one that it interrupted, but earlier. */
	state->time_ns = time_ns > state->time_ns ? time_ns : state->time_ns;
	to->time_ns = state->time_ns;
	result = aspan_waiting_groups_find(&reading->groups, slot, &to->group);
	if (!result && state->slot) {
		result = aspan_waiting_groups_find(&reading->groups, state->slot, &current);
	}
	to->current_group = current == ASPAN_WAITING_NO_GROUP ? 0 : current + 1;
	return result ? result : to->group != ASPAN_WAITING_NO_GROUP;
}

static int take_ring(struct reading *reading, struct aspan_waiting_thread *thread)
{
	const struct aspan_ledger_source_layout *layout = &reading->rings.layout;
	uint64_t tail = get_number(reading, layout->tail), head = get_number(reading, layout->head);
	uint32_t encoded = (uint32_t) get_number(reading, layout->mark) - 1;
	struct state state = {
		.slot = get_word(reading, layout->slot),
		.span_id = get_number(reading, layout->span_id),
		.time_ns = get_number(reading, layout->last_ns),
	};

	if (head - tail > layout->ring_records) {
		return aspan_ledger_image_is_damaged(&reading->image,
						     "more waits in a ring than it has room for");
	}
	for (uint64_t at = tail; at != head; at++) {
		struct aspan_ledger_record record;
		int result;

		memcpy(&record,
		       reading->source + layout->records +
			       (at & (layout->ring_records - 1)) * sizeof(record),
		       sizeof(record));
		if (record.stamp <= ASPAN_LEDGER_STAMP_TAKEN || (uint32_t) at == encoded) {
			continue;
		}
		if ((record.address & ASPAN_LEDGER_KIND_MASK) == ASPAN_LEDGER_KIND_STATE) {
			state.slot = (uint32_t) (record.address >> ASPAN_LEDGER_STATE_SLOT_SHIFT);
			state.span_id = record.owner;
			continue;
		}
		result = add_record(reading, &record, &state,
				    &reading->records[thread->record_count]);
		if (result < 0) {
			return result;
		}
		thread->record_count += (size_t) result;
	}
	return 0;
}

static int take_event(struct reading *reading, struct aspan_waiting_thread *thread)
{
	const struct aspan_ledger_source_layout *layout = &reading->rings.layout;
	uint32_t next_index = (uint32_t) (get_number(reading, layout->mark) >> 32);
	uint32_t count;

	thread->record_index = get_number(reading, layout->record_index);
	count = next_index - (uint32_t) thread->record_index;
	thread->encoded_groups_bytes = get_number(reading, layout->event_groups_bytes);
	thread->encoded_records_bytes = get_number(reading, layout->event_records_bytes);
	if (thread->encoded_groups_bytes > layout->event_groups_room ||
	    thread->encoded_records_bytes > layout->event_records_room) {
		return aspan_ledger_image_is_damaged(&reading->image,
						     "an event that waits is larger than its room");
	}
	/* A record has a byte at least. Else nothing is encoded: the next event begins just now. */
	thread->encoded_count = count <= thread->encoded_records_bytes ? count : 0;
	thread->begin_ns = get_number(reading, layout->begin_ns);
	thread->begin_span_id = get_number(reading, layout->begin_span_id);
	thread->encoded_groups = (const char *) reading->source + layout->event_groups;
	thread->encoded_records = reading->source + layout->event_records;
	return 0;
}

static int take_source(struct reading *reading)
{
	const struct aspan_ledger_source_layout *layout = &reading->rings.layout;
	struct aspan_waiting_thread thread = { 0 };
	char name[ASPAN_WAITING_NAME_BYTES] = "";
	int result;

	if ((int32_t) get_word(reading, layout->vpid) != reading->process.vpid) {
		return 0;
	}
	memcpy(name, reading->source + layout->thread_name, layout->thread_name_bytes);
	thread.vtid = (int32_t) get_word(reading, layout->vtid);
	thread.name = name;
	result = take_event(reading, &thread);
	result = result ? result : take_ring(reading, &thread);
	if (result || (thread.encoded_count == 0 && thread.record_count == 0)) {
		return result;
	}
	thread.records = reading->records;
	thread.groups = reading->groups.groups;
	thread.group_count = reading->groups.count;
	return reading->take(reading->data, &reading->process, &thread);
}

static int take_slab(struct reading *reading, const struct aspan_ledger_slab *slab)
{
	uint64_t source_bytes = reading->rings.layout.source_bytes;

	for (uint64_t i = 0; i < slab->source_count; i++) {
		int result = aspan_ledger_image_share(
			&reading->image, slab->address + i * source_bytes, reading->source,
			source_bytes, "what waits of a thread");

		if (result == 0) {
			result = take_source(reading);
		}
		if (result < 0) {
			return result;
		}
		if (result > 0) {
			break;
		}
	}
	return 0;
}

static int take_slabs(struct reading *reading)
{
	const struct aspan_ledger_source_layout *layout = &reading->rings.layout;
	int result = aspan_waiting_layout_check(&reading->image, layout);

	if (result) {
		return result;
	}
	reading->source = malloc(layout->source_bytes);
	reading->records = calloc(layout->ring_records, sizeof(*reading->records));
	if (!reading->source || !reading->records) {
		return aspan_ledger_fail_without_memory(&reading->image);
	}
	aspan_waiting_groups_init(&reading->groups, &reading->image, reading->sections.groups);
	for (size_t i = 0; !result && i < ASPAN_LEDGER_SLAB_COUNT; i++) {
		if (reading->rings.slabs[i].address) {
			result = take_slab(reading, &reading->rings.slabs[i]);
		}
	}
	return result;
}

static int take_process(struct reading *reading)
{
	struct aspan_ledger_process process;
	int result =
		aspan_ledger_sections_take_process(&reading->sections, &reading->image, &process);

	if (!result) {
		reading->process = (struct aspan_waiting_process){
			.vpid = process.vpid,
			.pid_ns = process.pid_ns,
			.start_ns = process.start_ns,
			.start_realtime_ns = process.start_realtime_ns,
		};
	}
	return result;
}

static int read_all(struct reading *reading)
{
	const struct aspan_ledger_sections *sections = &reading->sections;
	int result = aspan_ledger_sections_read(&reading->sections, &reading->image, 0);

	if (result || sections->header.state == ASPAN_LEDGER_COPIED || !sections->rings ||
	    !sections->clock || !sections->rings->address) {
		return result;
	}
	result = take_process(reading);
	if (!result) {
		result = aspan_ledger_sections_take_rings(sections, &reading->image,
							  &reading->rings);
	}
	if (!result) {
		result = aspan_ledger_sections_take_clock(sections, &reading->image,
							  &reading->clock);
	}
	return result ? result : take_slabs(reading);
}

int aspan_ledger_read_waiting_fd(int file, const char *name, aspan_waiting_take *take, void *data,
				 struct aspan_ledger_error *error)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	int result;

	if (!reading) {
		return aspan_ledger_fail(error, -ENOMEM, name, "out of memory while reading it");
	}
	reading->take = take;
	reading->data = data;
	result = aspan_ledger_image_open_file(&reading->image, file, name, error);
	result = result ? result : read_all(reading);
	aspan_waiting_groups_fini(&reading->groups);
	free(reading->source);
	free(reading->records);
	aspan_ledger_image_close(&reading->image);
	free(reading);
	return result;
}

int aspan_ledger_read_waiting(const char *path, aspan_waiting_take *take, void *data,
			      struct aspan_ledger_error *error)
{
	int file = aspan_ledger_open_file(path, error);
	int result;

	if (file < 0) {
		return file;
	}
	result = aspan_ledger_read_waiting_fd(file, path, take, data, error);
	close(file);
	return result;
}
