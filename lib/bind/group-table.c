/* SPDX-License-Identifier: MIT */
/*
 * See group-table.h.
 */
#include "group-table.h"

#include <allocspan/span.h>
#include <allocspan/token.h>

#include <errno.h>
#include <string.h>

#include "binding.h"
#include "compiler.h"
#include "lock.h"
#include "value.h"

_Static_assert(ASPAN_BIND_TEXT_BYTES == ALLOCSPAN_VALUE_MAX + 1, "a value fills a tag");
_Static_assert(ALLOCSPAN_NAME_MAX == ALLOCSPAN_VALUE_MAX, "a value can be a name");
_Static_assert(ASPAN_BIND_TAGS_MAX + 1 <= ALLOCSPAN_TAGS_MAX, "one more for the label");

/* The values of the inputs at one event. */
struct values {
	uint64_t of[ASPAN_BIND_INPUTS_MAX];
	uint64_t hash;
};

int aspan_bind_group_table_init(struct aspan_bind_group_table *table, size_t limit)
{
	size_t slot_count = 2;

	while (slot_count < 2 * limit) {
		slot_count *= 2;
	}
	table->slots = aspan_bind_map(slot_count * sizeof(*table->slots));
	if (!table->slots) {
		return -ENOMEM;
	}
	table->slot_count = slot_count;
	table->limit = limit;
	return 0;
}

void aspan_bind_group_table_fini(struct aspan_bind_group_table *table)
{
	for (size_t i = 0; i < table->slot_count; i++) {
		struct aspan_bind_group *group =
			atomic_load_explicit(&table->slots[i], memory_order_acquire);

		for (; group; group = group->older) {
			allocspan_span_release(group->span);
		}
	}
	allocspan_span_release(atomic_load_explicit(&table->other, memory_order_acquire));
	aspan_bind_unmap(table->slots, table->slot_count * sizeof(*table->slots));
	memset(table, 0, sizeof(*table));
}

static inline bool is_string(const struct aspan_bind_reader *reader)
{
	return reader->kind == ASPAN_BIND_STRING;
}

static inline void read_values(struct values *values, const struct aspan_bind_point *point,
			       const struct aspan_bind_registers *registers)
{
	values->hash = ASPAN_BIND_HASH_SEED;
	for (size_t i = 0; i < point->reader_count; i++) {
		const struct aspan_bind_reader *reader = &point->readers[i];

		values->of[i] = aspan_bind_value(reader, registers);
		values->hash =
			aspan_bind_hash_value(values->hash, is_string(reader), values->of[i]);
	}
}

static inline bool has_values(const struct aspan_bind_group *group,
			      const struct aspan_bind_point *point, const struct values *values)
{
	for (size_t i = 0; i < point->reader_count; i++) {
		if (!aspan_bind_value_is_equal(is_string(&point->readers[i]), group->values[i],
					       values->of[i])) {
			return false;
		}
	}
	return true;
}

/* The slot that has the values, or the free one where they belong. There is always a free one. */
static inline _Atomic(struct aspan_bind_group *) *
find_slot(const struct aspan_bind_group_table *table, const struct aspan_bind_point *point,
	  const struct values *values)
{
	size_t index = values->hash & (table->slot_count - 1);

	for (;;) {
		/* Pairs with the release in insert(). */
		struct aspan_bind_group *group =
			atomic_load_explicit(&table->slots[index], memory_order_acquire);

		if (!group || (group->hash == values->hash && has_values(group, point, values))) {
			return &table->slots[index];
		}
		index = (index + 1) & (table->slot_count - 1);
	}
}

/* What the group is called and which tags it has; `is_other` for the one that all other values share. */
struct description {
	const char *name;
	size_t tag_count;
	struct allocspan_tag tags[ALLOCSPAN_TAGS_MAX];
	char texts[ASPAN_BIND_INPUTS_MAX][ASPAN_BIND_TEXT_BYTES];
	char label[ASPAN_BIND_TEXT_BYTES];
};

