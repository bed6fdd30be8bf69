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

#include "arena.h"
#include "lock.h"
#include "packed-format.h"
#include "trace.h"

/* The stamp of a record of a retired source that has been taken. No clock shows it. */
#define STAMP_TAKEN 1

_Atomic bool aspan_packed_is_finished;

/* How often slots have changed. */
static _Atomic uint32_t slots_round;

/* Only grows, so it is read without the lock. */
static _Atomic(struct aspan_packed_source *) first_source;

struct aspan_packed_source *aspan_packed_source_first(void)
{
	/* Pairs with the store in make(); ordered with the helper's state, see packed-helper.c. */
	return atomic_load_explicit(&first_source, memory_order_seq_cst);
}

/* Call with the library's lock held. */
static struct aspan_packed_source *take_unused(void)
{
	struct aspan_packed_source *source = aspan_packed_source_first();

	while (source && source->is_used) {
		source = source->next;
	}
	return source;
}

/* Where the kernel cannot, fork()'s handlers do it; other ways to make a child are left alone. */
static void wipe_in_children(struct aspan_packed_source *source)
{
	int saved_errno = errno;

	if (getpagesize() <= ASPAN_PACKED_WIPED_ALIGNMENT) {
		madvise(source, offsetof(struct aspan_packed_source, next), MADV_WIPEONFORK);
	}
	errno = saved_errno;
}

static struct aspan_packed_source *make(void)
{
	struct aspan_packed_source *source = aspan_arena_map(sizeof(*source));

	if (source) {
		pthread_mutex_init(&source->lock, NULL);
		wipe_in_children(source);
		source->next = atomic_load_explicit(&first_source, memory_order_relaxed);
		/* Pairs with the load in aspan_packed_source_first(). */
		atomic_store_explicit(&first_source, source, memory_order_seq_cst);
	}
	return source;
}

/* For the consumer. */
static void set_thread(struct aspan_packed_source *source)
{
	source->vpid = getpid();
	source->vtid = (int32_t) syscall(SYS_gettid);
	prctl(PR_GET_NAME, source->thread_name);
}

/* The helper looks at all sources, whether they are used or not: so this needs the source's lock. */
static void begin(struct aspan_packed_source *source, uint64_t record_index)
{
	sigset_t signals;

	aspan_packed_source_lock(source, &signals);
	set_thread(source);
	aspan_packed_ring_init(&source->ring);
	aspan_packed_encoder_init(&source->encoder, record_index);
	aspan_packed_clock_begin();
	aspan_packed_source_unlock(source, &signals);
}

struct aspan_packed_source *aspan_packed_source_create(uint64_t record_index)
{
	struct aspan_lock lock = aspan_lock();
	struct aspan_packed_source *source = take_unused();

