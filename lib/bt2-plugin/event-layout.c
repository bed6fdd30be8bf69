/* SPDX-License-Identifier: MIT */
/*
 * Where the fields of an event class are.
 *
 * One table lists, for each event, the fields that the model wants and where in aspan_event they go. All numbers
 * of the schema that are wanted are unsigned. Those of process_begin and process_end are in process-layout.c.
 */
#include "event-layout.h"

#include <errno.h>
#include <string.h>

#define PROVIDER "allocspan:"
#define FRAMES_FIELD "frames"

#define FIELD(name, member, is_string, is_detail)                                                  \
	{                                                                                          \
		name, offsetof(struct aspan_event, member), is_string, is_detail                   \
	}
#define NUMBER(name, member) FIELD(name, member, false, false)
#define STRING(name, member) FIELD(name, member, true, false)
#define NUMBER_IN_DETAIL(name, member) FIELD(name, member, false, true)
#define STRING_IN_DETAIL(name, member) FIELD(name, member, true, true)

/* The last one of each list has no name. */
static const struct wanted_field {
	const char *name;
	uint16_t offset;
	bool is_string;
	bool is_detail;
} wanted_fields[ASPAN_EVENT_TYPE_COUNT][ASPAN_EVENT_LAYOUT_MAX_READS + 1] = {
	[ASPAN_EVENT_ALLOC] = {
		NUMBER("group_id", group_id),
		STRING("tags", tags),
		NUMBER("ptr", address),
		NUMBER("size", size_bytes),
		NUMBER_IN_DETAIL("span_id", span_id),
		NUMBER_IN_DETAIL("kind", kind),
	},
	[ASPAN_EVENT_ALLOC_STACK] = {
		NUMBER_IN_DETAIL("ptr", address),
	},
	[ASPAN_EVENT_FREE] = {
		NUMBER("source_group_id", group_id),
		STRING("tags", tags),
		NUMBER("ptr", address),
		NUMBER("size", size_bytes),
		NUMBER("current_group_id", current_group_id),
		NUMBER_IN_DETAIL("kind", kind),
	},
	[ASPAN_EVENT_SPAN_ENTER] = {
		NUMBER("group_id", group_id),
		STRING("tags", tags),
		NUMBER_IN_DETAIL("span_id", span_id),
		NUMBER_IN_DETAIL("parent_span_id", parent_span_id),
		STRING_IN_DETAIL("name", name),
	},
	[ASPAN_EVENT_SPAN_EXIT] = {
		NUMBER_IN_DETAIL("span_id", span_id),
		STRING_IN_DETAIL("name", name),
		NUMBER_IN_DETAIL("alloc_count", counts.alloc_count),
		NUMBER_IN_DETAIL("alloc_bytes", counts.alloc_bytes),
		NUMBER_IN_DETAIL("free_count", counts.free_count),
		NUMBER_IN_DETAIL("free_bytes", counts.free_bytes),
	},
	[ASPAN_EVENT_GROUP_REGISTER] = {
		NUMBER("group_id", group_id),
		STRING("tags", tags),
		STRING("name", name),
	},
	[ASPAN_EVENT_GROUP_RELEASE] = {
		NUMBER("group_id", group_id),
		STRING("tags", tags),
		STRING("name", name),
	},
	[ASPAN_EVENT_GROUP_STATS] = {
		NUMBER("group_id", group_id),
		STRING("tags", tags),
		STRING("name", name),
		NUMBER("alloc_count", counts.alloc_count),
		NUMBER("alloc_bytes", counts.alloc_bytes),
		NUMBER("free_count", counts.free_count),
		NUMBER("free_bytes", counts.free_bytes),
		NUMBER("live_blocks", live_count),
		NUMBER("live_bytes", live_bytes),
	},
	[ASPAN_EVENT_MISUSE] = {
		STRING("what", name),
	},
	[ASPAN_EVENT_BUDGET_EXCEEDED] = {
		NUMBER("group_id", group_id),
		STRING("tags", tags),
		STRING("name", name),
	},
};

static enum aspan_event_type find_type(const char *name)
{
	static const char *const names[] = {
#define EVENT_NAME(symbol, event) [ASPAN_EVENT_##symbol] = PROVIDER #event,
		ASPAN_EVENT_TYPES(EVENT_NAME)
#undef EVENT_NAME
	};

	for (int type = 0; name && type < ASPAN_EVENT_TYPE_COUNT; type++) {
		if (strcmp(name, names[type]) == 0) {
			return type;
		}
	}
	return ASPAN_EVENT_OTHER;
}

static bool is_structure(const bt_field_class *field_class)
{
	return field_class && bt_field_class_get_type(field_class) == BT_FIELD_CLASS_TYPE_STRUCTURE;
}

int aspan_field_find(const bt_field_class *structure_class, const char *name,
		     bt_field_class_type type)
{
	uint64_t count;

	if (!is_structure(structure_class)) {
		return -1;
	}
	count = bt_field_class_structure_get_member_count(structure_class);
	for (uint64_t i = 0; i < count; i++) {
		const bt_field_class_structure_member *member =
			bt_field_class_structure_borrow_member_by_index_const(structure_class, i);
		const bt_field_class *member_class =
			bt_field_class_structure_member_borrow_field_class_const(member);

		if (strcmp(bt_field_class_structure_member_get_name(member), name) == 0 &&
		    bt_field_class_type_is(bt_field_class_get_type(member_class), type)) {
			return (int) i;
		}
	}
	return -1;
}