static void describe_label(struct description *description, struct allocspan_binding *binding,
			   const struct aspan_bind_point *point, const struct values *values)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_GROUPS);
	const char *label = aspan_bind_label_find(
		&binding->labels, is_string(&point->readers[binding->spec.by_input]),
		values->of[binding->spec.by_input]);

	if (label) {
		memcpy(description->label, label, strlen(label) + 1);
		description->tags[description->tag_count++] = (struct allocspan_tag){
			.key = binding->spec.label_name.names[0],
			.value = description->label,
		};
	}
	aspan_bind_lock_give(&lock);
}

static void describe(struct description *description, struct allocspan_binding *binding,
		     const struct aspan_bind_point *point, const struct values *values)
{
	const struct aspan_bind_spec *spec = &binding->spec;
	size_t input = 0;

	description->texts[0][0] = '\0';
	for (size_t i = 0; i < point->reader_count; i++) {
		if (values) {
			aspan_bind_value_text(description->texts[i], &point->readers[i],
					      values->of[i]);
		} else {
			aspan_bind_text_of_string(description->texts[i], ASPAN_BIND_OTHER);
		}
	}
	description->name = spec->name.text;
	if (!description->name) {
		description->name = values && *description->texts[input] ?
					    description->texts[input] :
					    spec->default_name;
		input++;
	}
	description->tag_count = 0;
	for (size_t i = 0; i < spec->tag_count; i++) {
		description->tags[description->tag_count++] = (struct allocspan_tag){
			.key = spec->tags[i].key,
			.value = spec->tags[i].value.text ? spec->tags[i].value.text :
							    description->texts[input++],
		};
	}
	if (spec->label.name && values) {
		describe_label(description, binding, point, values);
	}
}

static struct allocspan_span *make_span(struct allocspan_binding *binding,
					const struct aspan_bind_point *point,
					const struct values *values)
{
	struct description description;
	struct allocspan_token *token;
	struct allocspan_span *span;

	describe(&description, binding, point, values);
	token = allocspan_token_intern(description.name, description.tags, description.tag_count);
	span = token ? allocspan_span_create(description.name) : NULL;
	if (span) {
		allocspan_span_attach(span, token);
	}
	/* The span has its own reference. */
	allocspan_token_release(token);
	return span;
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
	span = make_span(binding, point, NULL);
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
					   const struct values *values)
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
		if (!aspan_bind_value_copy(&binding->store, is_string(&point->readers[i]),
					   &group->values[i])) {
			return NULL;
		}
	}
	return group;
}

/* Adds a group, or takes the place of a stale one. Returns the span that is found from now on. */
static struct allocspan_span *insert(struct allocspan_binding *binding,
				     const struct aspan_bind_point *point,
				     const struct values *values, struct allocspan_span *span)
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
	if (count < table->limit) {
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
						   const struct values *values)
{
	struct allocspan_span *span = NULL;
	int saved_errno = errno;

	if (atomic_load_explicit(&binding->groups.count, memory_order_relaxed) <
	    binding->groups.limit) {
		span = make_span(binding, point, values);
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

struct allocspan_span *aspan_bind_group_span(struct allocspan_binding *binding,
					     const struct aspan_bind_point *point,
					     const struct aspan_bind_registers *registers)
{
	struct values values;
	const struct aspan_bind_group *group;

	read_values(&values, point, registers);
	/* Pairs with the release in insert(). */
	group = atomic_load_explicit(find_slot(&binding->groups, point, &values),
				     memory_order_acquire);
	if (aspan_unlikely(!group ||
			   atomic_load_explicit(&group->is_stale, memory_order_relaxed))) {
		return find_slow(binding, point, &values);
	}
	return group->span;
}

void aspan_bind_group_table_relabel(struct aspan_bind_group_table *table, size_t input,
				    bool is_text_value, uint64_t value)
{
	for (size_t i = 0; i < table->slot_count; i++) {
		struct aspan_bind_group *group =
			atomic_load_explicit(&table->slots[i], memory_order_relaxed);

		if (group &&
		    aspan_bind_value_is_equal(is_text_value, group->values[input], value)) {
			atomic_store_explicit(&group->is_stale, true, memory_order_relaxed);
		}
	}
}
