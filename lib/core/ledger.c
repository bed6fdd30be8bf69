/* SPDX-License-Identifier: MIT */
/*
 * See ledger.h. The order of stores is that of lib/ledger/layout.h, whose numbers comments refer to.
 */
#include "ledger.h"

#include <allocspan/tracking.h>

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debug.h"
#include "ledger-memory.h"
#include "process.h"

#define FIRST_SEGMENT_COUNT 8

#define EXPORT __attribute__((visibility("default")))

/* Found by its name, from outside. */
extern struct aspan_ledger_locator allocspan_ledger;
EXPORT struct aspan_ledger_locator allocspan_ledger;

/* Until there is an image. */
static struct aspan_ledger_losses early_losses;
static struct aspan_ledger_losses *_Atomic losses = &early_losses;

/* Protected by the lock. */
static uint64_t *directory;
static uint32_t segment_count;

static struct aspan_ledger_section *section_of(enum aspan_ledger_section_type type)
{
	return &aspan_ledger_memory_get()->header.sections[type - 1];
}

void aspan_ledger_init(void)
{
	static char folder[PATH_MAX];
	const char *wanted = secure_getenv(ASPAN_LEDGER_ENV);

	if (!wanted || !*wanted) {
		return;
	}
	if (*wanted != '/' || strlen(wanted) >= sizeof(folder)) {
		aspan_debug(ASPAN_LEDGER_ENV "=%s is not an absolute path: ignored", wanted);
		return;
	}
	memcpy(folder, wanted, strlen(wanted) + 1);
	aspan_ledger_memory_init(folder);
}

static void add_section(enum aspan_ledger_section_type type, const void *address, size_t size_bytes)
{
	struct aspan_ledger_section *section = section_of(type);

	section->version = 1;
	atomic_store_explicit(&section->address, (uintptr_t) address, memory_order_relaxed);
	atomic_store_explicit(&section->size_bytes, size_bytes, memory_order_relaxed);
	section->type = type;
}

static void fill_process(struct aspan_ledger_process *process)
{
	*process = (struct aspan_ledger_process){
		.vpid = aspan_process.pid,
		.parent_vpid = getppid(),
		.pid_ns = aspan_process_read_pid_ns(),
		.start_ns = aspan_process.start_ns,
		.start_realtime_ns = aspan_process.start_realtime_ns,
		.parent_start_ns = aspan_process.parent_start_ns,
		.how = aspan_process.how,
		.fork_depth = aspan_process.fork_depth,
	};
	aspan_process_read_exe(process->exe, sizeof(process->exe));
}

static void move_early_losses(struct aspan_ledger_losses *to)
{
	_Atomic uint64_t *from_numbers = (_Atomic uint64_t *) &early_losses;
	_Atomic uint64_t *to_numbers = (_Atomic uint64_t *) to;

	atomic_store_explicit(&losses, to, memory_order_release);
	for (size_t i = 0; i < sizeof(*to) / sizeof(*to_numbers); i++) {
		/* What a thread adds to the early ones from now on is the price of an atomic addition without a lock. */
		atomic_fetch_add_explicit(
			&to_numbers[i],
			atomic_exchange_explicit(&from_numbers[i], 0, memory_order_relaxed),
			memory_order_relaxed);
	}
}

static void fill(struct aspan_ledger_image *image)
{
	struct aspan_ledger_header *header = &image->header;
	size_t extents_bytes = atomic_load_explicit(&section_of(ASPAN_LEDGER_EXTENTS)->size_bytes,
						    memory_order_relaxed);

	header->byte_order = ASPAN_LEDGER_BYTE_ORDER;
	header->version = ASPAN_LEDGER_VERSION;
	header->word_bytes = sizeof(void *);
	header->header_bytes = sizeof(*header);
	header->section_count = ASPAN_LEDGER_SECTIONS;
	header->address = (uintptr_t) header;
	atomic_store_explicit(&header->state, ASPAN_LEDGER_OPEN, memory_order_relaxed);
	fill_process(&image->process);
	add_section(ASPAN_LEDGER_EXTENTS, image->extents, extents_bytes);
	add_section(ASPAN_LEDGER_PROCESS, &image->process, sizeof(image->process));
	add_section(ASPAN_LEDGER_LOSSES, &image->losses, sizeof(image->losses));
	add_section(ASPAN_LEDGER_GROUPS, NULL, 0);
	add_section(ASPAN_LEDGER_THREADS, NULL, sizeof(struct aspan_ledger_thread));
	add_section(ASPAN_LEDGER_TRANSFER, &image->transfer, sizeof(image->transfer));
	move_early_losses(&image->losses);
	/* What says that it is a ledger comes last (ordering 2). */
	atomic_thread_fence(memory_order_release);
	memcpy(header->magic, ASPAN_LEDGER_MAGIC, sizeof(header->magic));
	atomic_store_explicit(&allocspan_ledger.pid, aspan_process.pid, memory_order_relaxed);
	atomic_store_explicit(&allocspan_ledger.header, (uintptr_t) header, memory_order_release);
}

