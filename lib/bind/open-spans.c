/* SPDX-License-Identifier: MIT */
/*
 * See open-spans.h: what a thread does with its own entries.
 */
#include "open-spans.h"

#include "binding.h"
#include "guard.h"
#include "misuse.h"
#include "span.h"

static bool is_open(const struct aspan_bind_entry *entry)
{
	return aspan_bind_entry_state(entry) >= ASPAN_BIND_ENTRY_OPEN;
}

void aspan_bind_open(struct aspan_bind_thread *thread, struct allocspan_binding *binding,
		     uint64_t key_value, struct allocspan_span *span, void *ip)
{
	uint32_t index = atomic_load_explicit(&thread->count, memory_order_relaxed);
	struct aspan_bind_entry *entry;
	uint64_t serial;

	if (aspan_unlikely(index >= thread->capacity) && !aspan_bind_thread_grow(thread)) {
		return;
	}
	/* Ordering 1: reserve, fill, open. Release: another thread that sees the entry open sees what it is. */
	entry = &thread->entries[index];
	atomic_store_explicit(&entry->state, ASPAN_BIND_ENTRY_RESERVED, memory_order_relaxed);
	aspan_signal_fence();
	atomic_store_explicit(&thread->count, index + 1, memory_order_relaxed);
	aspan_signal_fence();
	serial = thread->last_serial += ASPAN_BIND_ENTRY_SERIAL_STEP;
	atomic_store_explicit(&entry->binding, binding, memory_order_relaxed);
	atomic_store_explicit(&entry->key, key_value, memory_order_relaxed);
	entry->guard = aspan_span_enter(span, ip);
	atomic_store_explicit(&entry->state, serial | ASPAN_BIND_ENTRY_OPEN, memory_order_release);
}

/* Frees an entry and drops the free ones that are innermost, then leaves the span. */
static void leave(struct aspan_bind_thread *thread, uint32_t index, void *ip)
{
	struct aspan_bind_entry *entry = &thread->entries[index];
	struct allocspan_guard guard = entry->guard;
	uint32_t count;

	/* What another thread makes of it meanwhile no longer matters. */
	atomic_store_explicit(&entry->state, ASPAN_BIND_ENTRY_FREE, memory_order_relaxed);
	aspan_signal_fence();
	count = atomic_load_explicit(&thread->count, memory_order_relaxed);
	while (count > 0 &&
	       aspan_bind_entry_state(&thread->entries[count - 1]) == ASPAN_BIND_ENTRY_FREE) {
		count--;
	}
	atomic_store_explicit(&thread->count, count, memory_order_relaxed);
	aspan_signal_fence();
	aspan_guard_exit(&guard, ip);
}

static void count_unended(const struct aspan_bind_entry *entry, void *ip)
{
	struct allocspan_binding *binding =
		atomic_load_explicit(&entry->binding, memory_order_relaxed);

	atomic_fetch_add_explicit(&binding->unended_count, 1, memory_order_relaxed);
	aspan_misuse(ASPAN_MISUSE_BEGIN_NOT_ENDED, allocspan_current_group_id(),
		     allocspan_current_span_id(), ip);
}

/* The innermost open pair of a binding; -1 if there is none. */
static int64_t find(const struct aspan_bind_thread *thread, const struct allocspan_binding *binding)
{
	int64_t index = atomic_load_explicit(&thread->count, memory_order_relaxed);

	while (--index >= 0 && !(is_open(&thread->entries[index]) &&
				 aspan_bind_entry_is_of(&thread->entries[index], binding))) {
	}
	return index;
}

/* Whether what is open inside of a pair that ends was never ended. */
static bool is_left_over(const struct aspan_bind_entry *entry, const struct aspan_bind_point *end,
			 const struct aspan_bind_registers *registers)
{
	const struct allocspan_binding *binding =
		atomic_load_explicit(&entry->binding, memory_order_relaxed);

	return is_open(entry) && !binding->is_matched &&
	       !(end && aspan_bind_probe_concerns(binding, end, registers));
}

/* Ends what was begun inside of an entry and is matched by the thread. */
static ASPAN_SLOW void leave_inner(struct aspan_bind_thread *thread, uint32_t index,
				   const struct aspan_bind_point *end,
				   const struct aspan_bind_registers *registers)
{
	uint32_t i = atomic_load_explicit(&thread->count, memory_order_relaxed);

	while (--i > index) {
		struct aspan_bind_entry *entry = &thread->entries[i];

		if (is_left_over(entry, end, registers)) {
			count_unended(entry, registers->ip);
			leave(thread, i, registers->ip);
		}
	}
}

bool aspan_bind_close(struct aspan_bind_thread *thread, const struct allocspan_binding *binding,
		      const struct aspan_bind_point *end,
		      const struct aspan_bind_registers *registers)
{
	int64_t index = find(thread, binding);

	if (index < 0) {
		return false;
	}
	if (aspan_unlikely(index + 1 !=
			   atomic_load_explicit(&thread->count, memory_order_relaxed))) {
		leave_inner(thread, (uint32_t) index, end, registers);
	}
	if (aspan_unlikely(!end)) {
		count_unended(&thread->entries[index], registers->ip);
	}
	leave(thread, (uint32_t) index, registers->ip);
	return true;
}

bool aspan_bind_close_key(struct aspan_bind_thread *thread, struct allocspan_binding *binding,
			  uint64_t key_value, bool is_unended, void *ip)
{
	uint32_t index = atomic_load_explicit(&thread->count, memory_order_relaxed);

	while (index-- > 0) {
		struct aspan_bind_entry *entry = &thread->entries[index];

		/* One that another thread ended already has had its end. */
		if (aspan_bind_entry_state(entry) == ASPAN_BIND_ENTRY_OPEN &&
		    aspan_bind_entry_is_of(entry, binding) &&
		    aspan_bind_entry_has_key(entry, key_value)) {
			if (is_unended) {
				count_unended(entry, ip);
			}
			leave(thread, index, ip);
			return true;
		}
	}
	return false;
}

void aspan_bind_thread_settle(struct aspan_bind_thread *thread)
{
	uint32_t index;

	atomic_store_explicit(&thread->has_ended_entries, false, memory_order_relaxed);
	/* What is ended from here on raises the flag again. */
	atomic_thread_fence(memory_order_acquire);
	index = atomic_load_explicit(&thread->count, memory_order_relaxed);
	while (index-- > 0) {
		if (aspan_bind_entry_state(&thread->entries[index]) == ASPAN_BIND_ENTRY_ENDED) {
			leave(thread, index, NULL);
		}
	}
}

void aspan_bind_thread_leave(struct aspan_bind_thread *thread)
{
	uint32_t index;

	aspan_bind_thread_settle(thread);
	index = atomic_load_explicit(&thread->count, memory_order_relaxed);
	while (index-- > 0) {
		if (is_open(&thread->entries[index])) {
			count_unended(&thread->entries[index], NULL);
			leave(thread, index, NULL);
		}
	}
}
