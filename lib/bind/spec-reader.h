/* SPDX-License-Identifier: MIT */
/*
 * Reads the words of a SPEC: the lowest rules of the grammar, for spec*.c, and nobody else.
 *
 * What reads returns false after having said what is wrong.
 */
#ifndef ASPAN_BIND_SPEC_READER_H
#define ASPAN_BIND_SPEC_READER_H

#include "spec.h"

#include <stdbool.h>
#include <stddef.h>

#define ASPAN_BIND_SPEC_KEY_MAX 63
#define ASPAN_BIND_SPEC_VALUE_MAX 255

struct aspan_bind_spec_reader {
	struct aspan_bind_spec *spec;
	const char *text;
	const char *at;
	const char *end;
	char *message;
	size_t message_bytes;
};

/* Writes the message, with the place; returns false. */
__attribute__((format(printf, 2, 3))) bool
aspan_bind_spec_complain(struct aspan_bind_spec_reader *reader, const char *format, ...);

static inline bool aspan_bind_spec_is_space(char character)
{
	return character == ' ' || character == '\t';
}

void aspan_bind_spec_skip_spaces(struct aspan_bind_spec_reader *reader);

/* Takes a text if it comes next. */
bool aspan_bind_spec_accept(struct aspan_bind_spec_reader *reader, const char *text);

bool aspan_bind_spec_expect(struct aspan_bind_spec_reader *reader, const char *text,
			    const char *where);

/* The storage is twice as long as the longest SPEC: every character is copied once, every text has one zero. */
char *aspan_bind_spec_storage_start(struct aspan_bind_spec_reader *reader);
const char *aspan_bind_spec_storage_keep(struct aspan_bind_spec_reader *reader, size_t length);

bool aspan_bind_spec_read_name(struct aspan_bind_spec_reader *reader, const char **name,
			       const char *what);

/* A text up to one of the characters of `stops`, with what a backslash protects; without the spaces around it. */
bool aspan_bind_spec_read_text(struct aspan_bind_spec_reader *reader, const char **value,
			       const char *stops, size_t longest);

bool aspan_bind_spec_read_argument(struct aspan_bind_spec_reader *reader,
				   struct aspan_bind_argument *argument);

/* `provider` is that of the event before, or NULL. */
bool aspan_bind_spec_read_event(struct aspan_bind_spec_reader *reader,
				struct aspan_bind_event *event, const char *provider);
bool aspan_bind_spec_read_events(struct aspan_bind_spec_reader *reader,
				 struct aspan_bind_event *events, size_t *count,
				 const char *provider);

/* One more tag, whose key must be new; NULL after a complaint. */
struct aspan_bind_tag *aspan_bind_spec_add_tag(struct aspan_bind_spec_reader *reader,
					       const char *key);

/* What comes after the events, to the end. */
bool aspan_bind_spec_read_options(struct aspan_bind_spec_reader *reader);

#endif