bool aspan_ledger_make(void)
{
	struct aspan_ledger_image *image = aspan_ledger_memory_get();

	if (!image) {
		image = aspan_ledger_memory_make();
		if (image) {
			fill(image);
		}
	}
	return image;
}

void aspan_ledger_begin(void)
{
	if (aspan_ledger_memory_has_folder()) {
		aspan_ledger_make();
	}
}

static struct aspan_ledger_segment *segment_of(uint32_t slot)
{
	uint32_t index = slot >> ASPAN_LEDGER_SEGMENT_SHIFT;

	if (index >= segment_count) {
		return NULL;
	}
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the image has addresses */
	return (struct aspan_ledger_segment *) (uintptr_t) directory[index];
}

static struct aspan_ledger_group *entry_of(uint32_t slot)
{
	struct aspan_ledger_segment *segment = segment_of(slot);

	return segment ? &segment->groups[slot & (ASPAN_LEDGER_SEGMENT_GROUPS - 1)] : NULL;
}

bool aspan_ledger_has_place(uint32_t slot)
{
	return segment_of(slot);
}

struct aspan_ledger_group *aspan_ledger_find_group(uint32_t slot)
{
	struct aspan_ledger_group *group = entry_of(slot);

	return group && atomic_load_explicit(&group->id, memory_order_relaxed) ? group : NULL;
}

/* The directory with room for an index. False without memory. */
static bool extend_directory(uint32_t index)
{
	struct aspan_ledger_section *section = section_of(ASPAN_LEDGER_GROUPS);
	uint32_t count = segment_count ? segment_count : FIRST_SEGMENT_COUNT;
	uint64_t *grown;

	while (count <= index) {
		count *= 2;
	}
	grown = aspan_ledger_memory_alloc(count * sizeof(*grown));
	if (!grown) {
		return false;
	}
	if (directory) {
		memcpy(grown, directory, segment_count * sizeof(*grown));
	}
	/* The larger one holds whatever the smaller one did, so either size goes with it (ordering 3). */
	atomic_fetch_add_explicit(&section->generation, 1, memory_order_acq_rel);
	atomic_store_explicit(&section->address, (uintptr_t) grown, memory_order_release);
	atomic_store_explicit(&section->size_bytes, count * sizeof(*grown), memory_order_release);
	atomic_fetch_add_explicit(&section->generation, 1, memory_order_release);
	aspan_ledger_memory_free(directory, segment_count * sizeof(*grown));
	directory = grown;
	segment_count = count;
	return true;
}

static struct aspan_ledger_group *make_entry(uint32_t slot)
{
	uint32_t index = slot >> ASPAN_LEDGER_SEGMENT_SHIFT;
	struct aspan_ledger_segment *segment;

	if (!aspan_ledger_make() || (index >= segment_count && !extend_directory(index))) {
		return NULL;
	}
	if (!directory[index]) {
		segment = aspan_ledger_memory_alloc_for_ever(sizeof(*segment));
		atomic_signal_fence(memory_order_seq_cst);
		directory[index] = (uintptr_t) segment;
	}
	return entry_of(slot);
}

struct aspan_ledger_group *aspan_ledger_make_group(uint32_t slot, uint64_t id, const char *tags)
{
	struct aspan_ledger_group *group = aspan_ledger_find_group(slot);
	size_t bytes = strlen(tags);
	char *copy;

	if (group) {
		return group;
	}
	group = make_entry(slot);
	copy = group ? aspan_ledger_memory_alloc(bytes + 1) : NULL;
	if (!copy) {
		return NULL;
	}
	memcpy(copy, tags, bytes + 1);
	/* Not a group's before it has an id (ordering 2). */
	atomic_store_explicit(&group->tags, (uintptr_t) copy, memory_order_relaxed);
	atomic_store_explicit(&group->tags_bytes, bytes, memory_order_relaxed);
	atomic_store_explicit(&group->id, id, memory_order_release);
	return group;
}

static void plain_of(const struct aspan_counters *counters, struct aspan_ledger_plain_counts *plain)
{
	struct allocspan_stats stats = { 0 };

	aspan_counters_sum_frees(counters, &stats);
	aspan_counters_sum_allocs(counters, &stats);
	*plain = (struct aspan_ledger_plain_counts){
		.alloc_count = stats.alloc_count,
		.alloc_bytes = stats.alloc_bytes,
		.free_count = stats.free_count,
		.free_bytes = stats.free_bytes,
	};
}

