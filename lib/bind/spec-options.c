/* SPDX-License-Identifier: MIT */
/*
 * The options of a SPEC: one function for each.
 */
#include "spec-reader.h"

#include <string.h>

#define RESERVED_KEY "group"
#define SYMBOL_KEY "symbol"
#define ARGUMENT_PREFIX "arg:"

static bool read_source(struct aspan_bind_spec_reader *reader, struct aspan_bind_source *source)
{
	if (aspan_bind_spec_accept(reader, ARGUMENT_PREFIX)) {
		return aspan_bind_spec_read_argument(reader, &source->argument);
	}
	return aspan_bind_spec_read_text(reader, &source->text, ",", ASPAN_BIND_SPEC_VALUE_MAX);
}

struct aspan_bind_tag *aspan_bind_spec_add_tag(struct aspan_bind_spec_reader *reader,
					       const char *key)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (spec->tag_count == ASPAN_BIND_TAGS_MAX) {
		aspan_bind_spec_complain(reader, "more than %d tags", ASPAN_BIND_TAGS_MAX);
		return NULL;
	}
	if (strlen(key) > ASPAN_BIND_SPEC_KEY_MAX || strcmp(key, RESERVED_KEY) == 0) {
		aspan_bind_spec_complain(reader, "'%s' cannot be the key of a tag", key);
		return NULL;
	}
	for (size_t i = 0; i < spec->tag_count; i++) {
		if (strcmp(spec->tags[i].key, key) == 0) {
			aspan_bind_spec_complain(reader, "the tag '%s' is given twice", key);
			return NULL;
		}
	}
	spec->tags[spec->tag_count].key = key;
	return &spec->tags[spec->tag_count++];
}

static bool read_by(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;
	struct aspan_bind_argument argument = { .name_count = 0 };
	struct aspan_bind_tag *tag;

	if (!aspan_bind_spec_read_argument(reader, &argument)) {
		return false;
	}
	tag = aspan_bind_spec_add_tag(reader, argument.names[0]);
	if (!tag) {
		return false;
	}
	tag->value.argument = argument;
	if (spec->by.name_count == 0) {
		spec->by = argument;
	}
	return true;
}

static bool read_tag(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_tag *tag;
	const char *key;

	if (!aspan_bind_spec_read_text(reader, &key, "=,", ASPAN_BIND_SPEC_KEY_MAX)) {
		return false;
	}
	if (!*key) {
		return aspan_bind_spec_complain(reader, "the key of a tag is missing");
	}
	tag = aspan_bind_spec_add_tag(reader, key);
	return tag && aspan_bind_spec_expect(reader, "=", "after the key of a tag") &&
	       read_source(reader, &tag->value);
}

static bool read_label(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (spec->label.name) {
		return aspan_bind_spec_complain(reader, "a second 'label'");
	}
	return aspan_bind_spec_read_event(reader, &spec->label, spec->begins[0].provider) &&
	       aspan_bind_spec_expect(reader, "(", "after the event of 'label'") &&
	       aspan_bind_spec_read_argument(reader, &spec->label_key) &&
	       aspan_bind_spec_expect(reader, ",", "between the two arguments of 'label'") &&
	       aspan_bind_spec_read_argument(reader, &spec->label_name) &&
	       aspan_bind_spec_expect(reader, ")", "after the arguments of 'label'");
}

static bool read_max(struct aspan_bind_spec_reader *reader)
{
	unsigned long number = 0;
	const char *digits = NULL;

	if (!aspan_bind_spec_read_name(reader, &digits, "the number of 'max'")) {
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
		return aspan_bind_spec_complain(reader, "'max' is a number of 1 to %d",
						ASPAN_BIND_GROUPS_MAX);
	}
	reader->spec->groups_max = (unsigned int) number;
	return true;
}

static bool read_name_option(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_source *name = &reader->spec->name;

	if (name->text || name->argument.name_count > 0) {
		return aspan_bind_spec_complain(reader, "a second 'name'");
	}
	return read_source(reader, name) && (!name->text || *name->text ||
					     aspan_bind_spec_complain(reader, "the name is empty"));
}

static bool read_option(struct aspan_bind_spec_reader *reader)
{
	struct aspan_bind_spec *spec = reader->spec;

	if (aspan_bind_spec_accept(reader, "by=")) {
		return read_by(reader);
	}
	if (aspan_bind_spec_accept(reader, "name=")) {
		return read_name_option(reader);
	}
	if (aspan_bind_spec_accept(reader, "tag:")) {
		return read_tag(reader);
	}
	if (aspan_bind_spec_accept(reader, "label=")) {
		return read_label(reader);
	}
	if (aspan_bind_spec_accept(reader, "match=")) {
		return spec->match.name_count == 0 ?
			       aspan_bind_spec_read_argument(reader, &spec->match) :
			       aspan_bind_spec_complain(reader, "a second 'match'");
	}
	if (aspan_bind_spec_accept(reader, "max=")) {
		return read_max(reader);
	}
	if (aspan_bind_spec_accept(reader, SYMBOL_KEY)) {
		spec->has_symbol = true;
		return true;
	}
	if (aspan_bind_spec_accept(reader, "nested")) {
		spec->is_nested = true;
		return true;
	}
	return aspan_bind_spec_complain(
		reader,
		"an option is by=, name=, tag:KEY=, label=, symbol, match=, max= or nested, but not what stands");
}

bool aspan_bind_spec_read_options(struct aspan_bind_spec_reader *reader)
{
	while (aspan_bind_spec_accept(reader, ",")) {
		if (!read_option(reader)) {
			return false;
		}
	}
	aspan_bind_spec_skip_spaces(reader);
	return reader->at == reader->end ||
	       aspan_bind_spec_complain(reader, "a ',' or the end is missing");
}