	if (!source) {
		source = make();
	}
	if (source) {
		source->is_used = true;
		source->older = NULL;
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

/* All but the list and the lock is as in new memory. */
static void clear(struct aspan_packed_source *source)
{
	int saved_errno = errno;

	zero((char *) &source->ring, sizeof(source->ring));
	source->is_open = false;
	source->is_retired = false;
	source->stuck_since_ns = 0;
	source->vpid = 0;
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
	source->is_used = false;
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

static uint64_t load_tail(struct aspan_packed_source *source)
{
	/* Acquire: for those without the lock. Pairs with the store in move_tail(). */
	return atomic_load_explicit(&source->ring.tail, memory_order_acquire);
}

bool aspan_packed_source_is_encoded(struct aspan_packed_source *source)
{
	return load_tail(source) == atomic_load_explicit(&source->ring.head, memory_order_relaxed);
}

bool aspan_packed_source_is_empty(struct aspan_packed_source *source)
{
	/* Relaxed: who needs to know what it had encoded itself has held the lock since. */
	return !atomic_load_explicit(&source->has_encoded, memory_order_relaxed) &&
	       aspan_packed_source_is_encoded(source);
}

static void note_encoded(struct aspan_packed_source *source)
{
	atomic_store_explicit(&source->has_encoded, source->encoder.record_count > 0,
			      memory_order_relaxed);
}

/* Records what is encoded, if a session still wants it. */
static void write_event(struct aspan_packed_source *source)
{
	struct aspan_packed_event event = {
		.vpid = source->vpid,
		.vtid = source->vtid,
		.thread_name = source->thread_name,
	};

	if (!aspan_packed_encoder_take(&source->encoder, &event) ||
	    !aspan_trace_enabled(packed_events)) {
		return;
	}
	event.flush_ns = aspan_packed_clock_now_ns();
	aspan_trace_emit_to_the_end(packed_events, &event, NULL);
}

static void encode(struct aspan_packed_source *source, const struct aspan_packed_record *record,
		   uint64_t stamp)
{
	uint64_t ns = aspan_packed_clock_ns(&source->piece, stamp);

	while (!aspan_packed_encoder_add(&source->encoder, &record->words, ns)) {
		write_event(source);
	}
}

/* How far the producer may go while nobody consumes. */
static uint64_t limit_after(const struct aspan_packed_source *source, uint64_t tail)
{
	return source->is_open ? tail + ASPAN_PACKED_HALF : 0;
}

static void move_tail(struct aspan_packed_source *source, uint64_t tail, uint64_t limit)
{
	/* Pairs with load_tail(). */
	atomic_store_explicit(&source->ring.tail, tail, memory_order_release);
	/* Pairs with the producer's loads (packed-ring.h, ordering 2). */
	atomic_store_explicit(&source->ring.limit, limit, memory_order_release);
}

void aspan_packed_source_slots_change(void)
{
	/* Pairs with the load in find_end(): a group that gets the slot is registered afterwards. */
	atomic_fetch_add_explicit(&slots_round, 1, memory_order_release);
}

/* How far the ring is filled; what mentions a slot that was used again before that is encoded as such. */
static uint64_t find_end(struct aspan_packed_source *source)
{
	/* Acquire: pairs with aspan_packed_ring_reserve(), so the round is not older than the records. */
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_acquire);
	uint32_t round = atomic_load_explicit(&slots_round, memory_order_acquire);

	if (aspan_unlikely(source->slots_round != round)) {
		source->slots_round = round;
		aspan_packed_encoder_forget_groups(&source->encoder);
	}
	return end;
}

/* Encodes from the tail to the first record that is not published, but not beyond `end`; gives where that is. */
static uint64_t take_published(struct aspan_packed_source *source, uint64_t tail, uint64_t end)
{
	while (tail != end) {
		struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, tail);
		/* Pairs with the store in aspan_packed_ring_publish() (ordering 1). */
		uint64_t stamp = atomic_load_explicit(&record->stamp, memory_order_acquire);

		if (!stamp) {
			break;
		}
		encode(source, record, stamp);
		/* Ordered by the limit (ordering 2). */
		atomic_store_explicit(&record->stamp, 0, memory_order_relaxed);
		tail++;
	}
	return tail;
}

/* Encodes what is behind records that are not published, too. */
static void encode_retired(struct aspan_packed_source *source)
{
	uint64_t tail = load_tail(source);
	uint64_t end = find_end(source);

	for (uint64_t at = tail; at != end; at++) {
		struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, at);
		uint64_t stamp = atomic_load_explicit(&record->stamp, memory_order_acquire);

		if (stamp > STAMP_TAKEN) {
			encode(source, record, stamp);
			stamp = STAMP_TAKEN;
			/* Nobody uses this place again. */
			atomic_store_explicit(&record->stamp, stamp, memory_order_relaxed);
		}
		if (stamp && at == tail) {
			tail++;
		}
	}
	move_tail(source, tail, 0);
}

/*
 * A thread may push while its ring is being closed. If the next session has begun by then, that record is of this one;
 * which cannot be known, but what is older than any record of a session that goes on can be, is of the last.
 */
static void discard_old(struct aspan_packed_source *source)
{
	uint64_t now_ns = aspan_packed_clock_now_ns();
	uint64_t tail = load_tail(source);
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_relaxed);

	for (; tail != end; tail++) {
		struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, tail);
		/* As in take_published(). */
		uint64_t stamp = atomic_load_explicit(&record->stamp, memory_order_acquire);

		if (!stamp ||
		    aspan_packed_clock_ns(&source->piece, stamp) + ASPAN_PACKED_MAX_AGE_NS >
			    now_ns) {
			break;
		}
		aspan_packed_encoder_skip(&source->encoder, &record->words);
		atomic_store_explicit(&record->stamp, 0, memory_order_relaxed);
	}
	move_tail(source, tail, 0);
}

