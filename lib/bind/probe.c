/* SPDX-License-Identifier: MIT */
/*
 * What happens when a bound tracepoint is reached: on the program's thread, inside the tracepoint, with LTTng's read lock held.
 *
 * So: no allocation, `errno` kept, no lock but in the slow paths (a thread's first event, a value's first group, an end on
 * another thread). Budget for a pair: a few nanoseconds above entering and exiting a span and LTTng's own call;
 * tests/bench/bound-pair.c measures it.
 */
#include <allocspan/guard.h>
#include <allocspan/span.h>

#include "binding.h"
#include "compiler.h"
#include "lock.h"
#include "misuse.h"
#include "open-spans.h"
#include "tell.h"
#include "value.h"

static bool holds(const struct aspan_bind_test *test, const struct aspan_bind_registers *registers)
{
	uint64_t value = aspan_bind_value(&test->reader, registers);
	bool is_equal;

	if (test->reader.kind == ASPAN_BIND_STRING) {
		const char *string = aspan_bind_value_string(value);

		is_equal = strcmp(string ? string : "(null)", test->text) == 0;
	} else {
		is_equal = value == test->bits;
	}
	return is_equal != test->is_negated;
}

/* Few events have conditions, and the others need not save registers for them. */
static __attribute__((noinline)) bool all_hold(const struct aspan_bind_point *point,
					       const struct aspan_bind_registers *registers)
{
	for (size_t i = 0; i < point->test_count; i++) {
		if (!holds(&point->tests[i], registers)) {
			return false;
		}
	}
	return true;
}

/* Of a string, 64 bits of hash stand for it. */
static uint64_t match_key(const struct aspan_bind_point *point,
			  const struct aspan_bind_registers *registers)
{
	uint64_t value = aspan_bind_value(&point->match, registers);

	if (point->match.kind != ASPAN_BIND_STRING || !value) {
		return value;
	}
	return aspan_bind_hash_string(aspan_bind_value_string(value));
}

static inline struct allocspan_span *find_span(struct allocspan_binding *binding,
					       const struct aspan_bind_point *point,
					       const struct aspan_bind_registers *registers)
{
	/* Pairs with the release in insert() of the table. */
	struct allocspan_span *only =
		atomic_load_explicit(&binding->groups.only, memory_order_acquire);

	return only ? only : aspan_bind_group_span(binding, point, registers);
}

static void begin(struct aspan_bind_thread *thread, const struct aspan_bind_point *point,
		  const struct aspan_bind_registers *registers)
{
	struct allocspan_binding *binding = point->binding;
	struct allocspan_span *span;
	uint64_t key = 0;

	if (binding->is_matched) {
		key = match_key(point, registers);
		aspan_bind_close_key(thread, binding, key, true, registers->ip);
	} else if (!binding->spec.is_nested && aspan_bind_has_open(thread)) {
		aspan_bind_close(thread, binding, NULL, registers);
	}
	span = find_span(binding, point, registers);
	if (aspan_likely(span)) {
		aspan_bind_open(thread, binding, key, span, registers->ip);
	}
}

static ASPAN_SLOW void report_unbegun(struct allocspan_binding *binding, void *ip)
{
	if (atomic_fetch_add_explicit(&binding->unbegun_count, 1, memory_order_relaxed) == 0) {
		aspan_bind_tell("%s: an end without a begin", binding->spec.default_name);
	}
	aspan_misuse(ASPAN_MISUSE_END_NOT_BEGUN, allocspan_current_group_id(),
		     allocspan_current_span_id(), ip);
}

static void end(struct aspan_bind_thread *thread, const struct aspan_bind_point *point,
		const struct aspan_bind_registers *registers)
{
	struct allocspan_binding *binding = point->binding;
	uint64_t key;

	if (!binding->is_matched) {
		if (aspan_unlikely(!aspan_bind_close(thread, binding, point, registers))) {
			report_unbegun(binding, registers->ip);
		}
		return;
	}
	key = match_key(point, registers);
	if (!aspan_bind_close_key(thread, binding, key, false, registers->ip) &&
	    !aspan_bind_end_elsewhere(binding, key)) {
		report_unbegun(binding, registers->ip);
	}
}

static ASPAN_SLOW void label(const struct aspan_bind_point *point,
			     const struct aspan_bind_registers *registers)
{
	struct allocspan_binding *binding = point->binding;
	bool is_string = point->readers[0].kind == ASPAN_BIND_STRING;
	uint64_t value = aspan_bind_value(&point->readers[0], registers);
	char text[ASPAN_BIND_TEXT_BYTES];
	struct aspan_bind_lock lock;

	aspan_bind_value_text(text, &point->readers[1],
			      aspan_bind_value(&point->readers[1], registers));
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_GROUPS);
	if (aspan_bind_label_set(&binding->labels, &binding->store, is_string, value, text)) {
		aspan_bind_group_table_relabel(&binding->groups, binding->spec.by_input, is_string,
					       value);
	}
	aspan_bind_lock_give(&lock);
}

static bool is_same_event(const struct aspan_bind_event *a, const struct aspan_bind_event *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->provider, b->provider) == 0;
}

bool aspan_bind_probe_concerns(const struct allocspan_binding *binding,
			       const struct aspan_bind_point *point,
			       const struct aspan_bind_registers *registers)
{
	for (size_t i = 0; i < binding->point_count; i++) {
		const struct aspan_bind_point *other = &binding->points[i];

		/* The same event has the same arguments. */
		if (other->role != ASPAN_BIND_LABEL && is_same_event(other->event, point->event) &&
		    all_hold(other, registers)) {
			return true;
		}
	}
	return false;
}

void aspan_bind_probe_run(struct aspan_bind_point *point,
			  const struct aspan_bind_registers *registers)
{
	struct aspan_bind_thread *thread;

	if (aspan_unlikely(point->test_count > 0) && !all_hold(point, registers)) {
		return;
	}
	thread = aspan_bind_thread_get();
	if (aspan_unlikely(!thread)) {
		return;
	}
	switch (point->role) {
	case ASPAN_BIND_BEGIN:
		begin(thread, point, registers);
		break;
	case ASPAN_BIND_END:
		end(thread, point, registers);
		break;
	case ASPAN_BIND_LABEL:
		label(point, registers);
		break;
	}
}
