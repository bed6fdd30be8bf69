/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay-value.h. The texts are those of lib/bind/value.c.
 */
#include "bind-replay-value.h"

#include <stdlib.h>
#include <string.h>

void aspan_bind_field_text(char text[ASPAN_BIND_TEXT_BYTES], const struct aspan_bind_field *field)
{
	uint32_t narrow_bits = (uint32_t) field->bits;
	double number;
	float narrow;

	switch (field->kind) {
	case ASPAN_BIND_STRING:
		aspan_bind_text_of_string(text, field->string);
		return;
	case ASPAN_BIND_POINTER:
		aspan_bind_text_of_address(text, field->bits);
		return;
	case ASPAN_BIND_FLOAT:
		memcpy(&narrow, &narrow_bits, sizeof(narrow));
		aspan_bind_text_of_float(text, narrow);
		return;
	case ASPAN_BIND_DOUBLE:
		memcpy(&number, &field->bits, sizeof(number));
		aspan_bind_text_of_double(text, number);
		return;
	default:
		break;
	}
	if (field->is_signed) {
		aspan_bind_text_of_signed(text, (int64_t) field->bits);
	} else {
		aspan_bind_text_of_unsigned(text, field->bits);
	}
}

bool aspan_bind_field_is(const struct aspan_bind_field *field, const char *value)
{
	char text[ASPAN_BIND_TEXT_BYTES];

	if (field->kind == ASPAN_BIND_STRING) {
		return strcmp(field->string, value) == 0;
	}
	if (field->kind == ASPAN_BIND_FLOAT || field->kind == ASPAN_BIND_DOUBLE) {
		aspan_bind_field_text(text, field);
		return strtod(text, NULL) == strtod(value, NULL);
	}
	return field->bits ==
	       (*value == '-' ? (uint64_t) strtoll(value, NULL, 0) : strtoull(value, NULL, 0));
}
