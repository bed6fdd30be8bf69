/* SPDX-License-Identifier: MIT */
/*
 * See bind-class.h.
 */
#include "bind-class.h"

#include "bind-field.h"
#include "bind-object.h"
#include "bind-stock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(component, ...)                                                                       \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((component), __VA_ARGS__)

#define OUR_ALLOC "allocspan:alloc"

struct point {
	struct aspan_bind_wanted_field fields[ASPAN_BIND_FIELDS_MAX];
	size_t field_count;
};

struct aspan_bind_class {
	struct point *points;
	struct aspan_bind_replay_hit *hits; /* as many; filled for each event */
	size_t point_count;
	struct aspan_bind_stock stock;
	struct aspan_bind_object object;
};

/* For one more point and its hit; NULL without memory. */
static struct point *make_room(struct aspan_bind_class *class)
{
	size_t count = class->point_count + 1;
	struct point *points = reallocarray(class->points, count, sizeof(*points));
	struct aspan_bind_replay_hit *hits = reallocarray(class->hits, count, sizeof(*hits));

	class->points = points ? points : class->points;
	class->hits = hits ? hits : class->hits;
	return points && hits ? &points[count - 1] : NULL;
}

static int add_point(struct aspan_bind_class *class, struct aspan_bind_replay *replay,
		     bt_self_component *component, const char *event, const bt_field_class *payload,
		     const struct aspan_bind_replay_point *replay_point)
{
	const struct aspan_bind_argument *arguments[ASPAN_BIND_FIELDS_MAX];
	struct point *point = make_room(class);
	int result = 0;

	if (!point) {
		FAIL(component, "no memory for another event class");
		return -ENOMEM;
	}
	class->hits[class->point_count].point = replay_point;
	class->point_count++;
	point->field_count = aspan_bind_replay_get_fields(replay, replay_point, arguments);
	for (size_t i = 0; !result && i < point->field_count; i++) {
		result = aspan_bind_wanted_field_find(&point->fields[i], component, event, payload,
						      arguments[i]);
	}
	return result;
}

/* A trace that has our own events, too, has every allocation twice. */
static bool has_our_events(const bt_event_class *event_class)
{
	const bt_stream_class *stream_class = bt_event_class_borrow_stream_class_const(event_class);
	uint64_t count = bt_stream_class_get_event_class_count(stream_class);

	for (uint64_t i = 0; i < count; i++) {
		const char *name = bt_event_class_get_name(
			bt_stream_class_borrow_event_class_by_index_const(stream_class, i));

		if (name && strcmp(name, OUR_ALLOC) == 0) {
			return true;
		}
	}
	return false;
}

/* For suggestions: what the trace could have, not only what it has. */
static void note_names(struct aspan_bind_replay *replay, const bt_event_class *event_class)
{
	const bt_stream_class *stream_class = bt_event_class_borrow_stream_class_const(event_class);
	uint64_t count = bt_stream_class_get_event_class_count(stream_class);

	for (uint64_t i = 0; i < count; i++) {
		const char *name = bt_event_class_get_name(
			bt_stream_class_borrow_event_class_by_index_const(stream_class, i));

		if (name) {
			aspan_bind_replay_note_name(replay, name);
		}
	}
}

static int fill(struct aspan_bind_class *class, struct aspan_bind_replay *replay,
		bt_self_component *component, const bt_event_class *event_class)
{
	const bt_field_class *payload =
		bt_event_class_borrow_payload_field_class_const(event_class);
	const char *name = bt_event_class_get_name(event_class);
	struct aspan_bind_replay_point *point = NULL;
	int result = 0;

	if (!name) {
		return 0;
	}
	note_names(replay, event_class);
	while (!result && (point = aspan_bind_replay_find(replay, name, point)) != NULL) {
		result = add_point(class, replay, component, name, payload, point);
	}
	if (!result && aspan_bind_replay_wants_objects(replay)) {
		result = aspan_bind_object_find(&class->object, component, name, payload);
	}
	if (!result && !has_our_events(event_class)) {
		result = aspan_bind_stock_find(&class->stock, component, name, payload);
	}
	return result;
}

int aspan_bind_class_create(struct aspan_bind_class **class, struct aspan_bind_replay *replay,
			    bt_self_component *component, const bt_event_class *event_class)
{
	struct aspan_bind_class *made = calloc(1, sizeof(*made));
	int result;

	*class = NULL;
	if (!made) {
		FAIL(component, "no memory for another event class");
		return -ENOMEM;
	}
	result = fill(made, replay, component, event_class);
	if (result || (made->point_count == 0 && made->stock.kind == ASPAN_BIND_STOCK_NONE &&
		       !made->object.is_wanted)) {
		aspan_bind_class_destroy(made);
		return result;
	}
	*class = made;
	return 0;
}

void aspan_bind_class_destroy(struct aspan_bind_class *class)
{
	if (class) {
		free(class->points);
		free(class->hits);
		free(class);
	}
}

int aspan_bind_class_read(const struct aspan_bind_class *class, struct aspan_bind_replay *replay,
			  struct aspan_model *model, const bt_event *source,
			  struct aspan_event *event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(source);
	int result = 0;

	if (class->object.is_wanted) {
		result = aspan_bind_object_read(&class->object, replay, payload, event);
	}
	for (size_t p = 0; p < class->point_count; p++) {
		for (size_t i = 0; i < class->points[p].field_count; i++) {
			aspan_bind_wanted_field_read(&class->hits[p].fields[i],
						     &class->points[p].fields[i], payload);
		}
	}
	if (!result && class->point_count > 0) {
		result = aspan_bind_replay_take(replay, class->hits, class->point_count,
						&event->origin);
	}
	if (!result && class->stock.kind != ASPAN_BIND_STOCK_NONE) {
		result = aspan_bind_stock_read(&class->stock, replay, model, payload, event);
	}
	return result;
}
