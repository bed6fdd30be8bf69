/* SPDX-License-Identifier: MIT */
/*
 * See process-layout.h.
 */
#include "process-layout.h"

#include "event-layout.h"

#include <errno.h>
#include <string.h>

enum field_type { UNSIGNED, SIGNED, TEXT };

/* The last one of each list has no name. */
struct wanted_field {
	const char *name;
	enum field_type type;
	uint16_t offset;
};

#define FIELD(name, type, member)                                                                  \
	{                                                                                          \
		name, type, offsetof(struct aspan_process_facts, member)                           \
	}

static const struct wanted_field begin_fields[ASPAN_PROCESS_LAYOUT_MAX_READS + 1] = {
	FIELD("how", UNSIGNED, how),
	FIELD("vpid", SIGNED, vpid),
	FIELD("pid_ns", UNSIGNED, pid_namespace),
	FIELD("start_time", UNSIGNED, start_ns),
	FIELD("parent_vpid", SIGNED, parent_vpid),
	FIELD("parent_start_time", UNSIGNED, parent_start_ns),
	FIELD("exe", TEXT, exe),
	FIELD("inherited_live_blocks", UNSIGNED, inherited_count),
	FIELD("inherited_live_bytes", UNSIGNED, inherited_bytes),
};

static const struct wanted_field end_fields[ASPAN_PROCESS_LAYOUT_MAX_READS + 1] = {
	FIELD("how", UNSIGNED, how),
	FIELD("vpid", SIGNED, vpid),
	FIELD("start_time", UNSIGNED, start_ns),
	FIELD("alloc_count", UNSIGNED, counts.alloc_count),
	FIELD("alloc_bytes", UNSIGNED, counts.alloc_bytes),
	FIELD("free_count", UNSIGNED, counts.free_count),
	FIELD("free_bytes", UNSIGNED, counts.free_bytes),
	FIELD("lost_count", UNSIGNED, lost_count),
};

static const bt_field_class_type field_class_types[] = {
	[UNSIGNED] = BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER,
	[SIGNED] = BT_FIELD_CLASS_TYPE_SIGNED_INTEGER,
	[TEXT] = BT_FIELD_CLASS_TYPE_STRING,
};

static int add_read(struct aspan_process_layout *layout, const bt_field_class *payload,
		    const struct wanted_field *wanted)
{
	int index = aspan_field_find(payload, wanted->name, field_class_types[wanted->type]);

	if (index < 0) {
		return -EINVAL;
	}
	layout->reads[layout->read_count++] = (struct aspan_process_read){
		.member_index = (uint32_t) index,
		.offset = wanted->offset,
		.is_signed = wanted->type == SIGNED,
		.is_string = wanted->type == TEXT,
	};
	return 0;
}

int aspan_process_layout_init(struct aspan_process_layout *layout, enum aspan_event_type type,
			      const bt_event_class *event_class, const char **bad_field)
{
	const bt_field_class *payload =
		bt_event_class_borrow_payload_field_class_const(event_class);
	const struct wanted_field *wanted = type == ASPAN_EVENT_PROCESS_BEGIN ? begin_fields :
										end_fields;

	*layout = (struct aspan_process_layout){
		.is_wanted = type == ASPAN_EVENT_PROCESS_BEGIN || type == ASPAN_EVENT_PROCESS_END,
	};
	for (; layout->is_wanted && wanted->name; wanted++) {
		if (add_read(layout, payload, wanted)) {
			*bad_field = wanted->name;
			return -EINVAL;
		}
	}
	return 0;
}

void aspan_process_layout_read(const struct aspan_process_layout *layout, const bt_event *source,
			       struct aspan_process_facts *facts)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(source);

	*facts = (struct aspan_process_facts){ 0 };
	for (uint32_t i = 0; i < layout->read_count; i++) {
		const struct aspan_process_read *read = &layout->reads[i];
		const bt_field *field = bt_field_structure_borrow_member_field_by_index_const(
			payload, read->member_index);
		char *target = (char *) facts + read->offset;

		if (read->is_string) {
			*(const char **) target = aspan_string_field_get(field);
		} else if (read->is_signed) {
			*(uint64_t *) target = (uint64_t) bt_field_integer_signed_get_value(field);
		} else {
			*(uint64_t *) target = bt_field_integer_unsigned_get_value(field);
		}
	}
}
