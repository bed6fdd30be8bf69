/* SPDX-License-Identifier: MIT */
/*
 * See spec.h: a SPEC as a whole, and lists of them.
 */
#include "spec-reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pair-words.h"

static bool check_together(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (spec->label.name && spec->by.name_count == 0) {
		return aspan_bind_spec_complain(
			reader, "'label' gives names to the values of 'by', which is missing");
	}
	if (spec->has_symbol && (spec->by.name_count == 0 || spec->label.name)) {
		return aspan_bind_spec_complain(
			reader, "'symbol' gives names to the values of 'by', without 'label'");
	}
	if (spec->has_symbol) {
		spec->label_name = (struct aspan_bind_argument){ { "symbol" }, 1 };
	}
	if (spec->is_nested && spec->match.name_count > 0) {
		return aspan_bind_spec_complain(
			reader, "'nested' is for pairs that the thread matches, not 'match'");
	}
	if (spec->label_name.name_count > 0) {
		struct aspan_bind_tag *tag =
			aspan_bind_spec_add_tag(reader, spec->label_name.names[0]);

		if (!tag) {
			return false;
		}
		/* Its value does not come from an argument of the begin event. */
		spec->tag_count--;
	}
	return true;
}

/* ros2:callback for ros2:callback_start..ros2:callback_end; the name of the group where none is given. */
static const char *make_name(struct aspan_bind_spec_reader *reader)
{
	const struct aspan_bind_event *begin = &reader->spec->begins[0];
	char stem[ASPAN_BIND_SPEC_VALUE_MAX + 1];
	char *name = aspan_bind_spec_storage_start(reader);
	int length;

	if (aspan_bind_stem(begin->name, stem, sizeof(stem)) > 0) {
		length = snprintf(name, ASPAN_BIND_SPEC_VALUE_MAX + 1, "%s:%s", begin->provider,
				  stem);
	} else if (reader->spec->end_count &&
		   aspan_bind_is_pair(begin->name, reader->spec->ends[0].name)) {
		/* The event is called "start" and no more. */
		length = snprintf(name, ASPAN_BIND_SPEC_VALUE_MAX + 1, "%s", begin->provider);
	} else {
		length = snprintf(name, ASPAN_BIND_SPEC_VALUE_MAX + 1, "%s:%s", begin->provider,
				  begin->name);
	}
	return aspan_bind_spec_storage_keep(
		reader,
		(size_t) (length > ASPAN_BIND_SPEC_VALUE_MAX ? ASPAN_BIND_SPEC_VALUE_MAX : length));
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

static bool read_spec(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (!aspan_bind_spec_read_events(reader, spec->begins, &spec->begin_count, NULL) ||
	    !aspan_bind_spec_expect(reader, "..", "between the begin and the end event") ||
	    !aspan_bind_spec_read_events(reader, spec->ends, &spec->end_count,
					 spec->begins[0].provider) ||
	    !aspan_bind_spec_read_options(reader) || !check_together(reader)) {
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
	struct aspan_bind_spec_reader reader = {
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
	if (length > ASPAN_BIND_SPEC_BYTES - ASPAN_BIND_SPEC_VALUE_MAX - 1) {
		snprintf(message, message_bytes, "a SPEC of more than %d bytes",
			 ASPAN_BIND_SPEC_BYTES - ASPAN_BIND_SPEC_VALUE_MAX - 1);
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
		while (*at && (ends_spec(*at) || aspan_bind_spec_is_space(*at))) {
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
	while (length > 0 && aspan_bind_spec_is_space((*start)[length - 1])) {
		length--;
	}
	return length;
}
