/* SPDX-License-Identifier: MIT */
/*
 * The points of all bindings: connected to tracepoints that came, and disconnected from those that go.
 *
 * All with the lock BINDINGS held, which is never taken inside a probe: LTTng waits for probes to end.
 */
#include "binding.h"

#include <stdio.h>
#include <string.h>

#include "lock.h"
#include "lttng.h"
#include "modules.h"
#include "open-spans.h"
#include "point.h"
#include "tell.h"
#include "tracepoint-abi.h"

static bool is_event(const struct aspan_bind_event *event,
		     const struct lttng_ust_tracepoint *tracepoint)
{
	return strcmp(event->name, tracepoint->event_name) == 0 &&
	       strcmp(event->provider, tracepoint->provider_name) == 0;
}

/* An object has the tracepoint of a point. The signature is copied: the object may go. */
static void note(struct aspan_bind_point *point, const struct lttng_ust_tracepoint *tracepoint)
{
	size_t length = strlen(tracepoint->signature);

	if (!point->was_seen) {
		point->was_seen = true;
		aspan_bind_tell_present(point->full_name);
	}
	if (point->object_count++ > 0) {
		/* LTTng connects the objects that have the same signature as the first, and warns of others. */
		return;
	}
	if (length >= sizeof(point->signature)) {
		length = 0;
	}
	memcpy(point->signature, tracepoint->signature, length);
	point->signature[length] = '\0';
}

static void note_tracepoints(struct lttng_ust_tracepoint *const *start, size_t count, void *data)
{
	(void) data;
	for (size_t t = 0; t < count; t++) {
		if (!aspan_bind_tracepoint_is_complete(start[t])) {
			continue;
		}
		for (struct allocspan_binding *binding = aspan_bind_first_binding; binding;
		     binding = binding->next) {
			for (size_t p = 0; p < binding->point_count; p++) {
				if (is_event(binding->points[p].event, start[t])) {
					note(&binding->points[p], start[t]);
				}
			}
		}
	}
}

void aspan_bind_point_disconnect(struct aspan_bind_point *point)
{
	if (point->state == ASPAN_BIND_POINT_BOUND) {
		aspan_bind_lttng_unregister(point->event->provider, point->event->name,
					    point->entry, point);
	}
	point->state = ASPAN_BIND_POINT_WAITING;
}

static void refuse(struct aspan_bind_point *point)
{
	point->state = ASPAN_BIND_POINT_REFUSED;
	aspan_bind_tell("%s", point->refusal);
}

static void connect_point(struct aspan_bind_point *point)
{
	const struct aspan_bind_event *event = point->event;
	int status;

	memcpy(point->registered_signature, point->signature, sizeof(point->signature));
	if (aspan_bind_point_prepare(point, point->refusal, sizeof(point->refusal))) {
		refuse(point);
		return;
	}
	status = aspan_bind_lttng_register(event->provider, event->name, point->entry, point,
					   point->signature);
	if (status) {
		snprintf(point->refusal, sizeof(point->refusal),
			 "%s:%s: LTTng does not connect it: %s", event->provider, event->name,
			 strerrordesc_np(-status));
		refuse(point);
		return;
	}
	point->state = ASPAN_BIND_POINT_BOUND;
}

static bool has_bound_begin(const struct allocspan_binding *binding)
{
	for (size_t i = 0; i < binding->spec.begin_count; i++) {
		if (binding->points[i].state == ASPAN_BIND_POINT_BOUND) {
			return true;
		}
	}
	return false;
}

/* Ends are of no use without a begin, and each would be counted as one that was never begun. */
static bool is_wanted(const struct aspan_bind_point *point)
{
	return point->object_count > 0 &&
	       (point->role != ASPAN_BIND_END || has_bound_begin(point->binding));
}

/* The begins of a binding come before its ends. */
static void update_point(struct aspan_bind_point *point)
{
	bool is_same = strcmp(point->signature, point->registered_signature) == 0;

	if (point->state != ASPAN_BIND_POINT_WAITING && (!is_wanted(point) || !is_same)) {
		aspan_bind_point_disconnect(point);
		/* Spans that are open have no end any more. */
		aspan_bind_end_all(point->binding);
	}
	if (point->state == ASPAN_BIND_POINT_WAITING && is_wanted(point)) {
		connect_point(point);
	}
}

bool aspan_bind_points_visit(bool (*visit)(struct aspan_bind_point *point))
{
	for (struct allocspan_binding *binding = aspan_bind_first_binding; binding;
	     binding = binding->next) {
		for (size_t p = 0; p < binding->point_count; p++) {
			if (!visit(&binding->points[p])) {
				return false;
			}
		}
	}
	return true;
}

static bool forget_objects(struct aspan_bind_point *point)
{
	point->object_count = 0;
	return true;
}

static bool update_one(struct aspan_bind_point *point)
{
	update_point(point);
	return true;
}

void aspan_bind_bindings_update(void)
{
	if (!aspan_bind_first_binding) {
		return;
	}
	aspan_bind_points_visit(forget_objects);
	aspan_bind_modules_visit(note_tracepoints, NULL);
	aspan_bind_points_visit(update_one);
}

void aspan_bind_bindings_settle(void)
{
	if (aspan_bind_thread) {
		aspan_bind_thread_settle(aspan_bind_thread);
	}
}

void allocspan_bind_update(void)
{
	struct aspan_bind_lock lock;

	aspan_bind_lttng_open();
	lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_BINDINGS);
	aspan_bind_bindings_update();
	aspan_bind_lock_give(&lock);
	aspan_bind_bindings_settle();
}
