/* SPDX-License-Identifier: MIT */
/*
 * Copies values of fields into fields of copied classes.
 */
#include "unpack-field.h"

#include <errno.h>
#include <string.h>

static int set_string(bt_field *field, const char *value, uint64_t length)
{
	bt_field_string_clear(field);
	/* babeltrace2 2.0 keeps the old value of an empty string, so the pointer must not be read. */
	return length && bt_field_string_append_with_length(field, value, length) ? -ENOMEM : 0;
}

static int copy_structure(const bt_field *source, bt_field *copy)
{
	uint64_t count =
		bt_field_class_structure_get_member_count(bt_field_borrow_class_const(source));
	int result = 0;

	for (uint64_t i = 0; !result && i < count; i++) {
		result = aspan_unpack_field_copy(
			bt_field_structure_borrow_member_field_by_index_const(source, i),
			bt_field_structure_borrow_member_field_by_index(copy, i));
	}
	return result;
}

static int copy_array(const bt_field *source, bt_field *copy)
{
	uint64_t length = bt_field_array_get_length(source);
	int result = 0;

	if (bt_field_class_type_is(bt_field_get_class_type(source),
				   BT_FIELD_CLASS_TYPE_DYNAMIC_ARRAY) &&
	    bt_field_array_dynamic_set_length(copy, length)) {
		return -ENOMEM;
	}
	for (uint64_t i = 0; !result && i < length; i++) {
		result = aspan_unpack_field_copy(
			bt_field_array_borrow_element_field_by_index_const(source, i),
			bt_field_array_borrow_element_field_by_index(copy, i));
	}
	return result;
}

static int copy_option(const bt_field *source, bt_field *copy)
{
	const bt_field *content = bt_field_option_borrow_field_const(source);

	bt_field_option_set_has_field(copy, content != NULL);
	return content ? aspan_unpack_field_copy(content, bt_field_option_borrow_field(copy)) : 0;
}

static int copy_variant(const bt_field *source, bt_field *copy)
{
	if (bt_field_variant_select_option_by_index(
		    copy, bt_field_variant_get_selected_option_index(source))) {
		return -ENOMEM;
	}
	return aspan_unpack_field_copy(bt_field_variant_borrow_selected_option_field_const(source),
				       bt_field_variant_borrow_selected_option_field(copy));
}

static int copy_compound(const bt_field *source, bt_field *copy, bt_field_class_type type)
{
	if (type == BT_FIELD_CLASS_TYPE_STRUCTURE) {
		return copy_structure(source, copy);
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY)) {
		return copy_array(source, copy);
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_OPTION)) {
		return copy_option(source, copy);
	}
	return copy_variant(source, copy);
}

int aspan_unpack_field_copy(const bt_field *source, bt_field *copy)
{
	bt_field_class_type type = bt_field_get_class_type(source);

	switch (type) {
	case BT_FIELD_CLASS_TYPE_BOOL:
		bt_field_bool_set_value(copy, bt_field_bool_get_value(source));
		return 0;
	case BT_FIELD_CLASS_TYPE_BIT_ARRAY:
		bt_field_bit_array_set_value_as_integer(
			copy, bt_field_bit_array_get_value_as_integer(source));
		return 0;
	case BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER:
	case BT_FIELD_CLASS_TYPE_UNSIGNED_ENUMERATION:
		bt_field_integer_unsigned_set_value(copy,
						    bt_field_integer_unsigned_get_value(source));
		return 0;
	case BT_FIELD_CLASS_TYPE_SIGNED_INTEGER:
	case BT_FIELD_CLASS_TYPE_SIGNED_ENUMERATION:
		bt_field_integer_signed_set_value(copy, bt_field_integer_signed_get_value(source));
		return 0;
	case BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL:
		bt_field_real_single_precision_set_value(
			copy, bt_field_real_single_precision_get_value(source));
		return 0;
	case BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL:
		bt_field_real_double_precision_set_value(
			copy, bt_field_real_double_precision_get_value(source));
		return 0;
	case BT_FIELD_CLASS_TYPE_STRING:
		return set_string(copy, bt_field_string_get_value(source),
				  bt_field_string_get_length(source));
	default:
		return copy_compound(source, copy, type);
	}
}

void aspan_unpack_field_set_unsigned(bt_field *structure, uint64_t index, uint64_t value)
{
	bt_field_integer_unsigned_set_value(
		bt_field_structure_borrow_member_field_by_index(structure, index), value);
}

void aspan_unpack_field_set_signed(bt_field *structure, uint64_t index, int64_t value)
{
	bt_field_integer_signed_set_value(
		bt_field_structure_borrow_member_field_by_index(structure, index), value);
}

int aspan_unpack_field_set_string(bt_field *structure, uint64_t index, const char *value)
{
	return set_string(bt_field_structure_borrow_member_field_by_index(structure, index), value,
			  strlen(value));
}
