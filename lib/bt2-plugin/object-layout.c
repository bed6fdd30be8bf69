/* SPDX-License-Identifier: MIT */
/*
 * See object-layout.h.
 */
#include "object-layout.h"

#include "event-layout.h"

#include <errno.h>
#include <string.h>

#define STATEDUMP "lttng_ust_statedump:"
#define DL "lttng_ust_dl:"
#define LIB "lttng_ust_lib:"

static const struct {
	const char *name;
	enum aspan_object_change change;
} events[] = {
	{ STATEDUMP "start", ASPAN_OBJECT_START },
	{ STATEDUMP "bin_info", ASPAN_OBJECT_LOAD },
	{ STATEDUMP "build_id", ASPAN_OBJECT_BUILD_ID },
	{ DL "dlopen", ASPAN_OBJECT_LOAD },
	{ DL "dlmopen", ASPAN_OBJECT_LOAD },
	{ DL "build_id", ASPAN_OBJECT_BUILD_ID },
	{ LIB "load", ASPAN_OBJECT_LOAD },
	{ LIB "build_id", ASPAN_OBJECT_BUILD_ID },
	{ LIB "unload", ASPAN_OBJECT_UNLOAD },
};

static bool find_change(const char *name, enum aspan_object_change *change)
{
	for (size_t i = 0; name && i < sizeof(events) / sizeof(events[0]); i++) {
		if (strcmp(events[i].name, name) == 0) {
			*change = events[i].change;
			return true;
		}
	}
	return false;
}

static int find_number(const bt_field_class *payload, const char *name)
{
	return aspan_field_find(payload, name, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
}

/* The first field that must be there and is not, or NULL. */
static const char *find_missing(const struct aspan_object_layout *layout)
{
	if (layout->change == ASPAN_OBJECT_START) {
		return NULL;
	}
	if (layout->base < 0) {
		return "baddr";
	}
	if (layout->change == ASPAN_OBJECT_BUILD_ID) {
		return layout->build_id < 0 ? "build_id" : NULL;
	}
	if (layout->change == ASPAN_OBJECT_LOAD && (layout->size < 0 || layout->path < 0)) {
		return layout->size < 0 ? "memsz" : "path";
	}
	return NULL;
}

int aspan_object_layout_init(struct aspan_object_layout *layout, const bt_event_class *event_class,
			     const char **bad_field)
{
	const bt_field_class *payload =
		bt_event_class_borrow_payload_field_class_const(event_class);

	*layout = (struct aspan_object_layout){ .is_wanted = false };
	layout->is_wanted = find_change(bt_event_class_get_name(event_class), &layout->change);
	if (!layout->is_wanted) {
		return 0;
	}
	layout->base = find_number(payload, "baddr");
	layout->size = find_number(payload, "memsz");
	layout->path = aspan_field_find(payload, "path", BT_FIELD_CLASS_TYPE_STRING);
	layout->is_position_independent = find_number(payload, "is_pic");
	layout->has_build_id = find_number(payload, "has_build_id");
	layout->build_id = aspan_field_find_numbers(payload, "build_id");
	*bad_field = find_missing(layout);
	return *bad_field ? -EINVAL : 0;
}

static const bt_field *borrow(const bt_field *payload, int member)
{
	return bt_field_structure_borrow_member_field_by_index_const(payload, (uint64_t) member);
}

static uint64_t read_number(const bt_field *payload, int member, uint64_t absent)
{
	return member < 0 ? absent : bt_field_integer_unsigned_get_value(borrow(payload, member));
}

static void read_build_id(const bt_field *field, struct aspan_object_event *event)
{
	uint64_t length = bt_field_array_get_length(field);

	event->build_id_size = length < ASPAN_BUILD_ID_MAX ? length : ASPAN_BUILD_ID_MAX;
	for (size_t i = 0; i < event->build_id_size; i++) {
		event->build_id[i] = (uint8_t) bt_field_integer_unsigned_get_value(
			bt_field_array_borrow_element_field_by_index_const(field, i));
	}
}

void aspan_object_layout_read(const struct aspan_object_layout *layout, const bt_event *source,
			      struct aspan_object_event *event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(source);

	*event = (struct aspan_object_event){
		.change = layout->change,
		.base = read_number(payload, layout->base, 0),
		.size_bytes = read_number(payload, layout->size, 0),
		/* What is opened later than the program always is; the state dump says it of the program. */
		.is_position_independent = read_number(payload, layout->is_position_independent, 1),
		.has_build_id = read_number(payload, layout->has_build_id, 0),
	};
	if (layout->change == ASPAN_OBJECT_LOAD) {
		event->path = aspan_string_field_get(borrow(payload, layout->path));
	}
	if (layout->change == ASPAN_OBJECT_BUILD_ID) {
		read_build_id(borrow(payload, layout->build_id), event);
	}
}
