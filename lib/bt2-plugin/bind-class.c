/* SPDX-License-Identifier: MIT */
/*
 * See bind-class.h.
 */
#include "bind-class.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(component, ...)                                                                       \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((component), __VA_ARGS__)

#define OUR_ALLOC "allocspan:alloc"
#define ARGUMENT_SUFFIX "_arg"
#define STOCK_FIELDS_MAX 3
#define NAMES_BYTES 512

/* What a stock event means; which fields it has, in this order. */
enum stock { STOCK_NONE, STOCK_ALLOC, STOCK_CALLOC, STOCK_REALLOC, STOCK_FREE, STOCK_POSIX };

static const struct {
	const char *name;
	enum stock stock;
	const char *fields[STOCK_FIELDS_MAX];
} stock_events[] = {
	{ "lttng_ust_libc:malloc", STOCK_ALLOC, { "ptr", "size" } },
	{ "lttng_ust_libc:memalign", STOCK_ALLOC, { "ptr", "size" } },
	{ "lttng_ust_libc:calloc", STOCK_CALLOC, { "ptr", "size", "nmemb" } },
	{ "lttng_ust_libc:realloc", STOCK_REALLOC, { "ptr", "size", "in_ptr" } },
	{ "lttng_ust_libc:free", STOCK_FREE, { "ptr" } },
	{ "lttng_ust_libc:posix_memalign", STOCK_POSIX, { "out_ptr", "size", "result" } },
};

struct wanted_field {
	uint64_t member_index;
	bt_field_class_type type;
	enum aspan_bind_kind kind;
};

struct point {
	const struct aspan_bind_replay_point *point;
	struct wanted_field fields[ASPAN_BIND_FIELDS_MAX];
	size_t field_count;
};

struct aspan_bind_class {
	struct point *points;
	size_t point_count;
	enum stock stock;
	struct wanted_field stock_fields[STOCK_FIELDS_MAX];
};

static const bt_field_class *find_member(const bt_field_class *payload, const char *name,
					 size_t length, uint64_t *index)
{
	uint64_t count = payload ? bt_field_class_structure_get_member_count(payload) : 0;

	for (*index = 0; *index < count; (*index)++) {
		const bt_field_class_structure_member *member =
			bt_field_class_structure_borrow_member_by_index_const(payload, *index);
		const char *member_name = bt_field_class_structure_member_get_name(member);

		if (strlen(member_name) == length && memcmp(member_name, name, length) == 0) {
			return bt_field_class_structure_member_borrow_field_class_const(member);
		}
	}
	return NULL;
}

/* ROS 2 calls its arguments callback_arg and the fields callback. */
static size_t length_without_suffix(const char *name)
{
	size_t length = strlen(name);
	size_t suffix = strlen(ARGUMENT_SUFFIX);

	return length > suffix && strcmp(name + length - suffix, ARGUMENT_SUFFIX) == 0 ?
		       length - suffix :
		       length;
}

static const bt_field_class *find_argument(const bt_field_class *payload,
					   const struct aspan_bind_argument *argument,
					   uint64_t *index)
{
	const bt_field_class *found = NULL;

	for (size_t i = 0; i < argument->name_count && !found; i++) {
		found = find_member(payload, argument->names[i], strlen(argument->names[i]), index);
	}
	for (size_t i = 0; i < argument->name_count && !found; i++) {
		found = find_member(payload, argument->names[i],
				    length_without_suffix(argument->names[i]), index);
	}
	return found;
}

static enum aspan_bind_kind find_kind(const bt_field_class *field_class, bt_field_class_type type)
{
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_STRING)) {
		return ASPAN_BIND_STRING;
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_INTEGER)) {
		return bt_field_class_integer_get_preferred_display_base(field_class) ==
				       BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL ?
			       ASPAN_BIND_POINTER :
			       ASPAN_BIND_INTEGER;
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL)) {
		return ASPAN_BIND_FLOAT;
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL)) {
		return ASPAN_BIND_DOUBLE;
	}
	return ASPAN_BIND_UNKNOWN;
}

static void list_names(char names[NAMES_BYTES], const bt_field_class *payload)
{
	uint64_t count = payload ? bt_field_class_structure_get_member_count(payload) : 0;
	size_t length = 0;

	names[0] = '\0';
	for (uint64_t i = 0; i < count && length < NAMES_BYTES; i++) {
		const bt_field_class_structure_member *member =
			bt_field_class_structure_borrow_member_by_index_const(payload, i);

		length += (size_t) snprintf(names + length, NAMES_BYTES - length, "%s%s",
					    i ? ", " : "",
					    bt_field_class_structure_member_get_name(member));
	}
}

static int complain_missing(bt_self_component *component, const char *event, const char *field,
			    const bt_field_class *payload)
{
	char names[NAMES_BYTES];

	list_names(names, payload);
	if (*names) {
		FAIL(component,
		     "--bind: the event %s has no field '%s'; it has: %s (where the field is called "
		     "otherwise than the argument, give both: 'ARGUMENT|FIELD')",
		     event, field, names);
	} else {
		FAIL(component, "--bind: the event %s has no field '%s', nor any other", event,
		     field);
	}
	return -EINVAL;
}

static int find_field(struct wanted_field *field, bt_self_component *component, const char *event,
		      const bt_field_class *payload, const struct aspan_bind_argument *argument)
{
	const bt_field_class *found = find_argument(payload, argument, &field->member_index);

	if (!found) {
		return complain_missing(component, event, argument->names[0], payload);
	}
	field->type = bt_field_class_get_type(found);
	field->kind = find_kind(found, field->type);
	if (field->kind == ASPAN_BIND_UNKNOWN) {
		FAIL(component,
		     "--bind: the field '%s' of the event %s is not a number or a string",
		     argument->names[0], event);
		return -EINVAL;
	}
	return 0;
}

