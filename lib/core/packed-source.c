/* SPDX-License-Identifier: MIT */
/*
 * See packed-source.h.
 */
#include "packed-source.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ledger-rings.h"
#include "ledger.h"
#include "lock.h"
#include "packed-source-ledger.h"
#include "trace.h"

/* Only grows, so it is read without the lock. */
static _Atomic(struct aspan_packed_source *) first_source;

struct aspan_packed_source *aspan_packed_source_first(void)
{
	/* Pairs with the store in make(); ordered with the helper's state, see packed-helper.c. */
	return atomic_load_explicit(&first_source, memory_order_seq_cst);
}

/* Protected by the library's lock. */
static struct aspan_packed_source *first_unused;

static struct aspan_packed_source *take_unused(void)
{
	struct aspan_packed_source *source = first_unused;

	if (source) {
		first_unused = aspan_packed_source_link(source)->next_unused;
	}
	return source;
}

static void give_unused(struct aspan_packed_source *source)
{
	aspan_packed_source_link(source)->next_unused = first_unused;
	first_unused = source;
}

void aspan_packed_source_begin_reset(void)
{
	first_unused = NULL;
}

static void add(struct aspan_packed_source *source)
{
	pthread_mutex_init(&source->lock, NULL);
	aspan_packed_source_link(source)->next =
		atomic_load_explicit(&first_source, memory_order_relaxed);
	/* Pairs with the load in aspan_packed_source_first(). */
	atomic_store_explicit(&first_source, source, memory_order_seq_cst);
}

/* New ones: protected by the library's lock. */
static struct aspan_packed_slab fresh;

static bool is_in_ledger(const struct aspan_packed_source *source)
{
	return aspan_packed_source_link(source)->is_in_ledger;
}

static struct aspan_packed_source *make(void)
{
	struct aspan_packed_source *source;

	if (fresh.count == 0) {
		fresh = aspan_packed_slab_map(&aspan_packed_source_layout);
		if (!fresh.sources) {
			return NULL;
		}
	}
	source = fresh.sources++;
	fresh.count--;
	if (fresh.in_ledger) {
		aspan_packed_source_link(source)->is_in_ledger = true;
		aspan_packed_source_reserve_first(source);
		aspan_ledger_rings_add_source(fresh.in_ledger);
	}
	add(source);
	return source;
}

/* The list is in links, which are private memory. */
void aspan_packed_source_forget_ledger(void)
{
	struct aspan_packed_source *source =
		atomic_load_explicit(&first_source, memory_order_relaxed);
	struct aspan_packed_source *kept = NULL;

	while (source) {
		struct aspan_packed_source *next = aspan_packed_source_next(source);

		if (!is_in_ledger(source)) {
			aspan_packed_source_link(source)->next = kept;
			kept = source;
		}
		source = next;
	}
	atomic_store_explicit(&first_source, kept, memory_order_seq_cst);
	first_unused = NULL;
	if (fresh.in_ledger) {
		fresh = (struct aspan_packed_slab){ 0 };
	}
}

/* For the consumer, when all else is ready: a reader of the ledger knows by it that the source is used. */
static void set_thread(struct aspan_packed_source *source)
{
	source->vtid = (int32_t) syscall(SYS_gettid);
	prctl(PR_GET_NAME, source->thread_name);
	aspan_signal_fence();
	source->vpid = getpid();
}

static void begin_encoder(struct aspan_packed_source *source, uint64_t record_index)
{
	aspan_packed_encoder_init(&source->encoder, record_index);
	source->mark = record_index << 32;
}

/* The helper looks at all sources, whether they are used or not: so this needs the source's lock. */
static void begin(struct aspan_packed_source *source, uint64_t record_index)
{
	sigset_t signals;

	aspan_packed_source_lock(source, &signals);
	aspan_packed_ring_init(&source->ring);
	begin_encoder(source, record_index);
	aspan_packed_clock_begin();
	set_thread(source);
	aspan_packed_source_unlock(source, &signals);
}

struct aspan_packed_source *aspan_packed_source_create(uint64_t record_index)
{
	struct aspan_lock lock = aspan_lock();
	struct aspan_packed_source *source;

