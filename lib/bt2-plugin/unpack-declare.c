/* SPDX-License-Identifier: MIT */
/*
 * Declares the fields of events that a filter makes, from lists.
 */
#include "unpack-declare.h"

#include "trace-kind.h"

#include <errno.h>
#include <stdbool.h>

static bool add_kind(bt_field_class *enumeration, const char *label, uint64_t value)
{
	bt_integer_range_set_unsigned *ranges = bt_integer_range_set_unsigned_create();
	bool is_added =
		ranges && !bt_integer_range_set_unsigned_add_range(ranges, value, value) &&
		!bt_field_class_enumeration_unsigned_add_mapping(enumeration, label, ranges);

	bt_integer_range_set_unsigned_put_ref(ranges);
	return is_added;
}

static bt_field_class *create_kind(bt_trace_class *trace_class)
{
	bt_field_class *enumeration = bt_field_class_enumeration_unsigned_create(trace_class);
	bool is_made = enumeration;

#define ADD_KIND(symbol, label) is_made = is_made && add_kind(enumeration, #label, symbol);
	ASPAN_TRACE_KINDS(ADD_KIND)
#undef ADD_KIND
	if (!is_made) {
		bt_field_class_put_ref(enumeration);
		return NULL;
	}
	return enumeration;
}

static bt_field_class *create_number(bt_trace_class *trace_class,
				     const struct aspan_unpack_declared *field)
{
	bt_field_class *number = field->type == ASPAN_UNPACK_KIND ?
					 create_kind(trace_class) :
				 field->type == ASPAN_UNPACK_SIGNED ?
					 bt_field_class_integer_signed_create(trace_class) :
					 bt_field_class_integer_unsigned_create(trace_class);

	if (number) {
		bt_field_class_integer_set_field_value_range(number, field->bits);
		bt_field_class_integer_set_preferred_display_base(
			number, field->base == 16 ?
					BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL :
					BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_DECIMAL);
	}
	return number;
}

static bool append(bt_trace_class *trace_class, bt_field_class *structure,
		   const struct aspan_unpack_declared *field)
{
	bt_field_class *member = field->type == ASPAN_UNPACK_STRING ?
					 bt_field_class_string_create(trace_class) :
					 create_number(trace_class, field);
	bool is_added = member &&
			!bt_field_class_structure_append_member(structure, field->name, member);

	bt_field_class_put_ref(member);
	return is_added;
}

static bt_field_class *create_structure(bt_trace_class *trace_class,
					const struct aspan_unpack_declared *fields, size_t count)
{
	bt_field_class *structure = bt_field_class_structure_create(trace_class);

	for (size_t i = 0; structure && i < count; i++) {
		if (!append(trace_class, structure, &fields[i])) {
			bt_field_class_put_ref(structure);
			structure = NULL;
		}
	}
	return structure;
}

int aspan_unpack_declare_contexts(bt_trace_class *trace_class, bt_stream_class *stream_class,
				  const struct aspan_unpack_declared *fields, size_t count)
{
	bt_field_class *structure = create_structure(trace_class, fields, count);
	bool is_set = structure && !bt_stream_class_set_event_common_context_field_class(
					   stream_class, structure);

	bt_field_class_put_ref(structure);
	return is_set ? 0 : -ENOMEM;
}

bt_event_class *aspan_unpack_declare_event(bt_trace_class *trace_class,
					   bt_stream_class *stream_class, const char *name,
					   bt_event_class_log_level log_level,
					   const struct aspan_unpack_declared *fields, size_t count)
{
	bt_event_class *event_class = bt_event_class_create(stream_class);
	bt_field_class *structure = event_class ? create_structure(trace_class, fields, count) :
						  NULL;

	if (!structure || bt_event_class_set_name(event_class, name) ||
	    bt_event_class_set_payload_field_class(event_class, structure)) {
		bt_event_class_put_ref(event_class);
		event_class = NULL;
	} else {
		bt_event_class_set_log_level(event_class, log_level);
	}
	bt_field_class_put_ref(structure);
	return event_class;
}
