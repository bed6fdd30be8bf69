/* SPDX-License-Identifier: MIT */
/*
 * See spec.h.
 *
 * One function for each rule of the grammar. Each returns false after having said what is wrong.
 */
#include "spec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pair-words.h"

#define KEY_MAX 63
#define VALUE_MAX 255
#define RESERVED_KEY "group"
#define ARGUMENT_PREFIX "arg:"

struct reader {
	struct aspan_bind_spec *spec;
	const char *text;
	const char *at;
	const char *end;
	char *message;
	size_t message_bytes;
};

__attribute__((format(printf, 2, 3))) static bool complain(struct reader *reader,
							   const char *format, ...)
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

static bool is_space(char character)
{
	return character == ' ' || character == '\t';
}

static void skip_spaces(struct reader *reader)
{
	while (reader->at < reader->end && is_space(*reader->at)) {
		reader->at++;
	}
}

/* Takes a text if it comes next. */
static bool accept(struct reader *reader, const char *text)
{
	size_t length = strlen(text);

	skip_spaces(reader);
	if ((size_t) (reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0) {
		return false;
	}
	reader->at += length;
	return true;
}

static bool expect(struct reader *reader, const char *text, const char *where)
{
	return accept(reader, text) || complain(reader, "'%s' is missing %s", text, where);
}

/* The storage is twice as long as the longest SPEC: every character is copied once, every text has one zero. */
static char *storage_start(struct reader *reader)
{
	return reader->spec->storage + reader->spec->storage_used;
}

static const char *storage_keep(struct reader *reader, size_t length)
{
	char *text = storage_start(reader);

	text[length] = '\0';
	reader->spec->storage_used += length + 1;
	return text;
}

static bool is_name_character(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') || character == '_';
}

static bool read_name(struct reader *reader, const char **name, const char *what)
{
	char *text = storage_start(reader);
	size_t length = 0;

	skip_spaces(reader);
	while (reader->at < reader->end && is_name_character(*reader->at)) {
		text[length++] = *reader->at++;
	}
	if (length == 0) {
		return complain(reader, "the name of %s is missing", what);
	}
	*name = storage_keep(reader, length);
	return true;
}

/* A text up to one of the characters of `stops`, with what a backslash protects; without the spaces around it. */
static bool read_text(struct reader *reader, const char **value, const char *stops, size_t longest)
{
	char *text = storage_start(reader);
	size_t length = 0;
	size_t kept = 0;

	skip_spaces(reader);
	while (reader->at < reader->end && !strchr(stops, *reader->at)) {
		bool is_protected = *reader->at == '\\' && reader->at + 1 < reader->end;

		reader->at += is_protected;
		text[length++] = *reader->at;
		if (is_protected || !is_space(*reader->at)) {
			kept = length;
		}
		reader->at++;
	}
	if (kept > longest) {
		return complain(reader, "a text of more than %zu bytes", longest);
	}
	*value = storage_keep(reader, kept);
	return true;
}

static bool read_argument(struct reader *reader, struct aspan_bind_argument *argument)
{
	do {
		if (argument->name_count == ASPAN_BIND_ALTERNATIVES_MAX) {
			return complain(reader, "more than %d names for an argument",
					ASPAN_BIND_ALTERNATIVES_MAX);
		}
		if (!read_name(reader, &argument->names[argument->name_count++], "an argument")) {
			return false;
		}
	} while (accept(reader, "|"));
	return true;
}

static bool read_condition(struct reader *reader, struct aspan_bind_event *event)
{
	struct aspan_bind_condition *condition = &event->conditions[event->condition_count];

	if (event->condition_count == ASPAN_BIND_CONDITIONS_MAX) {
		return complain(reader, "more than %d conditions for an event",
				ASPAN_BIND_CONDITIONS_MAX);
	}
	event->condition_count++;
	if (!read_argument(reader, &condition->argument)) {
		return false;
	}
	condition->is_negated = accept(reader, "!");
	return expect(reader, "=", "in a condition") &&
	       read_text(reader, &condition->value, "]", VALUE_MAX) &&
	       expect(reader, "]", "after a condition");
}

/* `provider` is that of the event before, or NULL. */
static bool read_event(struct reader *reader, struct aspan_bind_event *event, const char *provider)
{
	if (!read_name(reader, &event->name, "a tracepoint")) {
		return false;
	}
	event->provider = provider;
	if (accept(reader, ":")) {
		event->provider = event->name;
		if (!read_name(reader, &event->name, "a tracepoint")) {
			return false;
		}
	}
	if (!event->provider) {
		return complain(reader, "a tracepoint is PROVIDER:NAME, and '%s' has no provider",
				event->name);
	}
	while (accept(reader, "[")) {
		if (!read_condition(reader, event)) {
			return false;
		}
	}
	return true;
}

static bool read_events(struct reader *reader, struct aspan_bind_event *events, size_t *count,
			const char *provider)
{
	do {
		if (*count == ASPAN_BIND_EVENTS_MAX) {
			return complain(reader, "more than %d events", ASPAN_BIND_EVENTS_MAX);
		}
		if (!read_event(reader, &events[*count], provider)) {
			return false;
		}
		provider = events[*count].provider;
		(*count)++;
	} while (accept(reader, "|"));
	return true;
}

static bool read_source(struct reader *reader, struct aspan_bind_source *source)
{
	if (accept(reader, ARGUMENT_PREFIX)) {
		return read_argument(reader, &source->argument);
	}
	return read_text(reader, &source->text, ",", VALUE_MAX);
}

/* One more tag, whose key must be new; NULL after a complaint. */
static struct aspan_bind_tag *add_tag(struct reader *reader, const char *key)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (spec->tag_count == ASPAN_BIND_TAGS_MAX) {
		complain(reader, "more than %d tags", ASPAN_BIND_TAGS_MAX);
		return NULL;
	}
	if (strlen(key) > KEY_MAX || strcmp(key, RESERVED_KEY) == 0) {
		complain(reader, "'%s' cannot be the key of a tag", key);
		return NULL;
	}
	for (size_t i = 0; i < spec->tag_count; i++) {
		if (strcmp(spec->tags[i].key, key) == 0) {
			complain(reader, "the tag '%s' is given twice", key);
			return NULL;
		}
	}
	spec->tags[spec->tag_count].key = key;
	return &spec->tags[spec->tag_count++];
}

