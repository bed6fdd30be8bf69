/* SPDX-License-Identifier: MIT */
/*
 * See value.h.
 */
#include "value.h"

bool aspan_bind_value_copy(struct aspan_bind_store *store, bool is_string, uint64_t *value)
{
	const char *string = aspan_bind_value_string(*value);
	size_t length;
	char *copy;

	if (!is_string || !string) {
		return true;
	}
	length = strnlen(string, ASPAN_BIND_TEXT_BYTES - 1);
	copy = aspan_bind_store_alloc(store, length + 1);
	if (!copy) {
		return false;
	}
	memcpy(copy, string, length);
	*value = (uintptr_t) copy;
	return true;
}

static float float_of(uint64_t value)
{
	uint32_t bits = (uint32_t) value;
	float number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

static double double_of(uint64_t value)
{
	double number;

	memcpy(&number, &value, sizeof(number));
	return number;
}

void aspan_bind_value_text(char text[ASPAN_BIND_TEXT_BYTES], const struct aspan_bind_reader *reader,
			   uint64_t value)
{
	switch (reader->kind) {
	case ASPAN_BIND_STRING:
		aspan_bind_text_of_string(text, aspan_bind_value_string(value));
		return;
	case ASPAN_BIND_POINTER:
		aspan_bind_text_of_address(text, value);
		return;
	case ASPAN_BIND_FLOAT:
		aspan_bind_text_of_float(text, float_of(value));
		return;
	case ASPAN_BIND_DOUBLE:
		aspan_bind_text_of_double(text, double_of(value));
		return;
	default:
		break;
	}
	if (reader->is_signed) {
		aspan_bind_text_of_signed(text, (int64_t) value);
	} else {
		aspan_bind_text_of_unsigned(text, value);
	}
}
