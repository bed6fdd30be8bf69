/* SPDX-License-Identifier: MIT */
/*
 * See bind-field.h.
 */
#include "bind-field.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FAIL(component, ...)                                                                       \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((component), __VA_ARGS__)

#define ARGUMENT_SUFFIX "_arg"
#define NAMES_BYTES 512

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

int aspan_bind_wanted_field_find(struct aspan_bind_wanted_field *field,
				 bt_self_component *component, const char *event,
				 const bt_field_class *payload,
				 const struct aspan_bind_argument *argument)
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

void aspan_bind_wanted_field_read(struct aspan_bind_field *value,
				  const struct aspan_bind_wanted_field *wanted,
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