static bool read_by(struct reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;
	struct aspan_bind_argument argument = { .name_count = 0 };
	struct aspan_bind_tag *tag;

	if (!read_argument(reader, &argument)) {
		return false;
	}
	tag = add_tag(reader, argument.names[0]);
	if (!tag) {
		return false;
	}
	tag->value.argument = argument;
	if (spec->by.name_count == 0) {
		spec->by = argument;
	}
	return true;
}

static bool read_tag(struct reader *reader)
{
	struct aspan_bind_tag *tag;
	const char *key;

	if (!read_text(reader, &key, "=,", KEY_MAX)) {
		return false;
	}
	if (!*key) {
		return complain(reader, "the key of a tag is missing");
	}
	tag = add_tag(reader, key);
	return tag && expect(reader, "=", "after the key of a tag") &&
	       read_source(reader, &tag->value);
}

static bool read_label(struct reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (spec->label.name) {
		return complain(reader, "a second 'label'");
	}
	return read_event(reader, &spec->label, spec->begins[0].provider) &&
	       expect(reader, "(", "after the event of 'label'") &&
	       read_argument(reader, &spec->label_key) &&
	       expect(reader, ",", "between the two arguments of 'label'") &&
	       read_argument(reader, &spec->label_name) &&
	       expect(reader, ")", "after the arguments of 'label'");
}

static bool read_max(struct reader *reader)
{
	unsigned long number = 0;
	const char *digits = NULL;

	if (!read_name(reader, &digits, "the number of 'max'")) {
		return false;
	}
	for (const char *digit = digits; *digit; digit++) {
		if (*digit < '0' || *digit > '9' || number > ASPAN_BIND_GROUPS_MAX) {
			number = 0;
			break;
		}
		number = number * 10 + (unsigned long) (*digit - '0');
	}
	if (number < 1 || number > ASPAN_BIND_GROUPS_MAX) {
		return complain(reader, "'max' is a number of 1 to %d", ASPAN_BIND_GROUPS_MAX);
	}
	reader->spec->groups_max = (unsigned int) number;
	return true;
}

static bool read_name_option(struct reader *reader)
{
	struct aspan_bind_source *name = &reader->spec->name;

	if (name->text || name->argument.name_count > 0) {
		return complain(reader, "a second 'name'");
	}
	return read_source(reader, name) &&
	       (!name->text || *name->text || complain(reader, "the name is empty"));
}

static bool read_option(struct reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (accept(reader, "by=")) {
		return read_by(reader);
	}
	if (accept(reader, "name=")) {
		return read_name_option(reader);
	}
	if (accept(reader, "tag:")) {
		return read_tag(reader);
	}
	if (accept(reader, "label=")) {
		return read_label(reader);
	}
	if (accept(reader, "match=")) {
		return spec->match.name_count == 0 ? read_argument(reader, &spec->match) :
						     complain(reader, "a second 'match'");
	}
	if (accept(reader, "max=")) {
		return read_max(reader);
	}
	if (accept(reader, "nested")) {
		spec->is_nested = true;
		return true;
	}
	return complain(
		reader,
		"an option is by=, name=, tag:KEY=, label=, match=, max= or nested, but not what stands");
}