static int add_read(struct aspan_event_layout *layout, const bt_field_class *payload_class,
		    const struct wanted_field *wanted)
{
	int index = aspan_field_find(payload_class, wanted->name,
				     wanted->is_string ? BT_FIELD_CLASS_TYPE_STRING :
							 BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);

	if (index < 0) {
		return -EINVAL;
	}
	layout->reads[layout->read_count++] = (struct aspan_field_read){
		.member_index = (uint32_t) index,
		.offset = wanted->offset,
		.is_string = wanted->is_string,
	};
	if (wanted->offset == offsetof(struct aspan_event, address)) {
		layout->address_member = index;
	}
	return 0;
}

int aspan_field_find_numbers(const bt_field_class *structure_class, const char *name)
{
	int index = aspan_field_find(structure_class, name, BT_FIELD_CLASS_TYPE_DYNAMIC_ARRAY);
	const bt_field_class *item_class;

	if (index < 0) {
		return -1;
	}
	item_class = bt_field_class_array_borrow_element_field_class_const(
		bt_field_class_structure_member_borrow_field_class_const(
			bt_field_class_structure_borrow_member_by_index_const(structure_class,
									      (uint64_t) index)));
	return bt_field_class_type_is(bt_field_class_get_type(item_class),
				      BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER) ?
		       index :
		       -1;
}

static int find_frames(struct aspan_event_layout *layout, const bt_field_class *payload_class,
		       const char **bad_field)
{
	layout->frames_member = aspan_field_find_numbers(payload_class, FRAMES_FIELD);
	if (layout->frames_member < 0) {
		*bad_field = FRAMES_FIELD;
		return -EINVAL;
	}
	return 0;
}

int aspan_event_layout_init(struct aspan_event_layout *layout, const bt_event_class *event_class,
			    bool wants_detail, const char **bad_field)
{
	const bt_field_class *payload_class =
		bt_event_class_borrow_payload_field_class_const(event_class);

	*layout = (struct aspan_event_layout){
		.type = find_type(bt_event_class_get_name(event_class)),
		.address_member = -1,
		.frames_member = -1,
	};
	if (layout->type == ASPAN_EVENT_OTHER) {
		return 0;
	}
	for (const struct wanted_field *wanted = wanted_fields[layout->type]; wanted->name;
	     wanted++) {
		if (wanted->is_detail && !wants_detail) {
			continue;
		}
		if (add_read(layout, payload_class, wanted)) {
			*bad_field = wanted->name;
			return -EINVAL;
		}
	}
	return wants_detail && layout->type == ASPAN_EVENT_ALLOC_STACK ?
		       find_frames(layout, payload_class, bad_field) :
		       0;
}

const char *aspan_string_field_get(const bt_field *field)
{
	return bt_field_string_get_length(field) > 0 ? bt_field_string_get_value(field) : "";
}

void aspan_event_layout_read(const struct aspan_event_layout *layout, const bt_event *source,
			     struct aspan_event *event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(source);

	for (size_t i = 0; i < layout->read_count; i++) {
		const struct aspan_field_read *read = &layout->reads[i];
		const bt_field *field = bt_field_structure_borrow_member_field_by_index_const(
			payload, read->member_index);
		char *target = (char *) event + read->offset;

		if (read->is_string) {
			*(const char **) target = aspan_string_field_get(field);
		} else {
			*(uint64_t *) target = bt_field_integer_unsigned_get_value(field);
		}
	}
}

void aspan_event_layout_read_frames(const struct aspan_event_layout *layout, const bt_event *source,
				    uint64_t frames[ASPAN_EVENT_FRAMES_MAX],
				    struct aspan_event *event)
{
	const bt_field *field;
	uint64_t count;

	if (layout->frames_member < 0) {
		return;
	}
	field = bt_field_structure_borrow_member_field_by_index_const(
		bt_event_borrow_payload_field_const(source), (uint64_t) layout->frames_member);
	count = bt_field_array_get_length(field);
	count = count < ASPAN_EVENT_FRAMES_MAX ? count : ASPAN_EVENT_FRAMES_MAX;
	for (uint64_t i = 0; i < count; i++) {
		frames[i] = bt_field_integer_unsigned_get_value(
			bt_field_array_borrow_element_field_by_index_const(field, i));
	}
	event->frames = frames;
	event->frame_count = count;
}

bool aspan_event_layout_read_address(const struct aspan_event_layout *layout,
				     const bt_event *source, uint64_t *address)
{
	const bt_field *payload;

	if (layout->address_member < 0) {
		return false;
	}
	payload = bt_event_borrow_payload_field_const(source);
	*address = bt_field_integer_unsigned_get_value(
		bt_field_structure_borrow_member_field_by_index_const(
			payload, (uint64_t) layout->address_member));
	return true;
}
