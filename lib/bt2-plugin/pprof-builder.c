/* SPDX-License-Identifier: MIT */
/*
 * Builds the message of profile.proto.
 */
#include "pprof-builder.h"

#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is told apart by a text; scopes of the map. */
enum scope { SCOPE_FUNCTION, SCOPE_MAPPING, SCOPE_FRAME, SCOPE_COUNT = 64 };

/* Makes room for one more in an array that grows by doubling. */
void *aspan_pprof_append(void **items, size_t *count, size_t item_bytes)
{
	if ((*count & (*count - 1)) == 0) {
		void *moved = reallocarray(*items, *count ? *count * 2 : 1, item_bytes);

		if (!moved) {
			return NULL;
		}
		*items = moved;
	}
	return (char *) *items + (*count)++ * item_bytes;
}

void *aspan_pprof_append_message(void **items, size_t *count, size_t bytes)
{
	void *message = calloc(1, bytes);
	void **place = message ? aspan_pprof_append(items, count, sizeof(void *)) : NULL;

	if (!place) {
		free(message);
		return NULL;
	}
	*place = message;
	return message;
}

int aspan_pprof_intern(struct aspan_pprof_builder *builder, const char *string, int64_t *number)
{
	char *text = aspan_text_to_utf8(string ? string : "");
	uint32_t found;
	int result = text ? aspan_names_intern(&builder->texts, text, &found) : -ENOMEM;

	free(text);
	if (!result) {
		*number = found;
	}
	return result;
}

static int add_mapping(struct aspan_pprof_builder *builder, const char *binary, uint64_t *id)
{
	uint32_t found = aspan_text_map_find(&builder->ids, SCOPE_MAPPING, binary);
	Pprof__Mapping *mapping;
	int result;

	if (found != ASPAN_TEXT_MAP_NONE) {
		*id = found;
		return 0;
	}
	mapping = ASPAN_PPROF_APPEND(builder->profile, mappings, *mapping);
	if (!mapping) {
		return -ENOMEM;
	}
	pprof__mapping__init(mapping);
	*id = mapping->id = builder->profile->n_mappings;
	mapping->has_functions = mapping->has_filenames = mapping->has_line_numbers = true;
	result = aspan_pprof_intern(builder, binary, &mapping->filename);
	return result ? result :
			aspan_text_map_set(&builder->ids, SCOPE_MAPPING, binary, (uint32_t) *id);
}

/* Without the place in it that its name may end with: "libc.so.6+0x75a". */
static int add_binary(struct aspan_pprof_builder *builder, const char *binary, uint64_t *id)
{
	const char *plus = strrchr(binary, '+');
	size_t length = plus && strncmp(plus, "+0x", 3) == 0 ? (size_t) (plus - binary) :
							       strlen(binary);
	char *name = strndup(binary, length);
	int result = name ? add_mapping(builder, name, id) : -ENOMEM;

	free(name);
	return result;
}

static int make_function(struct aspan_pprof_builder *builder, const char *name, const char *file,
			 uint64_t *id)
{
	Pprof__Function *function = ASPAN_PPROF_APPEND(builder->profile, functions, *function);
	int result;

	if (!function) {
		return -ENOMEM;
	}
	pprof__function__init(function);
	*id = function->id = builder->profile->n_functions;
	result = aspan_pprof_intern(builder, name, &function->name);
	function->system_name = function->name;
	return result ? result : aspan_pprof_intern(builder, file, &function->filename);
}

/* A function is told apart by its name and its file. */
static int add_function(struct aspan_pprof_builder *builder, const char *name, const char *file,
			uint64_t *id)
{
	uint32_t found;
	char *key;
	int result = 0;

	if (asprintf(&key, "%s\n%s", name, file ? file : "") < 0) {
		return -ENOMEM;
	}
	found = aspan_text_map_find(&builder->ids, SCOPE_FUNCTION, key);
	*id = found;
	if (found == ASPAN_TEXT_MAP_NONE) {
		result = make_function(builder, name, file, id);
		result = result ? result :
				  aspan_text_map_set(&builder->ids, SCOPE_FUNCTION, key,
						     (uint32_t) *id);
	}
	free(key);
	return result;
}

static int add_line(struct aspan_pprof_builder *builder, Pprof__Location *location,
		    const char *function, const char *file, uint64_t line)
{
	Pprof__Line *is = ASPAN_PPROF_APPEND(location, lines, *is);

	if (!is) {
		return -ENOMEM;
	}
	pprof__line__init(is);
	is->line = (int64_t) line;
	return add_function(builder, function, file, &is->function_id);
}

/* What has an address and a line. */
static bool is_callsite(const struct aspan_frame *frame)
{
	return frame->kind == ASPAN_FRAME_CALL || frame->kind == ASPAN_FRAME_CALLSITE;
}

static int fill_location(struct aspan_pprof_builder *builder, Pprof__Location *location,
			 const struct aspan_frame *frame)
{
	const struct aspan_callsite *callsite;
	int result = 0;

	if (!is_callsite(frame)) {
		return add_line(builder, location, frame->name, NULL, 0);
	}
	callsite = &builder->report->callsites[frame->index];
	location->address = callsite->address;
	if (callsite->binary) {
		result = add_binary(builder, callsite->binary, &location->mapping_id);
	}
	return result ? result :
			add_line(builder, location,
				 callsite->function ? callsite->function : callsite->text,
				 callsite->file, callsite->line);
}

/* Frames of one kind and name are one location; call sites are told apart by their index too. */
int aspan_pprof_add_location(struct aspan_pprof_builder *builder, const struct aspan_frame *frame,
			     uint64_t *id)
{
	uint64_t index = is_callsite(frame) ? frame->index : 0;
	uint64_t scope = SCOPE_FRAME + frame->kind + index * SCOPE_COUNT;
	uint32_t found = aspan_text_map_find(&builder->ids, scope, frame->name);
	Pprof__Location *location;
	int result;

	if (found != ASPAN_TEXT_MAP_NONE) {
		*id = found;
		return 0;
	}
	location = ASPAN_PPROF_APPEND(builder->profile, locations, *location);
	if (!location) {
		return -ENOMEM;
	}
	pprof__location__init(location);
	*id = location->id = builder->profile->n_locations;
	result = fill_location(builder, location, frame);
	return result ? result :
			aspan_text_map_set(&builder->ids, scope, frame->name, (uint32_t) *id);
}

int aspan_pprof_add_texts(struct aspan_pprof_builder *builder)
{
	Pprof__Profile *profile = builder->profile;

	profile->strings = calloc(builder->texts.text_count, sizeof(*profile->strings));
	if (!profile->strings) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < builder->texts.text_count; i++) {
		profile->strings[i] = strdup(builder->texts.texts[i]);
		if (!profile->strings[i]) {
			return -ENOMEM;
		}
		profile->n_strings++;
	}
	return 0;
}

int aspan_pprof_builder_init(struct aspan_pprof_builder *builder, const struct aspan_report *report)
{
	int64_t empty;

	*builder = (struct aspan_pprof_builder){ .report = report,
						 .profile = malloc(sizeof(*builder->profile)) };
	if (!builder->profile) {
		return -ENOMEM;
	}
	pprof__profile__init(builder->profile);
	return aspan_pprof_intern(builder, "", &empty);
}

void aspan_pprof_builder_fini(struct aspan_pprof_builder *builder)
{
	if (builder->profile) {
		pprof__profile__free_unpacked(builder->profile, NULL);
	}
	aspan_names_fini(&builder->texts);
	aspan_text_map_fini(&builder->ids);
}
