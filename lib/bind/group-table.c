/* SPDX-License-Identifier: MIT */
/*
 * See group-table.h.
 */
#include "group-table.h"

#include <allocspan/span.h>

#include <errno.h>
#include <string.h>

#include "binding.h"
#include "compiler.h"
#include "group-span.h"
#include "lock.h"
#include "value.h"

#define SLOT_BYTES sizeof(_Atomic(struct aspan_bind_group *))

static inline _Atomic(struct aspan_bind_group *) *
slot_at(const struct aspan_bind_group_table *table, size_t index)
{
	return (_Atomic(struct aspan_bind_group *) *) table->slots.memory + index;
}

int aspan_bind_group_table_init(struct aspan_bind_group_table *table, size_t limit)
{
	return aspan_bind_slots_init(&table->slots, limit, SLOT_BYTES);
}

void aspan_bind_group_table_fini(struct aspan_bind_group_table *table)
{
	for (size_t i = 0; i < table->slots.count; i++) {
		struct aspan_bind_group *group =
			atomic_load_explicit(slot_at(table, i), memory_order_acquire);

		for (; group; group = group->older) {
			allocspan_span_release(group->span);
		}
	}
	allocspan_span_release(atomic_load_explicit(&table->other, memory_order_acquire));
	aspan_bind_slots_fini(&table->slots, SLOT_BYTES);
	memset(table, 0, sizeof(*table));
}

static inline void read_values(struct aspan_bind_values *values,
			       const struct aspan_bind_point *point,
			       const struct aspan_bind_registers *registers)
{
	values->hash = ASPAN_BIND_HASH_SEED;
	for (size_t i = 0; i < point->reader_count; i++) {
		const struct aspan_bind_reader *reader = &point->readers[i];

		values->of[i] = aspan_bind_value(reader, registers);
		values->hash = aspan_bind_hash_value(
			values->hash, aspan_bind_reader_is_string(reader), values->of[i]);
	}
}

static inline bool has_values(const struct aspan_bind_group *group,
			      const struct aspan_bind_point *point,
			      const struct aspan_bind_values *values)
{
	for (size_t i = 0; i < point->reader_count; i++) {
		if (!aspan_bind_value_is_equal(aspan_bind_reader_is_string(&point->readers[i]),
					       group->values[i], values->of[i])) {
			return false;
		}
	}
	return true;
}

/* The slot that has the values, or the free one where they belong. */
static inline _Atomic(struct aspan_bind_group *) *
find_slot(const struct aspan_bind_group_table *table, const struct aspan_bind_point *point,
	  const struct aspan_bind_values *values)
{
	size_t index = aspan_bind_slots_first(&table->slots, values->hash);

	for (;;) {
		/* Pairs with the release in insert(). */
		struct aspan_bind_group *group =
			atomic_load_explicit(slot_at(table, index), memory_order_acquire);

		if (!group || (group->hash == values->hash && has_values(group, point, values))) {
			return slot_at(table, index);
		}
		index = aspan_bind_slots_next(&table->slots, index);
	}
}

static ASPAN_SLOW struct allocspan_span *find_other(struct allocspan_binding *binding,
						    const struct aspan_bind_point *point)
{
	_Atomic(struct allocspan_span *) *place = &binding->groups.other;
	/* Pairs with the exchange below. */
	struct allocspan_span *span = atomic_load_explicit(place, memory_order_acquire);
	struct allocspan_span *none = NULL;

	atomic_fetch_add_explicit(&binding->other_count, 1, memory_order_relaxed);
	if (span) {
		return span;
	}
	span = aspan_bind_group_make_span(binding, point, NULL);
	if (!atomic_compare_exchange_strong_explicit(place, &none, span, memory_order_acq_rel,
						     memory_order_acquire)) {
		/* Another thread was faster. */
		allocspan_span_release(span);
		span = none;
	}
	return span;
}

/* A group with copies of the values; NULL without memory. */
static struct aspan_bind_group *make_group(struct allocspan_binding *binding,
					   const struct aspan_bind_point *point,
					   const struct aspan_bind_values *values)
{
	size_t value_bytes = point->reader_count * sizeof(uint64_t);
	struct aspan_bind_group *group =
		aspan_bind_store_alloc(&binding->store, sizeof(*group) + value_bytes);

	if (!group) {
		return NULL;
	}
	group->hash = values->hash;
	memcpy(group->values, values->of, value_bytes);
	for (size_t i = 0; i < point->reader_count; i++) {
		if (!aspan_bind_value_copy(&binding->store,
					   aspan_bind_reader_is_string(&point->readers[i]),
					   &group->values[i])) {
			return NULL;
		}
	}
	return group;
}

