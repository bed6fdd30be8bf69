/* SPDX-License-Identifier: MIT */
/*
 * See bind-replay-groups.h.
 */
#include "bind-replay-groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_TEXT_MAP_NONE
/* Programs count their groups from 1. */
#define FIRST_ID (UINT64_C(1) << 32)
#define SEPARATOR '\x1f'
#define COUNT_KEY "count"
#define LABELS_KEY "labels"

void aspan_bind_groups_fini(struct aspan_bind_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		free(groups->groups[i].name);
		free(groups->groups[i].tags);
	}
	for (size_t i = 0; i < groups->label_count; i++) {
		free(groups->label_texts[i]);
	}
	free(groups->groups);
	free(groups->label_texts);
	aspan_text_map_fini(&groups->by_tags);
	aspan_text_map_fini(&groups->by_values);
	aspan_text_map_fini(&groups->value_counts);
	aspan_text_map_fini(&groups->labels);
	*groups = (struct aspan_bind_groups){ 0 };
}

static uint64_t scope_of(const struct aspan_bind_groups_place *place)
{
	return ((uint64_t) place->process << 32) | place->binding;
}

static uint32_t get_count(const struct aspan_bind_groups *groups,
			  const struct aspan_bind_groups_place *place, const char *key)
{
	uint32_t count = aspan_text_map_find(&groups->value_counts, scope_of(place), key);

	return count == NONE ? 0 : count;
}

static int set_count(struct aspan_bind_groups *groups, const struct aspan_bind_groups_place *place,
		     const char *key, uint32_t count)
{
	return aspan_text_map_set(&groups->value_counts, scope_of(place), key, count);
}

const struct aspan_bind_replay_group *aspan_bind_groups_get(const struct aspan_bind_groups *groups,
							    uint32_t group)
{
	return &groups->groups[group];
}

int aspan_bind_groups_set_label(struct aspan_bind_groups *groups,
				const struct aspan_bind_spec *spec,
				const struct aspan_bind_groups_place *place, const char *value,
				const char *label)
{
	uint32_t known = aspan_text_map_find(&groups->labels, scope_of(place), value);
	uint32_t count = get_count(groups, place, LABELS_KEY);
	char *copy;
	char **moved;

	if (known != NONE) {
		copy = strdup(label);
		if (!copy) {
			return -ENOMEM;
		}
		free(groups->label_texts[known]);
		groups->label_texts[known] = copy;
		return 0;
	}
	if (count >= spec->groups_max) {
		return 0;
	}
	moved = reallocarray(groups->label_texts, groups->label_count + 1, sizeof(char *));
	copy = moved ? strdup(label) : NULL;
	groups->label_texts = moved ? moved : groups->label_texts;
	if (!copy) {
		return -ENOMEM;
	}
	groups->label_texts[groups->label_count] = copy;
	if (aspan_text_map_set(&groups->labels, scope_of(place), value,
			       (uint32_t) groups->label_count)) {
		free(copy);
		return -ENOMEM;
	}
	groups->label_count++;
	return set_count(groups, place, LABELS_KEY, count + 1);
}

static const char *find_label(const struct aspan_bind_groups *groups,
			      const struct aspan_bind_spec *spec,
			      const struct aspan_bind_groups_place *place,
			      char (*texts)[ASPAN_BIND_TEXT_BYTES])
{
	uint32_t index;

	if (!spec->label.name) {
		return NULL;
	}
	index = aspan_text_map_find(&groups->labels, scope_of(place), texts[spec->by_input]);
	return index == NONE ? NULL : groups->label_texts[index];
}

/* As the trace schema has it: `,` `=` and `\` behind a backslash. */
static void write_escaped(FILE *stream, const char *text)
{
	for (; *text; text++) {
		if (strchr(",=\\", *text)) {
			fputc('\\', stream);
		}
		fputc(*text, stream);
	}
}

static void write_tag(FILE *stream, const char *key, const char *value)
{
	fputc(',', stream);
	write_escaped(stream, key);
	fputc('=', stream);
	write_escaped(stream, value);
}

/* The name of the group, and the tag string, which the caller frees; NULL without memory. */
static char *describe(const struct aspan_bind_spec *spec, char (*texts)[ASPAN_BIND_TEXT_BYTES],
		      const char *label, const char **name)
{
	char *string = NULL;
	size_t length = 0, input = 0;
	FILE *stream = open_memstream(&string, &length);

	if (!stream) {
		return NULL;
	}
	*name = spec->name.text;
	if (!*name) {
		*name = *texts[input] ? texts[input] : spec->default_name;
		input++;
	}
	write_tag(stream, "group", *name);
	for (size_t i = 0; i < spec->tag_count; i++) {
		const char *text = spec->tags[i].value.text;

		write_tag(stream, spec->tags[i].key, text ? text : texts[input++]);
	}
	if (label) {
		write_tag(stream, spec->label_name.names[0], label);
	}
	fputc(',', stream);
	if (fclose(stream)) {
		free(string);
		return NULL;
	}
	return string;
}

