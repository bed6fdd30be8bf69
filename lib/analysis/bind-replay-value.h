/* SPDX-License-Identifier: MIT */
/*
 * Values of fields: as the text that a tag shows, and compared with what a SPEC says.
 */
#ifndef ASPAN_ANALYSIS_BIND_REPLAY_VALUE_H
#define ASPAN_ANALYSIS_BIND_REPLAY_VALUE_H

#include "bind-replay.h"

#include "value-text.h"

void aspan_bind_field_text(char text[ASPAN_BIND_TEXT_BYTES], const struct aspan_bind_field *field);

/* Whether a value is what a condition names: numbers are compared as numbers, 0x10 is 16. */
bool aspan_bind_field_is(const struct aspan_bind_field *field, const char *value);

#endif
