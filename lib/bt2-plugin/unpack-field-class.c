/* SPDX-License-Identifier: MIT */
/*
 * Copies of field classes in a trace class of our own.
 */
#include "unpack-field-class.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

void aspan_unpack_field_classes_fini(struct aspan_unpack_field_classes *classes)
{
	free(classes->pairs);
	*classes = (struct aspan_unpack_field_classes){ 0 };
}

static bool remember(struct aspan_unpack_field_classes *classes, const bt_field_class *source,
		     bt_field_class *copy)
{
	struct aspan_unpack_field_pair *moved =
		reallocarray(classes->pairs, classes->pair_count + 1, sizeof(*moved));

	if (!moved) {
		return false;
	}
	classes->pairs = moved;
	moved[classes->pair_count++] =
		(struct aspan_unpack_field_pair){ .source = source, .copy = copy };
	return true;
}

static const bt_field_class *borrow_root(const struct aspan_unpack_field_classes *classes,
					 bt_field_path_scope scope)
{
	switch (scope) {
	case BT_FIELD_PATH_SCOPE_PACKET_CONTEXT:
		return classes->packet_context;
	case BT_FIELD_PATH_SCOPE_EVENT_COMMON_CONTEXT:
		return classes->common_context;
	case BT_FIELD_PATH_SCOPE_EVENT_SPECIFIC_CONTEXT:
		return classes->specific_context;
	default:
		return classes->payload;
	}
}

static const bt_field_class *borrow_member(const bt_field_class *parent, uint64_t index)
{
	if (bt_field_class_type_is(bt_field_class_get_type(parent), BT_FIELD_CLASS_TYPE_VARIANT)) {
		return bt_field_class_variant_option_borrow_field_class_const(
			bt_field_class_variant_borrow_option_by_index_const(parent, index));
	}
	return bt_field_class_structure_member_borrow_field_class_const(
		bt_field_class_structure_borrow_member_by_index_const(parent, index));
}

static const bt_field_class *follow(const struct aspan_unpack_field_classes *classes,
				    const bt_field_path *path)
{
	const bt_field_class *at = borrow_root(classes, bt_field_path_get_root_scope(path));

	for (uint64_t i = 0; at && i < bt_field_path_get_item_count(path); i++) {
		const bt_field_path_item *item = bt_field_path_borrow_item_by_index_const(path, i);

		switch (bt_field_path_item_get_type(item)) {
		case BT_FIELD_PATH_ITEM_TYPE_INDEX:
			at = borrow_member(at, bt_field_path_item_index_get_index(item));
			break;
		case BT_FIELD_PATH_ITEM_TYPE_CURRENT_ARRAY_ELEMENT:
			at = bt_field_class_array_borrow_element_field_class_const(at);
			break;
		default:
			at = bt_field_class_option_borrow_field_class_const(at);
		}
	}
	return at;
}

/* The copy of the field that a path leads to; NULL if it was not copied. */
static bt_field_class *borrow_copy(const struct aspan_unpack_field_classes *classes,
				   const bt_field_path *path)
{
	const bt_field_class *source = path ? follow(classes, path) : NULL;

	/* The latest is of the event class that is being copied. */
	for (size_t i = classes->pair_count; source && i > 0; i--) {
		if (classes->pairs[i - 1].source == source) {
			return classes->pairs[i - 1].copy;
		}
	}
	return NULL;
}

static void copy_integer(const bt_field_class *source, bt_field_class *copy)
{
	if (!copy) {
		return;
	}
	bt_field_class_integer_set_field_value_range(
		copy, bt_field_class_integer_get_field_value_range(source));
	bt_field_class_integer_set_preferred_display_base(
		copy, bt_field_class_integer_get_preferred_display_base(source));
}

static bt_field_class *copy_unsigned_enumeration(const struct aspan_unpack_field_classes *classes,
						 const bt_field_class *source)
{
	bt_field_class *copy = bt_field_class_enumeration_unsigned_create(classes->trace_class);
	uint64_t count = bt_field_class_enumeration_get_mapping_count(source);

	for (uint64_t i = 0; copy && i < count; i++) {
		const bt_field_class_enumeration_unsigned_mapping *mapping =
			bt_field_class_enumeration_unsigned_borrow_mapping_by_index_const(source,
											  i);

		if (bt_field_class_enumeration_unsigned_add_mapping(
			    copy,
			    bt_field_class_enumeration_mapping_get_label(
				    bt_field_class_enumeration_unsigned_mapping_as_mapping_const(
					    mapping)),
			    bt_field_class_enumeration_unsigned_mapping_borrow_ranges_const(
				    mapping))) {
			bt_field_class_put_ref(copy);
			copy = NULL;
		}
	}
	copy_integer(source, copy);
	return copy;
}