static void discard_old_unless_current(struct aspan_packed_source *source)
{
	if (!source->is_open && !source->is_retired &&
	    !atomic_load_explicit(&aspan_packed_is_finished, memory_order_relaxed)) {
		discard_old(source);
	}
}

/* See aspan_packed_source_encode(); without has_encoded. */
static bool encode_published(struct aspan_packed_source *source)
{
	uint64_t tail = load_tail(source);
	uint64_t end = find_end(source);

	if (source->is_retired) {
		encode_retired(source);
		return true;
	}
	if (source->is_open) {
		/* The thread, if it is not the caller, need not wait. */
		move_tail(source, tail, tail + ASPAN_PACKED_FULL);
	}
	tail = take_published(source, tail, end);
	move_tail(source, tail, limit_after(source, tail));
	return tail == end;
}

bool aspan_packed_source_encode(struct aspan_packed_source *source)
{
	bool is_all;

	discard_old_unless_current(source);
	is_all = encode_published(source);
	if (!source->is_open) {
		/* Nobody would come for it. */
		write_event(source);
	}
	note_encoded(source);
	return is_all;
}

bool aspan_packed_source_drain(struct aspan_packed_source *source)
{
	bool is_all = encode_published(source);

	write_event(source);
	note_encoded(source);
	return is_all;
}

bool aspan_packed_source_empty(struct aspan_packed_source *source)
{
	discard_old_unless_current(source);
	return aspan_packed_source_drain(source);
}

void aspan_packed_source_open(struct aspan_packed_source *source)
{
	source->is_open = true;
	move_tail(source, load_tail(source), limit_after(source, load_tail(source)));
}

void aspan_packed_source_close(struct aspan_packed_source *source)
{
	source->is_open = false;
	move_tail(source, load_tail(source), 0);
}

static uint64_t count_unpublished(struct aspan_packed_source *source)
{
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_relaxed);
	uint64_t count = 0;

	for (uint64_t at = load_tail(source); at != end; at++) {
		const struct aspan_packed_record *record = aspan_packed_ring_at(&source->ring, at);

		count += !atomic_load_explicit(&record->stamp, memory_order_relaxed);
	}
	return count;
}

void aspan_packed_source_retire(struct aspan_packed_source *source)
{
	aspan_packed_source_close(source);
	source->is_retired = true;
	aspan_packed_source_drain(source);
	source->next_index = source->encoder.record_index + count_unpublished(source);
}

static bool is_anything_published(struct aspan_packed_source *source, uint64_t position,
				  uint64_t end)
{
	for (; position != end; position++) {
		const struct aspan_packed_record *record =
			aspan_packed_ring_at(&source->ring, position);

		if (atomic_load_explicit(&record->stamp, memory_order_acquire)) {
			return true;
		}
	}
	return false;
}

void aspan_packed_source_retire_if_stuck(struct aspan_packed_source *source)
{
	uint64_t tail = load_tail(source);
	uint64_t end = atomic_load_explicit(&source->ring.head, memory_order_relaxed);
	uint64_t now_ns;

	if (source->is_retired || !is_anything_published(source, tail, end)) {
		source->stuck_since_ns = 0;
		return;
	}
	now_ns = aspan_packed_clock_now_ns();
	if (!source->stuck_since_ns || source->stuck_at != tail) {
		source->stuck_at = tail;
		source->stuck_since_ns = now_ns;
	} else if (now_ns - source->stuck_since_ns >= ASPAN_PACKED_STUCK_NS) {
		aspan_packed_source_retire(source);
	}
}

void aspan_packed_source_adopt(struct aspan_packed_source *source)
{
	if (source->vpid == 0) {
		/* The helper, which is not in this child, may have been measuring. */
		aspan_packed_clock_after_fork();
		aspan_packed_clock_begin();
		set_thread(source);
		aspan_packed_ring_init(&source->ring);
		aspan_packed_encoder_init(&source->encoder, 0);
	}
}

void aspan_packed_source_reset_after_fork(struct aspan_packed_source *source, bool is_interrupted)
{
	pthread_mutex_init(&source->lock, NULL);
	clear(source);
	if (is_interrupted) {
		source->is_retired = true;
	} else {
		source->is_used = false;
	}
}