/* Adds a group, or takes the place of a stale one. Returns the span that is found from now on. */
static struct allocspan_span *insert(struct allocspan_binding *binding,
				     const struct aspan_bind_point *point,
				     const struct aspan_bind_values *values,
				     struct allocspan_span *span)
{
	struct aspan_bind_group_table *table = &binding->groups;
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_GROUPS);
	_Atomic(struct aspan_bind_group *) *slot = find_slot(table, point, values);
	struct aspan_bind_group *old = atomic_load_explicit(slot, memory_order_relaxed);
	size_t count = atomic_load_explicit(&table->count, memory_order_relaxed);
	struct aspan_bind_group *group = NULL;

	if (old && !atomic_load_explicit(&old->is_stale, memory_order_relaxed)) {
		/* Another thread was faster. */
		allocspan_span_release(span);
		span = old->span;
		goto end;
	}
	if (count < table->slots.limit) {
		group = make_group(binding, point, values);
	}
	if (!group) {
		allocspan_span_release(span);
		span = NULL;
		goto end;
	}
	group->span = span;
	group->older = old;
	atomic_store_explicit(&table->count, count + 1, memory_order_relaxed);
	/* Pairs with the acquire in find_slot(). */
	atomic_store_explicit(slot, group, memory_order_release);
	if (point->reader_count == 0) {
		/* Pairs with the acquire in find_span() of the probe. */
		atomic_store_explicit(&table->only, span, memory_order_release);
	}
	if (old) {
		/* Threads that are about to enter it hold LTTng's read lock, not ours: the span is kept for them. */
		allocspan_span_detach(old->span);
	}
end:
	aspan_bind_lock_give(&lock);
	return span;
}

static ASPAN_SLOW struct allocspan_span *find_slow(struct allocspan_binding *binding,
						   const struct aspan_bind_point *point,
						   const struct aspan_bind_values *values)
{
	struct allocspan_span *span = NULL;
	int saved_errno = errno;

	if (atomic_load_explicit(&binding->groups.count, memory_order_relaxed) <
	    binding->groups.slots.limit) {
		span = aspan_bind_group_make_span(binding, point, values);
		if (span) {
			span = insert(binding, point, values, span);
		}
	}
	if (!span) {
		span = find_other(binding, point);
	}
	errno = saved_errno;
	return span;
}

static struct allocspan_span *find(struct allocspan_binding *binding,
				   const struct aspan_bind_point *point,
				   const struct aspan_bind_values *values)
{
	/* Pairs with the release in insert(). */
	const struct aspan_bind_group *group = atomic_load_explicit(
		find_slot(&binding->groups, point, values), memory_order_acquire);

	if (aspan_unlikely(!group ||
			   atomic_load_explicit(&group->is_stale, memory_order_relaxed))) {
		return find_slow(binding, point, values);
	}
	return group->span;
}

static __attribute__((noinline)) struct allocspan_span *
find_by_many(struct allocspan_binding *binding, const struct aspan_bind_point *point,
	     const struct aspan_bind_registers *registers)
{
	struct aspan_bind_values values;

	read_values(&values, point, registers);
	return find(binding, point, &values);
}

/* The usual: one number. What is not where it would be without a collision is left to the general way. */
struct allocspan_span *aspan_bind_group_span(struct allocspan_binding *binding,
					     const struct aspan_bind_point *point,
					     const struct aspan_bind_registers *registers)
{
	const struct aspan_bind_group_table *table = &binding->groups;
	const struct aspan_bind_group *group;
	uint64_t value;

	if (point->reader_count != 1 || aspan_bind_reader_is_string(&point->readers[0])) {
		return find_by_many(binding, point, registers);
	}
	value = aspan_bind_value(&point->readers[0], registers);
	/* Pairs with the release in insert(). */
	group = atomic_load_explicit(
		slot_at(table,
			aspan_bind_slots_first(&table->slots,
					       aspan_bind_hash_bits(ASPAN_BIND_HASH_SEED, value))),
		memory_order_acquire);
	if (aspan_unlikely(!group || group->values[0] != value ||
			   atomic_load_explicit(&group->is_stale, memory_order_relaxed))) {
		return find_by_many(binding, point, registers);
	}
	return group->span;
}

void aspan_bind_group_table_relabel(struct aspan_bind_group_table *table, size_t input,
				    bool is_text_value, uint64_t value)
{
	for (size_t i = 0; i < table->slots.count; i++) {
		struct aspan_bind_group *group =
			atomic_load_explicit(slot_at(table, i), memory_order_relaxed);

		if (group &&
		    aspan_bind_value_is_equal(is_text_value, group->values[input], value)) {
			atomic_store_explicit(&group->is_stale, true, memory_order_relaxed);
		}
	}
}