static bt_field_class *copy_signed_enumeration(const struct aspan_unpack_field_classes *classes,
					       const bt_field_class *source)
{
	bt_field_class *copy = bt_field_class_enumeration_signed_create(classes->trace_class);
	uint64_t count = bt_field_class_enumeration_get_mapping_count(source);

	for (uint64_t i = 0; copy && i < count; i++) {
		const bt_field_class_enumeration_signed_mapping *mapping =
			bt_field_class_enumeration_signed_borrow_mapping_by_index_const(source, i);

		if (bt_field_class_enumeration_signed_add_mapping(
			    copy,
			    bt_field_class_enumeration_mapping_get_label(
				    bt_field_class_enumeration_signed_mapping_as_mapping_const(
					    mapping)),
			    bt_field_class_enumeration_signed_mapping_borrow_ranges_const(
				    mapping))) {
			bt_field_class_put_ref(copy);
			copy = NULL;
		}
	}
	copy_integer(source, copy);
	return copy;
}

static bt_field_class *copy_structure(struct aspan_unpack_field_classes *classes,
				      const bt_field_class *source)
{
	bt_field_class *copy = bt_field_class_structure_create(classes->trace_class);
	uint64_t count = bt_field_class_structure_get_member_count(source);

	for (uint64_t i = 0; copy && i < count; i++) {
		const bt_field_class_structure_member *member =
			bt_field_class_structure_borrow_member_by_index_const(source, i);
		bt_field_class *member_copy = aspan_unpack_field_class_copy(
			classes, bt_field_class_structure_member_borrow_field_class_const(member));

		if (!member_copy ||
		    bt_field_class_structure_append_member(
			    copy, bt_field_class_structure_member_get_name(member), member_copy)) {
			bt_field_class_put_ref(copy);
			copy = NULL;
		}
		bt_field_class_put_ref(member_copy);
	}
	return copy;
}

static bt_field_class *copy_array(struct aspan_unpack_field_classes *classes,
				  const bt_field_class *source)
{
	bt_field_class_type type = bt_field_class_get_type(source);
	bt_field_class *element = aspan_unpack_field_class_copy(
		classes, bt_field_class_array_borrow_element_field_class_const(source));
	bt_field_class *length = NULL, *copy = NULL;

	if (element && type == BT_FIELD_CLASS_TYPE_STATIC_ARRAY) {
		copy = bt_field_class_array_static_create(
			classes->trace_class, element,
			bt_field_class_array_static_get_length(source));
	} else if (element) {
		if (type == BT_FIELD_CLASS_TYPE_DYNAMIC_ARRAY_WITH_LENGTH_FIELD) {
			length = borrow_copy(
				classes,
				bt_field_class_array_dynamic_with_length_field_borrow_length_field_path_const(
					source));
		}
		copy = bt_field_class_array_dynamic_create(classes->trace_class, element, length);
	}
	bt_field_class_put_ref(element);
	return copy;
}

static bt_field_class *create_option(struct aspan_unpack_field_classes *classes,
				     const bt_field_class *source, bt_field_class *content)
{
	bt_trace_class *trace_class = classes->trace_class;
	bt_field_class_type type = bt_field_class_get_type(source);
	bt_field_class *selector, *copy;

	if (type == BT_FIELD_CLASS_TYPE_OPTION_WITHOUT_SELECTOR_FIELD) {
		return bt_field_class_option_without_selector_create(trace_class, content);
	}
	selector = borrow_copy(
		classes,
		bt_field_class_option_with_selector_field_borrow_selector_field_path_const(source));
	if (!selector) {
		return bt_field_class_option_without_selector_create(trace_class, content);
	}
	switch (type) {
	case BT_FIELD_CLASS_TYPE_OPTION_WITH_UNSIGNED_INTEGER_SELECTOR_FIELD:
		return bt_field_class_option_with_selector_field_integer_unsigned_create(
			trace_class, content, selector,
			bt_field_class_option_with_selector_field_integer_unsigned_borrow_selector_ranges_const(
				source));
	case BT_FIELD_CLASS_TYPE_OPTION_WITH_SIGNED_INTEGER_SELECTOR_FIELD:
		return bt_field_class_option_with_selector_field_integer_signed_create(
			trace_class, content, selector,
			bt_field_class_option_with_selector_field_integer_signed_borrow_selector_ranges_const(
				source));
	default:
		copy = bt_field_class_option_with_selector_field_bool_create(trace_class, content,
									     selector);
		if (copy) {
			bt_field_class_option_with_selector_field_bool_set_selector_is_reversed(
				copy,
				bt_field_class_option_with_selector_field_bool_selector_is_reversed(
					source));
		}
		return copy;
	}
}

