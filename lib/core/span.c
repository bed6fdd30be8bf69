/* SPDX-License-Identifier: MIT */
/*
 * Spans: see include/allocspan/span.h for the contract.
 */
#include "span.h"

#include <errno.h>
#include <string.h>

#include "arena.h"
#include "barrier.h"
#include "group.h"
#include "init.h"
#include "lock.h"
#include "misuse.h"
#include "reclaim.h"
#include "record.h"
#include "trace.h"

/* Protected by the lock. */
static struct allocspan_span *free_spans;
static uint64_t last_id;

static struct allocspan_span *make(const char *name)
{
	struct allocspan_span *span = free_spans ? free_spans : aspan_arena_alloc(sizeof(*span));
	size_t name_bytes = strlen(name) + 1;
	char *copy = aspan_arena_alloc(name_bytes);

	if (span && span == free_spans) {
		free_spans = span->next;
	}
	if (!span || !copy) {
		aspan_arena_free(copy, name_bytes);
		if (span) {
			span->next = free_spans;
			free_spans = span;
		}
		return NULL;
	}
	span->id = ++last_id;
	span->name = memcpy(copy, name, name_bytes);
	span->name_bytes = name_bytes;
	span->is_released = false;
	/* The program orders these before another thread's use when it hands the span over. */
	atomic_store_explicit(&span->token, NULL, memory_order_relaxed);
	atomic_store_explicit(&span->references, 1, memory_order_relaxed);
	return span;
}

struct allocspan_span *allocspan_span_create(const char *name)
{
	int error = aspan_name_check(name);
	struct allocspan_span *span = NULL;
	struct aspan_lock lock;

	if (!error) {
		error = aspan_init();
	}
	if (!error) {
		lock = aspan_lock();
		span = make(name);
		aspan_unlock(&lock);
		error = -ENOMEM;
	}
	if (!span) {
		errno = -error;
	}
	return span;
}

void aspan_span_retain(struct allocspan_span *span)
{
	/* Relaxed: a reference or an entry of the caller keeps the span until both are seen. */
	if (atomic_fetch_add_explicit(&span->references, 1, memory_order_relaxed) == 0) {
		atomic_fetch_add_explicit(&span->revivals, 1, memory_order_relaxed);
	}
}

struct allocspan_span *allocspan_span_retain(struct allocspan_span *span)
{
	if (span) {
		aspan_span_retain(span);
	}
	return span;
}

void aspan_span_reclaim(struct allocspan_span *span)
{
	aspan_arena_free((char *) (uintptr_t) span->name, span->name_bytes);
	span->name = NULL;
	span->next = free_spans;
	free_spans = span;
}

/* Call with the lock held; the reference to the old token is the caller's. */
static struct allocspan_token *exchange_token(struct allocspan_span *span,
					      struct allocspan_token *token)
{
	/* Pairs with the loads in push_with_token(). */
	return atomic_exchange_explicit(&span->token, token, memory_order_acq_rel);
}

/* The same without the lock, which must be free when the old token is released. */
static int replace_token(struct allocspan_span *span, struct allocspan_token *token, void *ip)
{
	struct aspan_lock lock = aspan_lock();
	struct allocspan_token *old = exchange_token(span, token);

	aspan_unlock(&lock);
	if (!old) {
		return -ENOENT;
	}
	aspan_group_release(old, ip);
	return 0;
}

static ASPAN_SLOW void release_last(struct allocspan_span *span, void *ip)
{
	struct aspan_lock lock = aspan_lock();
	struct allocspan_token *token = NULL;

	/* A captured context may have taken it up again, or the record be another span's by now. */
	if (atomic_load_explicit(&span->references, memory_order_acquire) == 0 &&
	    !span->is_released) {
		token = exchange_token(span, NULL);
		span->is_released = true;
		aspan_reclaim_add_span(span);
	}
	aspan_unlock(&lock);
	if (token) {
		aspan_group_release(token, ip);
	}
}

