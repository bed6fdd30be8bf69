/* SPDX-License-Identifier: MIT */
/*
 * See spec-reader.h: words, texts, arguments and events.
 */
#include "spec-reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool aspan_bind_spec_complain(struct aspan_bind_spec_reader *reader, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(reader->message, reader->message_bytes, format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t) length < reader->message_bytes) {
		snprintf(reader->message + length, reader->message_bytes - (size_t) length,
			 " at character %zu of '%.*s'", (size_t) (reader->at - reader->text) + 1,
			 (int) (reader->end - reader->text), reader->text);
	}
	/* A SPEC may have any characters; what is printed is one line, and tells a terminal nothing. */
	for (char *character = reader->message; *character; character++) {
		if ((unsigned char) *character < ' ' || *character == 0x7f) {
			*character = '?';
		}
	}
	return false;
}

void aspan_bind_spec_skip_spaces(struct aspan_bind_spec_reader *reader)
{
	while (reader->at < reader->end && aspan_bind_spec_is_space(*reader->at)) {
		reader->at++;
	}
}

bool aspan_bind_spec_accept(struct aspan_bind_spec_reader *reader, const char *text)
{
	size_t length = strlen(text);

	aspan_bind_spec_skip_spaces(reader);
	if ((size_t) (reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0) {
		return false;
	}
	reader->at += length;
	return true;
}

bool aspan_bind_spec_expect(struct aspan_bind_spec_reader *reader, const char *text,
			    const char *where)
{
	return aspan_bind_spec_accept(reader, text) ||
	       aspan_bind_spec_complain(reader, "'%s' is missing %s", text, where);
}

char *aspan_bind_spec_storage_start(struct aspan_bind_spec_reader *reader)
{
	return reader->spec->storage + reader->spec->storage_used;
}

const char *aspan_bind_spec_storage_keep(struct aspan_bind_spec_reader *reader, size_t length)
{
	char *text = aspan_bind_spec_storage_start(reader);

	text[length] = '\0';
	reader->spec->storage_used += length + 1;
	return text;
}

static bool is_name_character(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') || character == '_';
}

bool aspan_bind_spec_read_name(struct aspan_bind_spec_reader *reader, const char **name,
			       const char *what)
{
	char *text = aspan_bind_spec_storage_start(reader);
	size_t length = 0;

	aspan_bind_spec_skip_spaces(reader);
	while (reader->at < reader->end && is_name_character(*reader->at)) {
		text[length++] = *reader->at++;
	}
	if (length == 0) {
		return aspan_bind_spec_complain(reader, "the name of %s is missing", what);
	}
	*name = aspan_bind_spec_storage_keep(reader, length);
	return true;
}

bool aspan_bind_spec_read_text(struct aspan_bind_spec_reader *reader, const char **value,
			       const char *stops, size_t longest)
{
	char *text = aspan_bind_spec_storage_start(reader);
	size_t length = 0;
	size_t kept = 0;

	aspan_bind_spec_skip_spaces(reader);
	while (reader->at < reader->end && !strchr(stops, *reader->at)) {
		bool is_protected = *reader->at == '\\' && reader->at + 1 < reader->end;

		reader->at += is_protected;
		text[length++] = *reader->at;
		if (is_protected || !aspan_bind_spec_is_space(*reader->at)) {
			kept = length;
		}
		reader->at++;
	}
	if (kept > longest) {
		return aspan_bind_spec_complain(reader, "a text of more than %zu bytes", longest);
	}
	*value = aspan_bind_spec_storage_keep(reader, kept);
	return true;
}

bool aspan_bind_spec_read_argument(struct aspan_bind_spec_reader *reader,
				   struct aspan_bind_argument *argument)
{
	do {
		if (argument->name_count == ASPAN_BIND_ALTERNATIVES_MAX) {
			return aspan_bind_spec_complain(reader,
							"more than %d names for an argument",
							ASPAN_BIND_ALTERNATIVES_MAX);
		}
		if (!aspan_bind_spec_read_name(reader, &argument->names[argument->name_count++],
					       "an argument")) {
			return false;
		}
	} while (aspan_bind_spec_accept(reader, "|"));
	return true;
}

static bool read_condition(struct aspan_bind_spec_reader *reader, struct aspan_bind_event *event)
{
	struct aspan_bind_condition *condition = &event->conditions[event->condition_count];

	if (event->condition_count == ASPAN_BIND_CONDITIONS_MAX) {
		return aspan_bind_spec_complain(reader, "more than %d conditions for an event",
						ASPAN_BIND_CONDITIONS_MAX);
	}
	event->condition_count++;
	if (!aspan_bind_spec_read_argument(reader, &condition->argument)) {
		return false;
	}
	condition->is_negated = aspan_bind_spec_accept(reader, "!");
	return aspan_bind_spec_expect(reader, "=", "in a condition") &&
	       aspan_bind_spec_read_text(reader, &condition->value, "]",
					 ASPAN_BIND_SPEC_VALUE_MAX) &&
	       aspan_bind_spec_expect(reader, "]", "after a condition");
}

bool aspan_bind_spec_read_event(struct aspan_bind_spec_reader *reader,
				struct aspan_bind_event *event, const char *provider)
{
	if (!aspan_bind_spec_read_name(reader, &event->name, "a tracepoint")) {
		return false;
	}
	event->provider = provider;
	if (aspan_bind_spec_accept(reader, ":")) {
		event->provider = event->name;
		if (!aspan_bind_spec_read_name(reader, &event->name, "a tracepoint")) {
			return false;
		}
	}
	if (!event->provider) {
		return aspan_bind_spec_complain(
			reader, "a tracepoint is PROVIDER:NAME, and '%s' has no provider",
			event->name);
	}
	while (aspan_bind_spec_accept(reader, "[")) {
		if (!read_condition(reader, event)) {
			return false;
		}
	}
	return true;
}

bool aspan_bind_spec_read_events(struct aspan_bind_spec_reader *reader,
				 struct aspan_bind_event *events, size_t *count,
				 const char *provider)
{
	do {
		if (*count == ASPAN_BIND_EVENTS_MAX) {
			return aspan_bind_spec_complain(reader, "more than %d events",
							ASPAN_BIND_EVENTS_MAX);
		}
		if (!aspan_bind_spec_read_event(reader, &events[*count], provider)) {
			return false;
		}
		provider = events[*count].provider;
		(*count)++;
	} while (aspan_bind_spec_accept(reader, "|"));
	return true;
}