static bt_field_class *copy_option(struct aspan_unpack_field_classes *classes,
				   const bt_field_class *source)
{
	bt_field_class *content = aspan_unpack_field_class_copy(
		classes, bt_field_class_option_borrow_field_class_const(source));
	bt_field_class *copy = content ? create_option(classes, source, content) : NULL;

	bt_field_class_put_ref(content);
	return copy;
}

/* Appends a copy of the option number i; `has_selector`: of the kind that source has. */
static bool append_option(bt_field_class *copy, const bt_field_class *source, uint64_t i,
			  bt_field_class *content, bool has_selector)
{
	const char *name = bt_field_class_variant_option_get_name(
		bt_field_class_variant_borrow_option_by_index_const(source, i));

	if (!has_selector) {
		return !bt_field_class_variant_without_selector_append_option(copy, name, content);
	}
	if (bt_field_class_get_type(source) ==
	    BT_FIELD_CLASS_TYPE_VARIANT_WITH_UNSIGNED_INTEGER_SELECTOR_FIELD) {
		return !bt_field_class_variant_with_selector_field_integer_unsigned_append_option(
			copy, name, content,
			bt_field_class_variant_with_selector_field_integer_unsigned_option_borrow_ranges_const(
				bt_field_class_variant_with_selector_field_integer_unsigned_borrow_option_by_index_const(
					source, i)));
	}
	return !bt_field_class_variant_with_selector_field_integer_signed_append_option(
		copy, name, content,
		bt_field_class_variant_with_selector_field_integer_signed_option_borrow_ranges_const(
			bt_field_class_variant_with_selector_field_integer_signed_borrow_option_by_index_const(
				source, i)));
}

static bt_field_class *copy_variant(struct aspan_unpack_field_classes *classes,
				    const bt_field_class *source)
{
	bt_field_class *selector = NULL, *copy;
	uint64_t count = bt_field_class_variant_get_option_count(source);

	if (bt_field_class_get_type(source) != BT_FIELD_CLASS_TYPE_VARIANT_WITHOUT_SELECTOR_FIELD) {
		selector = borrow_copy(
			classes,
			bt_field_class_variant_with_selector_field_borrow_selector_field_path_const(
				source));
	}
	copy = bt_field_class_variant_create(classes->trace_class, selector);
	for (uint64_t i = 0; copy && i < count; i++) {
		bt_field_class *content = aspan_unpack_field_class_copy(
			classes,
			bt_field_class_variant_option_borrow_field_class_const(
				bt_field_class_variant_borrow_option_by_index_const(source, i)));

		if (!content || !append_option(copy, source, i, content, selector)) {
			bt_field_class_put_ref(copy);
			copy = NULL;
		}
		bt_field_class_put_ref(content);
	}
	return copy;
}

static bt_field_class *create_copy(struct aspan_unpack_field_classes *classes,
				   const bt_field_class *source)
{
	bt_field_class_type type = bt_field_class_get_type(source);
	bt_trace_class *trace_class = classes->trace_class;
	bt_field_class *copy;

	switch (type) {
	case BT_FIELD_CLASS_TYPE_BOOL:
		return bt_field_class_bool_create(trace_class);
	case BT_FIELD_CLASS_TYPE_BIT_ARRAY:
		return bt_field_class_bit_array_create(trace_class,
						       bt_field_class_bit_array_get_length(source));
	case BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER:
		copy = bt_field_class_integer_unsigned_create(trace_class);
		copy_integer(source, copy);
		return copy;
	case BT_FIELD_CLASS_TYPE_SIGNED_INTEGER:
		copy = bt_field_class_integer_signed_create(trace_class);
		copy_integer(source, copy);
		return copy;
	case BT_FIELD_CLASS_TYPE_UNSIGNED_ENUMERATION:
		return copy_unsigned_enumeration(classes, source);
	case BT_FIELD_CLASS_TYPE_SIGNED_ENUMERATION:
		return copy_signed_enumeration(classes, source);
	case BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL:
		return bt_field_class_real_single_precision_create(trace_class);
	case BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL:
		return bt_field_class_real_double_precision_create(trace_class);
	case BT_FIELD_CLASS_TYPE_STRING:
		return bt_field_class_string_create(trace_class);
	case BT_FIELD_CLASS_TYPE_STRUCTURE:
		return copy_structure(classes, source);
	default:
		break;
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY)) {
		return copy_array(classes, source);
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_OPTION)) {
		return copy_option(classes, source);
	}
	return bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_VARIANT) ?
		       copy_variant(classes, source) :
		       NULL;
}

bt_field_class *aspan_unpack_field_class_copy(struct aspan_unpack_field_classes *classes,
					      const bt_field_class *source)
{
	bt_field_class *copy = create_copy(classes, source);

	if (copy && !remember(classes, source, copy)) {
		bt_field_class_put_ref(copy);
		return NULL;
	}
	return copy;
}