void allocspan_span_release(struct allocspan_span *span)
{
	uint32_t references;

	if (!span) {
		return;
	}
	references = atomic_load_explicit(&span->references, memory_order_relaxed);
	do {
		if (references == 0) {
			aspan_misuse(ASPAN_MISUSE_RELEASE_TWICE, 0, span->id, ASPAN_CALLER_IP());
			return;
		}
		/* Release and acquire: what others did with the span comes before its end. */
	} while (!atomic_compare_exchange_weak_explicit(&span->references, &references,
							references - 1, memory_order_acq_rel,
							memory_order_relaxed));
	if (references == 1) {
		release_last(span, ASPAN_CALLER_IP());
	}
}

int allocspan_span_attach(struct allocspan_span *span, struct allocspan_token *token)
{
	if (!span || !token || !aspan_group_retain(token)) {
		return -EINVAL;
	}
	replace_token(span, token, ASPAN_CALLER_IP());
	return 0;
}

int allocspan_span_detach(struct allocspan_span *span)
{
	return span ? replace_token(span, NULL, ASPAN_CALLER_IP()) : -EINVAL;
}

uint64_t allocspan_span_id(const struct allocspan_span *span)
{
	return span ? span->id : 0;
}

uint64_t allocspan_current_span_id(void)
{
	return aspan_thread.span_id;
}

struct allocspan_span *aspan_span_current(const struct aspan_thread *thread)
{
	struct allocspan_fiber *stack = thread->stack;
	struct aspan_entry *entry;

	if (!stack) {
		return NULL;
	}
	for (entry = stack->top; entry != aspan_stack_bottom(stack); entry = entry->below) {
		if (aspan_entry_kind(entry) != ASPAN_ENTRY_TOKEN) {
			return atomic_load_explicit(&entry->span, memory_order_relaxed);
		}
	}
	return NULL;
}

/* The group that owns what is allocated while a slot is active, or NULL. */
static inline const struct allocspan_token *group_of(uint32_t active_slot)
{
	uint32_t slot = aspan_record_slot_of(active_slot);

	return aspan_slot_is_group(slot) ? aspan_group_of_slot(slot) : NULL;
}

