/* SPDX-License-Identifier: MIT */
/*
 * Copies values of fields into fields of copied classes (unpack-field-class.h).
 */
#ifndef ASPAN_BT2_UNPACK_FIELD_H
#define ASPAN_BT2_UNPACK_FIELD_H

#include <babeltrace2/babeltrace.h>

#include <stdint.h>

/* Copies a field, with all that is in it. 0 or -ENOMEM. */
int aspan_unpack_field_copy(const bt_field *source, bt_field *copy);

/* Sets members of a structure by their index. */
void aspan_unpack_field_set_unsigned(bt_field *structure, uint64_t index, uint64_t value);
void aspan_unpack_field_set_signed(bt_field *structure, uint64_t index, int64_t value);
int aspan_unpack_field_set_string(bt_field *structure, uint64_t index, const char *value);

#endif
