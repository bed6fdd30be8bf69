/* SPDX-License-Identifier: MIT */
/*
 * See group-span.h.
 */
#include "group-span.h"

#include <allocspan/span.h>
#include <allocspan/token.h>

#include <string.h>

#include "binding.h"
#include "lock.h"
#include "own-symbol.h"
#include "value.h"

_Static_assert(ASPAN_BIND_TEXT_BYTES == ALLOCSPAN_VALUE_MAX + 1, "a value fills a tag");
_Static_assert(ALLOCSPAN_NAME_MAX == ALLOCSPAN_VALUE_MAX, "a value can be a name");
_Static_assert(ASPAN_BIND_TAGS_MAX + 1 <= ALLOCSPAN_TAGS_MAX, "one more for the label");

struct description {
	const char *name;
	size_t tag_count;
	struct allocspan_tag tags[ALLOCSPAN_TAGS_MAX];
	char texts[ASPAN_BIND_INPUTS_MAX][ASPAN_BIND_TEXT_BYTES];
	char label[ASPAN_BIND_TEXT_BYTES];
};

static void add_label(struct description *description, const struct allocspan_binding *binding)
{
	description->tags[description->tag_count++] = (struct allocspan_tag){
		.key = binding->spec.label_name.names[0],
		.value = description->label,
	};
}

static void describe_label(struct description *description, struct allocspan_binding *binding,
			   const struct aspan_bind_point *point,
			   const struct aspan_bind_values *values)
{
	struct aspan_bind_lock lock = aspan_bind_lock_take(ASPAN_BIND_LOCK_GROUPS);
	const char *label = aspan_bind_label_find(
		&binding->labels,
		aspan_bind_reader_is_string(&point->readers[binding->spec.by_input]),
		values->of[binding->spec.by_input]);

	if (label) {
		memcpy(description->label, label, strlen(label) + 1);
		add_label(description, binding);
	}
	aspan_bind_lock_give(&lock);
}

static void describe(struct description *description, struct allocspan_binding *binding,
		     const struct aspan_bind_point *point, const struct aspan_bind_values *values)
{
	const struct aspan_bind_spec *spec = &binding->spec;
	size_t input = 0;

	description->texts[0][0] = '\0';
	for (size_t i = 0; i < point->reader_count; i++) {
		if (values) {
			aspan_bind_value_text(description->texts[i], &point->readers[i],
					      values->of[i]);
		} else {
			aspan_bind_text_of_string(description->texts[i], ASPAN_BIND_OTHER);
		}
	}
	description->name = spec->name.text;
	if (!description->name) {
		description->name = values && *description->texts[input] ?
					    description->texts[input] :
					    spec->default_name;
		input++;
	}
	description->tag_count = 0;
	for (size_t i = 0; i < spec->tag_count; i++) {
		description->tags[description->tag_count++] = (struct allocspan_tag){
			.key = spec->tags[i].key,
			.value = spec->tags[i].value.text ? spec->tags[i].value.text :
							    description->texts[input++],
		};
	}
	if (spec->label.name && values) {
		describe_label(description, binding, point, values);
	}
	if (spec->has_symbol && values &&
	    aspan_bind_own_symbol_text(description->label, values->of[spec->by_input])) {
		add_label(description, binding);
	}
}

struct allocspan_span *aspan_bind_group_make_span(struct allocspan_binding *binding,
						  const struct aspan_bind_point *point,
						  const struct aspan_bind_values *values)
{
	struct description description;
	struct allocspan_token *token;
	struct allocspan_span *span;

	describe(&description, binding, point, values);
	token = allocspan_token_intern(description.name, description.tags, description.tag_count);
	span = token ? allocspan_span_create(description.name) : NULL;
	if (span) {
		allocspan_span_attach(span, token);
	}
	/* The span has its own reference. */
	allocspan_token_release(token);
	return span;
}