/* Of the current stack, over all groups. Only this thread changes them. */
static inline uint64_t total(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Always, so that the exit is right also if a session starts inside. */
static inline void note_totals(struct aspan_thread *thread, struct aspan_entry *entry)
{
	if (aspan_unlikely(!thread->has_spans)) {
		thread->has_spans = true;
		aspan_signal_fence();
	}
	entry->alloc_count = total(&thread->totals.alloc_count);
	entry->alloc_bytes = total(&thread->totals.alloc_bytes);
	entry->free_count = total(&thread->totals.free_count);
	entry->free_bytes = total(&thread->totals.free_bytes);
}

static ASPAN_SLOW void trace_enter(const struct aspan_thread *thread,
				   const struct allocspan_span *span, uint64_t parent_span_id,
				   void *ip)
{
	const struct allocspan_token *group = group_of(thread->active_slot);

	aspan_trace_emit(span_enter, span->id, parent_span_id, span->name,
			 group ? group->view.id : 0, group ? group->tag_string : "", ip);
}

static uint64_t group_id_inside(const struct aspan_entry *entry)
{
	uint32_t slot = atomic_load_explicit(&entry->slot, memory_order_relaxed);
	const struct allocspan_token *group;

	if (entry->group_id != ASPAN_GROUP_ID_AS_NOW) {
		return entry->group_id;
	}
	group = group_of(slot == ASPAN_SLOT_INHERIT ? entry->outer_slot : slot);
	return group ? group->view.id : 0;
}

void aspan_span_keep_group_id(struct aspan_entry *entry)
{
	if (aspan_entry_kind(entry) == ASPAN_ENTRY_SPAN) {
		entry->group_id = group_id_inside(entry);
	}
}

ASPAN_SLOW void aspan_span_trace_exit(const struct aspan_thread *thread,
				      const struct aspan_entry *entry, void *ip)
{
	const struct allocspan_span *span =
		atomic_load_explicit(&entry->span, memory_order_relaxed);
	const struct aspan_counters *totals = &thread->totals;

	aspan_trace_emit(span_exit, span->id, span->name, group_id_inside(entry),
			 total(&totals->alloc_count) - entry->alloc_count,
			 total(&totals->alloc_bytes) - entry->alloc_bytes,
			 total(&totals->free_count) - entry->free_count,
			 total(&totals->free_bytes) - entry->free_bytes, ip);
}

static ASPAN_SLOW struct allocspan_guard enter_wrongly(const struct allocspan_span *span, void *ip)
{
	aspan_misuse(span ? ASPAN_MISUSE_ENTER_RELEASED : ASPAN_MISUSE_ENTER_NULL, 0,
		     allocspan_span_id(span), ip);
	return aspan_guard_void();
}

/* Pushes the span with the token it has; group-stack.h, ordering 2, tells why the token is read twice. */
ASPAN_HOT struct allocspan_guard push_with_token(struct aspan_thread *thread,
						 struct allocspan_fiber *stack,
						 struct aspan_entry *entry,
						 struct allocspan_span *span)
{
	struct allocspan_token *token = atomic_load_explicit(&span->token, memory_order_acquire);

	for (;;) {
		uint32_t slot = token ? token->slot : (uint32_t) ASPAN_SLOT_INHERIT;
		struct allocspan_guard guard = aspan_stack_push(thread, stack, entry, slot, span,
								span->id, ASPAN_ENTRY_SPAN);
		struct allocspan_token *again;

		aspan_barrier_fence();
		/* Both loads pair with exchange_token(). */
		again = atomic_load_explicit(&span->token, memory_order_acquire);
		if (aspan_likely(again == token)) {
			return guard;
		}
		aspan_stack_pop(thread, stack, entry, ASPAN_ENTRY_SPAN);
		token = again;
	}
}

ASPAN_HOT struct allocspan_guard enter_with_room(struct allocspan_span *span,
						 struct allocspan_fiber *stack,
						 struct aspan_entry *entry, void *ip)
{
	struct aspan_thread *thread = &aspan_thread;
	uint64_t parent_span_id = thread->span_id;
	struct allocspan_guard guard = push_with_token(thread, stack, entry, span);

	note_totals(thread, entry);
	entry->group_id = ASPAN_GROUP_ID_AS_NOW;
	if (aspan_trace_enabled(span_enter)) {
		trace_enter(thread, span, parent_span_id, ip);
	}
	return guard;
}

static ASPAN_SLOW struct allocspan_guard enter_slowly(struct allocspan_span *span, void *ip)
{
	struct aspan_entry *entry = aspan_stack_make_room(ip);

	return entry ? enter_with_room(span, aspan_thread.stack, entry, ip) : aspan_guard_void();
}

ASPAN_HOT struct allocspan_guard enter(struct allocspan_span *span, void *ip)
{
	struct allocspan_fiber *stack = aspan_thread.stack;
	struct aspan_entry *entry = aspan_stack_find_room(stack);

	/* Relaxed: only tells misuse. */
	if (aspan_unlikely(!span ||
			   atomic_load_explicit(&span->references, memory_order_relaxed) == 0)) {
		return enter_wrongly(span, ip);
	}
	if (aspan_unlikely(!entry)) {
		return enter_slowly(span, ip);
	}
	return enter_with_room(span, stack, entry, ip);
}

struct allocspan_guard aspan_span_enter(struct allocspan_span *span, void *ip)
{
	return enter(span, ip);
}

struct allocspan_guard allocspan_span_enter(struct allocspan_span *span)
{
	return enter(span, ASPAN_CALLER_IP());
}