static bool read_options(struct reader *reader)
{
	while (accept(reader, ",")) {
		if (!read_option(reader)) {
			return false;
		}
	}
	skip_spaces(reader);
	return reader->at == reader->end || complain(reader, "a ',' or the end is missing");
}

static bool check_together(struct reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (spec->label.name && spec->by.name_count == 0) {
		return complain(reader,
				"'label' gives names to the values of 'by', which is missing");
	}
	if (spec->is_nested && spec->match.name_count > 0) {
		return complain(reader,
				"'nested' is for pairs that the thread matches, not 'match'");
	}
	if (spec->label.name) {
		struct aspan_bind_tag *tag = add_tag(reader, spec->label_name.names[0]);

		if (!tag) {
			return false;
		}
		/* Its value comes from the label's event, not from an argument of the begin event. */
		spec->tag_count--;
	}
	return true;
}

/* ros2:callback for ros2:callback_start..ros2:callback_end; the name of the group where none is given. */
static const char *make_name(struct reader *reader)
{
	const struct aspan_bind_event *begin = &reader->spec->begins[0];
	char stem[VALUE_MAX + 1];
	char *name = storage_start(reader);
	int length;

	if (aspan_bind_stem(begin->name, stem, sizeof(stem)) > 0) {
		length = snprintf(name, VALUE_MAX + 1, "%s:%s", begin->provider, stem);
	} else if (reader->spec->end_count &&
		   aspan_bind_is_pair(begin->name, reader->spec->ends[0].name)) {
		/* The event is called "start" and no more. */
		length = snprintf(name, VALUE_MAX + 1, "%s", begin->provider);
	} else {
		length = snprintf(name, VALUE_MAX + 1, "%s:%s", begin->provider, begin->name);
	}
	return storage_keep(reader, (size_t) (length > VALUE_MAX ? VALUE_MAX : length));
}

static void add_input(struct aspan_bind_spec *spec, const struct aspan_bind_source *source)
{
	if (!source->text) {
		spec->inputs[spec->input_count++] = &source->argument;
	}
}

static void collect_inputs(struct aspan_bind_spec *spec)
{
	add_input(spec, &spec->name);
	for (size_t i = 0; i < spec->tag_count; i++) {
		if (spec->by.name_count && strcmp(spec->tags[i].key, spec->by.names[0]) == 0) {
			spec->by_input = spec->input_count;
		}
		add_input(spec, &spec->tags[i].value);
	}
}

static bool read_spec(struct reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (!read_events(reader, spec->begins, &spec->begin_count, NULL) ||
	    !expect(reader, "..", "between the begin and the end event") ||
	    !read_events(reader, spec->ends, &spec->end_count, spec->begins[0].provider) ||
	    !read_options(reader) || !check_together(reader)) {
		return false;
	}
	spec->default_name = make_name(reader);
	if (!spec->name.text && spec->name.argument.name_count == 0) {
		spec->name.text = spec->default_name;
	} else if (spec->name.text) {
		spec->default_name = spec->name.text;
	}
	collect_inputs(spec);
	return true;
}

int aspan_bind_spec_parse(struct aspan_bind_spec *spec, const char *text, size_t length,
			  char *message, size_t message_bytes)
{
	struct reader reader = {
		.spec = spec,
		.text = text,
		.at = text,
		.end = text + length,
		.message = message,
		.message_bytes = message_bytes,
	};

	memset(spec, 0, sizeof(*spec));
	spec->groups_max = ASPAN_BIND_GROUPS_DEFAULT;
	/* What is made up, the name, fits beside it. */
	if (length > ASPAN_BIND_SPEC_BYTES - VALUE_MAX - 1) {
		snprintf(message, message_bytes, "a SPEC of more than %d bytes",
			 ASPAN_BIND_SPEC_BYTES - VALUE_MAX - 1);
		return -EINVAL;
	}
	return read_spec(&reader) ? 0 : -EINVAL;
}

static bool ends_spec(char character)
{
	return character == '\0' || character == ';' || character == '\n' || character == '\r';
}

size_t aspan_bind_spec_next(const char **rest, const char **start)
{
	const char *at = *rest;
	size_t length;

	for (;;) {
		while (*at && (ends_spec(*at) || is_space(*at))) {
			at++;
		}
		if (*at != '#') {
			break;
		}
		at += strcspn(at, "\n");
	}
	*start = at;
	while (!ends_spec(*at)) {
		at += *at == '\\' && at[1] ? 2 : 1;
	}
	*rest = at;
	length = (size_t) (at - *start);
	while (length > 0 && is_space((*start)[length - 1])) {
		length--;
	}
	return length;
}