	/* A forked child may push before it counts: what waits is to be in the ledger. */
	aspan_ledger_begin();
	source = take_unused();
	if (!source) {
		source = make();
	}
	if (source) {
		aspan_packed_source_link(source)->older = NULL;
		begin(source, record_index);
	}
	aspan_unlock(&lock);
	return source;
}

/* Zeroes memory, and gives back the pages that are wholly in it. */
static void zero(char *start, size_t bytes)
{
	size_t page_bytes = (size_t) getpagesize();
	char *pages = (char *) (((uintptr_t) start + page_bytes - 1) & -page_bytes);
	char *end = (char *) ((uintptr_t) (start + bytes) & -page_bytes);

	if (pages >= end || madvise(pages, (size_t) (end - pages), MADV_DONTNEED) != 0) {
		memset(start, 0, bytes);
		return;
	}
	memset(start, 0, (size_t) (pages - start));
	memset(end, 0, (size_t) (start + bytes - end));
}

/* What has not been used is zero, and may be no memory yet. */
static void clear_ring(struct aspan_packed_source *source)
{
	struct aspan_packed_ring *ring = &source->ring;
	uint64_t usable = ring->usable;

	if (!is_in_ledger(source)) {
		zero((char *) ring, sizeof(*ring));
	} else if (usable == UINT64_MAX) {
		memset(ring, 0, sizeof(*ring));
	} else {
		memset(ring, 0, ASPAN_PACKED_FIRST_BYTES);
	}
	ring->usable = usable;
}

/* All but the list, the lock, and what is reserved, is as in new memory. */
static void clear(struct aspan_packed_source *source)
{
	int saved_errno = errno;

	/* First: what is there now is nobody's. */
	source->vpid = 0;
	aspan_signal_fence();
	clear_ring(source);
	source->mark = 0;
	source->is_open = false;
	source->is_retired = false;
	source->stuck_since_ns = 0;
	source->has_encoded = false;
	source->piece = (struct aspan_packed_piece){ 0 };
	memset(&source->encoder, 0, offsetof(struct aspan_packed_encoder, records));
	errno = saved_errno;
}

void aspan_packed_source_destroy(struct aspan_packed_source *source)
{
	sigset_t signals;
	struct aspan_lock lock = aspan_lock();

	aspan_packed_source_lock(source, &signals);
	clear(source);
	aspan_packed_source_unlock(source, &signals);
	give_unused(source);
	aspan_unlock(&lock);
}

void aspan_packed_source_lock(struct aspan_packed_source *source, sigset_t *signals)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, signals);
	pthread_mutex_lock(&source->lock);
}

bool aspan_packed_source_try_lock(struct aspan_packed_source *source, sigset_t *signals)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, signals);
	if (pthread_mutex_trylock(&source->lock) == 0) {
		return true;
	}
	pthread_sigmask(SIG_SETMASK, signals, NULL);
	return false;
}

void aspan_packed_source_unlock(struct aspan_packed_source *source, const sigset_t *signals)
{
	pthread_mutex_unlock(&source->lock);
	pthread_sigmask(SIG_SETMASK, signals, NULL);
}

bool aspan_packed_source_is_encoded(struct aspan_packed_source *source)
{
	return aspan_packed_source_tail(source) ==
	       atomic_load_explicit(&source->ring.head, memory_order_relaxed);
}

bool aspan_packed_source_is_empty(struct aspan_packed_source *source)
{
	/* Relaxed: who needs to know what it had encoded itself has held the lock since. */
	return !atomic_load_explicit(&source->has_encoded, memory_order_relaxed) &&
	       aspan_packed_source_is_encoded(source);
}

void aspan_packed_source_adopt(struct aspan_packed_source *source)
{
	if (source->vpid == 0) {
		/* The helper, which is not in this child, may have been measuring. */
		aspan_packed_clock_after_fork();
		aspan_packed_clock_begin();
		aspan_packed_ring_init(&source->ring);
		begin_encoder(source, 0);
		set_thread(source);
	}
}

void aspan_packed_source_reset_after_fork(struct aspan_packed_source *source, bool is_interrupted)
{
	pthread_mutex_init(&source->lock, NULL);
	clear(source);
	if (is_interrupted) {
		source->is_retired = true;
	} else {
		give_unused(source);
	}
}