static int add_group(struct aspan_bind_groups *groups, const struct aspan_bind_groups_place *place,
		     const char *name, char *tags, uint32_t *index)
{
	struct aspan_bind_replay_group *moved =
		reallocarray(groups->groups, groups->count + 1, sizeof(*moved));
	char *copy = moved ? strdup(name) : NULL;

	groups->groups = moved ? moved : groups->groups;
	if (!copy ||
	    aspan_text_map_set(&groups->by_tags, place->process, tags, (uint32_t) groups->count)) {
		free(copy);
		return -ENOMEM;
	}
	*index = (uint32_t) groups->count;
	groups->groups[groups->count++] = (struct aspan_bind_replay_group){
		.id = FIRST_ID + *index,
		.name = copy,
		.tags = tags,
		.process = place->process,
		.origin = *place->origin,
	};
	groups->groups[*index].origin.procname = NULL;
	return 0;
}

static int find_by_tags(struct aspan_bind_groups *groups, const struct aspan_bind_spec *spec,
			const struct aspan_bind_groups_place *place,
			char (*texts)[ASPAN_BIND_TEXT_BYTES], const char *label, uint32_t *group)
{
	const char *name;
	char *tags = describe(spec, texts, label, &name);
	int result = 0;

	if (!tags) {
		return -ENOMEM;
	}
	*group = aspan_text_map_find(&groups->by_tags, place->process, tags);
	if (*group != NONE) {
		free(tags);
		return 0;
	}
	result = add_group(groups, place, name, tags, group);
	if (result) {
		free(tags);
	}
	return result;
}

/* All values in one text; a label is part of it, so that another label is another group. */
static char *join(size_t count, char (*texts)[ASPAN_BIND_TEXT_BYTES], const char *label)
{
	char *joined = malloc((count + 1) * ASPAN_BIND_TEXT_BYTES + 1);
	char *at = joined;

	if (!joined) {
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		at = stpcpy(at, texts[i]);
		*at++ = SEPARATOR;
	}
	stpcpy(at, label ? label : "");
	return joined;
}

static int find_other(struct aspan_bind_groups *groups, const struct aspan_bind_spec *spec,
		      const struct aspan_bind_groups_place *place, uint32_t *group)
{
	char texts[ASPAN_BIND_INPUTS_MAX][ASPAN_BIND_TEXT_BYTES];
	size_t first_tag = spec->name.text ? 0 : 1;

	for (size_t i = 0; i < spec->input_count; i++) {
		/* No value, so not the name either. */
		aspan_bind_text_of_string(texts[i], i < first_tag ? "" : ASPAN_BIND_OTHER);
	}
	return find_by_tags(groups, spec, place, texts, NULL, group);
}

/* A group for values that were not there before. */
static int find_new(struct aspan_bind_groups *groups, const struct aspan_bind_spec *spec,
		    const struct aspan_bind_groups_place *place,
		    char (*texts)[ASPAN_BIND_TEXT_BYTES], const char *label, const char *joined,
		    uint32_t *group)
{
	uint32_t count = get_count(groups, place, COUNT_KEY);
	int result = find_by_tags(groups, spec, place, texts, label, group);

	if (!result) {
		result = aspan_text_map_set(&groups->by_values, scope_of(place), joined, *group);
	}
	return result ? result : set_count(groups, place, COUNT_KEY, count + 1);
}

int aspan_bind_groups_find(struct aspan_bind_groups *groups, const struct aspan_bind_spec *spec,
			   const struct aspan_bind_groups_place *place,
			   char (*texts)[ASPAN_BIND_TEXT_BYTES], const char *symbol,
			   uint32_t *group, bool *is_other)
{
	const char *label = symbol ? symbol : find_label(groups, spec, place, texts);
	char *joined = join(spec->input_count, texts, label);
	int result = 0;

	*is_other = false;
	if (!joined) {
		return -ENOMEM;
	}
	*group = aspan_text_map_find(&groups->by_values, scope_of(place), joined);
	if (*group == NONE) {
		*is_other = spec->input_count > 0 &&
			    get_count(groups, place, COUNT_KEY) >= spec->groups_max;
		result = *is_other ? find_other(groups, spec, place, group) :
				     find_new(groups, spec, place, texts, label, joined, group);
	}
	free(joined);
	return result;
}
