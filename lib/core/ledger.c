/* SPDX-License-Identifier: MIT */
/*
 * See ledger.h. The order of stores is that of lib/ledger/layout.h, whose numbers comments refer to.
 */
#include "ledger.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debug.h"
#include "ledger-groups.h"
#include "ledger-memory.h"
#include "process.h"

#define EXPORT __attribute__((visibility("default")))

/* Found by its name, from outside. */
extern struct aspan_ledger_locator allocspan_ledger;
EXPORT struct aspan_ledger_locator allocspan_ledger;

/* Until there is an image. */
static struct aspan_ledger_losses early_losses;
static struct aspan_ledger_losses *_Atomic losses = &early_losses;

struct aspan_ledger_section *aspan_ledger_section(enum aspan_ledger_section_type type)
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
	struct aspan_ledger_section *section = aspan_ledger_section(type);

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
	size_t extents_bytes = atomic_load_explicit(
		&aspan_ledger_section(ASPAN_LEDGER_EXTENTS)->size_bytes, memory_order_relaxed);

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
	add_section(ASPAN_LEDGER_RINGS, NULL, sizeof(image->rings));
	add_section(ASPAN_LEDGER_CLOCK, &image->clock, sizeof(image->clock));
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

void aspan_ledger_note_thread_leaves(void)
{
	if (aspan_ledger_memory_get()) {
		/* Ordering 3: odd before the thread is unlinked, even before its memory is another's. */
		atomic_fetch_add_explicit(&aspan_ledger_section(ASPAN_LEDGER_THREADS)->generation,
					  1, memory_order_acq_rel);
	}
}

void aspan_ledger_set_first_thread(const void *record)
{
	if (aspan_ledger_memory_get()) {
		atomic_store_explicit(&aspan_ledger_section(ASPAN_LEDGER_THREADS)->address,
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
	aspan_ledger_groups_after_fork();
	aspan_ledger_memory_after_fork();
}