static int add_point(struct aspan_bind_class *class, struct aspan_bind_replay *replay,
		     bt_self_component *component, const char *event, const bt_field_class *payload,
		     const struct aspan_bind_replay_point *replay_point)
{
	const struct aspan_bind_argument *arguments[ASPAN_BIND_FIELDS_MAX];
	struct point *moved = reallocarray(class->points, class->point_count + 1, sizeof(*moved));
	struct point *point;
	int result = 0;

	if (!moved) {
		FAIL(component, "no memory for another event class");
		return -ENOMEM;
	}
	class->points = moved;
	point = &moved[class->point_count++];
	*point = (struct point){ .point = replay_point };
	point->field_count = aspan_bind_replay_get_fields(replay, replay_point, arguments);
	for (size_t i = 0; !result && i < point->field_count; i++) {
		result = find_field(&point->fields[i], component, event, payload, arguments[i]);
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

static int find_stock(struct aspan_bind_class *class, bt_self_component *component,
		      const char *name, const bt_field_class *payload)
{
	for (size_t i = 0; i < sizeof(stock_events) / sizeof(stock_events[0]); i++) {
		int result = 0;

		if (strcmp(name, stock_events[i].name) != 0) {
			continue;
		}
		class->stock = stock_events[i].stock;
		for (size_t f = 0; !result && f < STOCK_FIELDS_MAX && stock_events[i].fields[f];
		     f++) {
			const struct aspan_bind_argument argument = {
				.names = { stock_events[i].fields[f] },
				.name_count = 1,
			};

			result = find_field(&class->stock_fields[f], component, name, payload,
					    &argument);
		}
		return result;
	}
	return 0;
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
	if (!result && !has_our_events(event_class)) {
		result = find_stock(class, component, name, payload);
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
	if (result || (made->point_count == 0 && made->stock == STOCK_NONE)) {
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
		free(class);
	}
}

static void read_field(struct aspan_bind_field *value, const struct wanted_field *wanted,
		       const bt_field *payload)
{
	const bt_field *field = bt_field_structure_borrow_member_field_by_index_const(
		payload, wanted->member_index);
	float narrow;
	double number;

	*value = (struct aspan_bind_field){ .kind = wanted->kind };
	switch (wanted->kind) {
	case ASPAN_BIND_STRING:
		/* babeltrace2 2.0 leaves the last value in the place of an empty one. */
		value->string = bt_field_string_get_length(field) > 0 ?
					bt_field_string_get_value(field) :
					"";
		break;
	case ASPAN_BIND_FLOAT:
		narrow = bt_field_real_single_precision_get_value(field);
		memcpy(&value->bits, &narrow, sizeof(narrow));
		break;
	case ASPAN_BIND_DOUBLE:
		number = bt_field_real_double_precision_get_value(field);
		memcpy(&value->bits, &number, sizeof(number));
		break;
	default:
		value->is_signed =
			bt_field_class_type_is(wanted->type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER);
		value->bits = value->is_signed ?
				      (uint64_t) bt_field_integer_signed_get_value(field) :
				      bt_field_integer_unsigned_get_value(field);
		break;
	}
}

static int read_stock(const struct aspan_bind_class *class, struct aspan_bind_replay *replay,
		      struct aspan_model *model, const bt_field *payload, struct aspan_event *event)
{
	struct aspan_bind_field fields[STOCK_FIELDS_MAX] = { { .bits = 0 } };
	uint64_t address;
	int result = 0;

	for (size_t i = 0; i < STOCK_FIELDS_MAX; i++) {
		if (class->stock_fields[i].kind != ASPAN_BIND_UNKNOWN) {
			read_field(&fields[i], &class->stock_fields[i], payload);
		}
	}
	address = fields[0].bits;
	event->address = address;
	event->size_bytes = fields[1].bits;
	switch (class->stock) {
	case STOCK_FREE:
		return address ? aspan_bind_replay_free(replay, model, event) : 0;
	case STOCK_CALLOC:
		event->size_bytes *= fields[2].bits;
		break;
	case STOCK_POSIX:
		if (fields[2].bits != 0) {
			return 0;
		}
		break;
	case STOCK_REALLOC:
		/* With a size of 0, null may be the answer of an allocator that freed the block. */
		if (fields[2].bits && (address || fields[1].bits == 0)) {
			event->address = fields[2].bits;
			result = aspan_bind_replay_free(replay, model, event);
			event->address = address;
			event->size_bytes = fields[1].bits;
		}
		break;
	default:
		break;
	}
	return result || !address ? result : aspan_bind_replay_alloc(replay, model, event);
}

int aspan_bind_class_read(const struct aspan_bind_class *class, struct aspan_bind_replay *replay,
			  struct aspan_model *model, const bt_event *source,
			  struct aspan_event *event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(source);
	struct aspan_bind_field fields[ASPAN_BIND_FIELDS_MAX];
	int result = 0;

	for (size_t p = 0; !result && p < class->point_count; p++) {
		const struct point *point = &class->points[p];

		for (size_t i = 0; i < point->field_count; i++) {
			read_field(&fields[i], &point->fields[i], payload);
		}
		result = aspan_bind_replay_take(replay, point->point, fields, &event->origin);
	}
	if (!result && class->stock != STOCK_NONE) {
		result = read_stock(class, replay, model, payload, event);
	}
	return result;
}
