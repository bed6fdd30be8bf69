/* SPDX-License-Identifier: MIT */
/*
 * See tally-keys.h.
 */
#include "tally-keys.h"

#include "model.h"

#include <stdio.h>
#include <string.h>

#define NAME_KEY "group"

static int find_tag_value(struct aspan_tally *tally, const struct aspan_tags *tags, const char *key,
			  uint32_t *value)
{
	*value = ASPAN_KEY_INDEX_NONE;
	if (strcmp(key, NAME_KEY) == 0) {
		return tags->name ? aspan_names_intern(&tally->values, tags->name, value) : 0;
	}
	for (size_t i = 0; i < tags->tag_count; i++) {
		if (strcmp(tags->tags[i].key, key) == 0) {
			return aspan_names_intern(&tally->values, tags->tags[i].value, value);
		}
	}
	return 0;
}

static uint32_t get_span(const struct aspan_tally *tally, const struct aspan_place_key *place)
{
	uint32_t name;

	if (place->node == ASPAN_NODE_ROOT) {
		return ASPAN_KEY_INDEX_NONE;
	}
	name = tally->threads.tree.nodes[place->node].name;
	return name == ASPAN_NAME_UNKNOWN ? ASPAN_KEY_INDEX_UNSEEN : name;
}

static uint32_t get_callsite(const struct aspan_tally *tally, const struct aspan_place_key *place)
{
	return place->callsite == ASPAN_PLACE_NONE ? ASPAN_KEY_INDEX_NONE :
						     tally->callsites.entries[place->callsite].site;
}

static int find_value(struct aspan_tally *tally, const struct aspan_model *model,
		      const struct aspan_place_key *place, const struct aspan_breakdown_key *key,
		      uint32_t *value)
{
	const struct aspan_tally_group *group = &tally->groups[place->group];

	switch (key->dimension) {
	case ASPAN_BY_GROUP:
		*value = place->group;
		return 0;
	case ASPAN_BY_TAG:
		return find_tag_value(tally, &group->tags, key->tag_key, value);
	case ASPAN_BY_PROCESS:
		*value = model->groups[place->group].process;
		return 0;
	case ASPAN_BY_HOST:
		*value = group->host;
		return 0;
	default:
		break;
	}
	if (place->is_unseen) {
		*value = ASPAN_KEY_INDEX_UNSEEN;
	} else if (key->dimension == ASPAN_BY_SPAN) {
		*value = get_span(tally, place);
	} else if (key->dimension == ASPAN_BY_THREAD) {
		*value = place->thread;
	} else {
		*value = get_callsite(tally, place);
	}
	return 0;
}

static int add_to_breakdown(struct aspan_tally *tally, const struct aspan_model *model,
			    size_t breakdown, uint32_t place, uint64_t time_ns)
{
	const struct aspan_breakdown_question *question =
		&tally->breakdowns.breakdowns[breakdown].question;
	uint32_t keys[ASPAN_BREAKDOWN_KEYS_MAX] = { 0 };
	int result = 0;

	for (size_t i = 0; !result && i < question->key_count; i++) {
		result = find_value(tally, model, &tally->places.places[place].key,
				    &question->keys[i], &keys[i]);
	}
	return result ?
		       result :
		       aspan_breakdown_set_row(&tally->breakdowns, breakdown, place, keys, time_ns);
}

static int add_to_breakdowns(struct aspan_tally *tally, const struct aspan_model *model,
			     uint32_t place, uint64_t time_ns)
{
	int result = aspan_breakdown_table_add_place(&tally->breakdowns);

	for (size_t i = 0; !result && i < tally->breakdowns.count; i++) {
		result = add_to_breakdown(tally, model, i, place, time_ns);
	}
	return result;
}

int aspan_tally_find_place(struct aspan_tally *tally, const struct aspan_model *model,
			   const struct aspan_place_key *key, uint64_t time_ns, uint32_t *place)
{
	int result = aspan_place_table_find(&tally->places, key, place);

	return result > 0 ? add_to_breakdowns(tally, model, *place, time_ns) : result;
}

static bool has_breakdown(const struct aspan_tally *tally,
			  const struct aspan_breakdown_question *question)
{
	for (size_t i = 0; i < tally->breakdowns.count; i++) {
		if (aspan_breakdown_is_same(&tally->breakdowns.breakdowns[i].question, question)) {
			return true;
		}
	}
	return false;
}

int aspan_tally_add_found_tags(struct aspan_tally *tally, const struct aspan_tags *tags)
{
	int result = 0;

	for (size_t i = 0; !result && i < tags->tag_count; i++) {
		struct aspan_breakdown_question question = {
			.keys = { { .dimension = ASPAN_BY_TAG } },
			.key_count = 1,
		};

		/* A longer key is not of allocspan, and could not be asked for. */
		if (strlen(tags->tags[i].key) >= ASPAN_TAG_KEY_BYTES) {
			continue;
		}
		snprintf(question.keys[0].tag_key, ASPAN_TAG_KEY_BYTES, "%s", tags->tags[i].key);
		if (tally->breakdowns.count < tally->breakdowns.capacity &&
		    !has_breakdown(tally, &question)) {
			result = aspan_breakdown_table_add(&tally->breakdowns, &question);
		}
	}
	return result;
}
