/* SPDX-License-Identifier: MIT */
/*
 * What can be said of bindings: their figures, why a point waits or is refused, and which name may have been meant.
 */
#include "binding.h"

#include <errno.h>
#include <stdio.h>

#include "lock.h"
#include "modules.h"
#include "tell.h"
#include "tracepoint-abi.h"

static void offer_names(struct lttng_ust_tracepoint *const *start, size_t count, void *data)
{
	for (size_t i = 0; i < count; i++) {
		if (aspan_bind_tracepoint_is_complete(start[i])) {
			aspan_bind_near_names_add(data, start[i]->provider_name,
						  start[i]->event_name);
		}
	}
}

static bool remember_names(struct aspan_bind_point *point)
{
	if (!point->was_seen) {
		aspan_bind_modules_visit(offer_names, &point->near_names);
	}
	return true;
}

void aspan_bind_bindings_remember_names(void)
{
	aspan_bind_points_visit(remember_names);
}

int allocspan_binding_get_stats(const struct allocspan_binding *binding,
				struct allocspan_binding_stats *stats)
{
	struct aspan_bind_lock lock;

	if (!binding || !stats) {
		return -EINVAL;
	}
	*stats = (struct allocspan_binding_stats){
		.groups = atomic_load_explicit(&binding->groups.count, memory_order_relaxed),
		.other_begins = atomic_load_explicit(&binding->other_count, memory_order_relaxed),
		.unended_begins =
			atomic_load_explicit(&binding->unended_count, memory_order_relaxed),
		.unbegun_ends = atomic_load_explicit(&binding->unbegun_count, memory_order_relaxed),
	};
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	for (size_t i = 0; i < binding->point_count; i++) {
		stats->bound_events += binding->points[i].state == ASPAN_BIND_POINT_BOUND;
		stats->waiting_events += binding->points[i].state == ASPAN_BIND_POINT_WAITING;
		stats->refused_events += binding->points[i].state == ASPAN_BIND_POINT_REFUSED;
	}
	aspan_bind_lock_give(&lock);
	return 0;
}

/* Call with the lock BINDINGS held. */
static void describe_waiting(const struct aspan_bind_point *point, char *message,
			     size_t message_bytes)
{
	struct aspan_bind_near_names near = point->near_names;
	char suggestions[ASPAN_BIND_MESSAGE_BYTES];

	if (point->object_count > 0) {
		snprintf(message, message_bytes, "%s: waits until a begin is bound",
			 point->full_name);
		return;
	}
	aspan_bind_modules_visit(offer_names, &near);
	aspan_bind_near_names_text(&near, suggestions, sizeof(suggestions));
	snprintf(message, message_bytes, "%s: no loaded object has this tracepoint%s",
		 point->full_name, suggestions);
}

static void describe_point(const struct aspan_bind_point *point, char *message,
			   size_t message_bytes)
{
	switch (point->state) {
	case ASPAN_BIND_POINT_BOUND:
		snprintf(message, message_bytes, "%s:%s: bound", point->event->provider,
			 point->event->name);
		break;
	case ASPAN_BIND_POINT_REFUSED:
		snprintf(message, message_bytes, "%s", point->refusal);
		break;
	case ASPAN_BIND_POINT_WAITING:
		describe_waiting(point, message, message_bytes);
		break;
	}
}

int allocspan_binding_describe(const struct allocspan_binding *binding, size_t index, char *message,
			       size_t message_bytes)
{
	struct aspan_bind_lock lock;
	bool is_bound;

	if (!binding || !message || index >= binding->point_count) {
		return -EINVAL;
	}
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	is_bound = binding->points[index].state == ASPAN_BIND_POINT_BOUND;
	describe_point(&binding->points[index], message, message_bytes);
	aspan_bind_lock_give(&lock);
	return is_bound;
}

static bool tell_point(struct aspan_bind_point *point)
{
	char message[ASPAN_BIND_MESSAGE_BYTES];

	if (!point->was_seen) {
		describe_point(point, message, sizeof(message));
		aspan_bind_tell_absent(point->full_name, message);
	}
	return true;
}

static void tell_counts(const struct allocspan_binding *binding)
{
	unsigned long long unended =
		atomic_load_explicit(&binding->unended_count, memory_order_relaxed);
	unsigned long long unbegun =
		atomic_load_explicit(&binding->unbegun_count, memory_order_relaxed);
	unsigned long long other =
		atomic_load_explicit(&binding->other_count, memory_order_relaxed);

	if (unended || unbegun) {
		aspan_bind_tell("%s: %llu begins without an end, %llu ends without a begin",
				binding->spec.default_name, unended, unbegun);
	}
	if (other) {
		aspan_bind_tell("%s: %llu begins in the group '" ASPAN_BIND_OTHER
				"', after the %u values of max=",
				binding->spec.default_name, other, binding->spec.groups_max);
	}
}

void aspan_bind_bindings_tell(void)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);

	aspan_bind_points_visit(tell_point);
	for (const struct allocspan_binding *binding = aspan_bind_first_binding; binding;
	     binding = binding->next) {
		tell_counts(binding);
	}
	aspan_bind_lock_give(&lock);
}