static void begin_transfer(struct aspan_ledger_transfer *transfer,
			   enum aspan_ledger_transfer_kind kind)
{
	/* Ordering 4. */
	atomic_store_explicit(&transfer->kind, kind, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
}

static void end_transfer(struct aspan_ledger_transfer *transfer)
{
	atomic_store_explicit(&transfer->kind, ASPAN_LEDGER_TRANSFER_NONE, memory_order_release);
}

void aspan_ledger_bequeath(uint32_t slot, struct aspan_counters *counters)
{
	struct aspan_ledger_group *group = aspan_ledger_find_group(slot);
	struct aspan_ledger_transfer *transfer;
	struct allocspan_stats stats = { 0 };

	if (!group) {
		return;
	}
	transfer = &aspan_ledger_memory_get()->transfer;
	transfer->slot = slot;
	transfer->counters = (uintptr_t) counters;
	plain_of(counters, &transfer->moved);
	plain_of(aspan_ledger_shared(group), &transfer->before);
	stats.alloc_count = transfer->moved.alloc_count;
	stats.alloc_bytes = transfer->moved.alloc_bytes;
	stats.free_count = transfer->moved.free_count;
	stats.free_bytes = transfer->moved.free_bytes;
	if (!stats.alloc_count && !stats.free_count) {
		return;
	}
	begin_transfer(transfer, ASPAN_LEDGER_TRANSFER_THREAD);
	aspan_counters_add_shared(aspan_ledger_shared(group), &stats);
	aspan_counters_clear(counters);
	end_transfer(transfer);
}

void aspan_ledger_add_plain(struct aspan_ledger_plain_counts *sum,
			    const struct aspan_ledger_plain_counts *counts)
{
	sum->alloc_count += counts->alloc_count;
	sum->alloc_bytes += counts->alloc_bytes;
	sum->free_count += counts->free_count;
	sum->free_bytes += counts->free_bytes;
	sum->inherited_free_count += counts->inherited_free_count;
	sum->inherited_free_bytes += counts->inherited_free_bytes;
}

static void clear_entry(struct aspan_ledger_group *group)
{
	uint64_t tags = atomic_load_explicit(&group->tags, memory_order_relaxed);
	uint64_t bytes = atomic_load_explicit(&group->tags_bytes, memory_order_relaxed);

	atomic_store_explicit(&group->id, 0, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&group->tags, 0, memory_order_relaxed);
	atomic_store_explicit(&group->tags_bytes, 0, memory_order_relaxed);
	aspan_counters_clear(aspan_ledger_shared(group));
	atomic_store_explicit(&group->inherited_free_count, 0, memory_order_relaxed);
	atomic_store_explicit(&group->inherited_free_bytes, 0, memory_order_relaxed);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the image has addresses */
	aspan_ledger_memory_free((void *) (uintptr_t) tags, bytes + 1);
}

void aspan_ledger_retire_group(uint32_t slot, const struct aspan_ledger_plain_counts *counted,
			       void (*clear)(uint32_t slot))
{
	struct aspan_ledger_group *group = aspan_ledger_find_group(slot);
	struct aspan_ledger_transfer *transfer;

	if (!group) {
		return;
	}
	transfer = &aspan_ledger_memory_get()->transfer;
	transfer->slot = slot;
	transfer->before = transfer->retired;
	transfer->moved = *counted;
	atomic_fetch_add_explicit(&group->generation, 1, memory_order_acq_rel);
	begin_transfer(transfer, ASPAN_LEDGER_TRANSFER_GROUP);
	clear(slot);
	clear_entry(group);
	aspan_ledger_add_plain(&transfer->retired, counted);
	transfer->retired_groups++;
	end_transfer(transfer);
	atomic_fetch_add_explicit(&group->generation, 1, memory_order_release);
}

void aspan_ledger_get_retired(struct aspan_ledger_plain_counts *counts)
{
	const struct aspan_ledger_image *image = aspan_ledger_memory_get();

	*counts = image ? image->transfer.retired : (struct aspan_ledger_plain_counts){ 0 };
}

void aspan_ledger_note_thread_leaves(void)
{
	if (aspan_ledger_memory_get()) {
		/* Ordering 3: odd before the thread is unlinked, even before its memory is another's. */
		atomic_fetch_add_explicit(&section_of(ASPAN_LEDGER_THREADS)->generation, 1,
					  memory_order_acq_rel);
	}
}

void aspan_ledger_set_first_thread(const void *record)
{
	if (aspan_ledger_memory_get()) {
		atomic_store_explicit(&section_of(ASPAN_LEDGER_THREADS)->address,
				      (uintptr_t) record, memory_order_release);
	}
}

struct aspan_ledger_losses *aspan_ledger_losses(void)
{
	return atomic_load_explicit(&losses, memory_order_acquire);
}

void aspan_ledger_close(enum aspan_trace_end_how how)
{
	struct aspan_ledger_image *image = aspan_ledger_memory_get();

	if (image) {
		atomic_store_explicit(&image->header.end_how, how, memory_order_relaxed);
		atomic_store_explicit(&image->header.state, ASPAN_LEDGER_CLOSED,
				      memory_order_release);
	}
}

void aspan_ledger_reopen(void)
{
	struct aspan_ledger_image *image = aspan_ledger_memory_get();

	if (image) {
		atomic_store_explicit(&image->header.state, ASPAN_LEDGER_OPEN,
				      memory_order_release);
	}
}

void aspan_ledger_after_fork(void)
{
	atomic_store_explicit(&losses, &early_losses, memory_order_relaxed);
	memset(&early_losses, 0, sizeof(early_losses));
	atomic_store_explicit(&allocspan_ledger.header, 0, memory_order_relaxed);
	atomic_store_explicit(&allocspan_ledger.pid, aspan_process.pid, memory_order_relaxed);
	directory = NULL;
	segment_count = 0;
	aspan_ledger_memory_after_fork();
}
