/* SPDX-License-Identifier: MIT */
/*
 * See tally.h.
 */
#include "tally.h"

#include "array.h"
#include "model.h"
#include "tally-keys.h"

#include <errno.h>
#include <stdlib.h>

#define NONE ASPAN_PLACE_NONE

static bool has_dimension(const struct aspan_questions *questions, enum aspan_dimension dimension)
{
	for (size_t i = 0; i < questions->breakdown_count; i++) {
		for (size_t k = 0; k < questions->breakdowns[i].key_count; k++) {
			if (questions->breakdowns[i].keys[k].dimension == dimension) {
				return true;
			}
		}
	}
	return false;
}

static bool asks_for_group(const struct aspan_breakdown_question *question)
{
	return question->key_count == 1 && question->keys[0].dimension == ASPAN_BY_GROUP;
}

bool aspan_tally_is_needed(const struct aspan_questions *questions)
{
	for (size_t i = 0; i < questions->breakdown_count; i++) {
		if (!asks_for_group(&questions->breakdowns[i])) {
			return true;
		}
	}
	/* Rates follow from what groups count. */
	return (questions->extras & ~(1U << ASPAN_SHOW_RATES)) || questions->wants_found_tags ||
	       questions->temporary_ns || questions->sort == ASPAN_SORT_TEMPORARY ||
	       questions->sort == ASPAN_SORT_LEAKED;
}

static int init(struct aspan_tally *tally, const struct aspan_questions *questions)
{
	/* Who made up a peak, and what leaks: where that was allocated says most. */
	bool wants_places = aspan_questions_want(questions, ASPAN_SHOW_PEAK) ||
			    aspan_questions_want(questions, ASPAN_SHOW_LEAKS);
	int result;

	tally->questions = *questions;
	tally->has_nodes = wants_places || has_dimension(questions, ASPAN_BY_SPAN);
	tally->has_threads = has_dimension(questions, ASPAN_BY_THREAD);
	tally->has_stacks = aspan_questions_want(questions, ASPAN_SHOW_STACKS);
	tally->has_callsites = wants_places || tally->has_stacks ||
			       has_dimension(questions, ASPAN_BY_CALLSITE);
	tally->callsites.last = NONE;
	result = aspan_thread_table_init(&tally->threads);
	result = result ? result : aspan_breakdown_table_init(&tally->breakdowns, questions);
	return result ? result :
			aspan_span_totals_init(&tally->spans,
					       questions->top ? questions->top : ASPAN_DEFAULT_TOP);
}

struct aspan_tally *aspan_tally_create(const struct aspan_questions *questions)
{
	struct aspan_tally *tally = calloc(1, sizeof(*tally));

	if (tally && init(tally, questions)) {
		aspan_tally_destroy(tally);
		return NULL;
	}
	return tally;
}

void aspan_tally_destroy(struct aspan_tally *tally)
{
	if (!tally) {
		return;
	}
	for (size_t i = 0; i < tally->group_count; i++) {
		aspan_tags_fini(&tally->groups[i].tags);
	}
	free(tally->groups);
	aspan_thread_table_fini(&tally->threads);
	aspan_callsite_table_fini(&tally->callsites);
	aspan_call_tree_fini(&tally->calls);
	aspan_objects_fini(&tally->objects);
	aspan_place_table_fini(&tally->places);
	aspan_breakdown_table_fini(&tally->breakdowns);
	aspan_names_fini(&tally->values);
	aspan_chain_pool_fini(&tally->chains);
	aspan_handover_fini(&tally->handover);
	aspan_span_totals_fini(&tally->spans);
	free(tally);
}

static int take_group(struct aspan_tally *tally, const struct aspan_model *model, uint64_t time_ns)
{
	uint32_t index = (uint32_t) tally->group_count;
	const struct aspan_group *source = &model->groups[index];
	const char *hostname = model->traces[model->processes[source->process].trace].hostname;
	const struct aspan_place_key unseen = {
		.group = index, .node = NONE, .thread = NONE, .callsite = NONE, .is_unseen = true
	};
	struct aspan_tally_group *group = ASPAN_ARRAY_APPEND(tally, groups, group);
	int result;

	if (!group) {
		return -ENOMEM;
	}
	group->host = ASPAN_KEY_INDEX_NONE;
	result = aspan_tags_parse(source->tags, &group->tags);
	if (result == -ENOMEM) {
		return result;
	}
	result = hostname ? aspan_names_intern(&tally->values, hostname, &group->host) : 0;
	if (!result && tally->questions.wants_found_tags) {
		result = aspan_tally_add_found_tags(tally, &group->tags);
	}
	return result ?
		       result :
		       aspan_tally_find_place(tally, model, &unseen, time_ns, &group->unseen_place);
}

int aspan_tally_take_groups(struct aspan_tally *tally, const struct aspan_model *model,
			    uint64_t time_ns)
{
	int result = 0;

	while (!result && tally->group_count < model->group_count) {
		result = take_group(tally, model, time_ns);
	}
	return result;
}

static void note_never_freed(const struct aspan_block *block, void *data)
{
	struct aspan_tally *tally = data;

	if (block->note.time_ns >= tally->window_begin_ns) {
		aspan_place_note_never_freed(&tally->places.places[block->note.place],
					     block->size_bytes, block->note.time_ns);
	}
}

void aspan_tally_note_gone(struct aspan_tally *tally, const struct aspan_block_map *blocks)
{
	aspan_block_map_visit(blocks, note_never_freed, tally);
}

int aspan_tally_begin_window(struct aspan_tally *tally, uint64_t time_ns)
{
	tally->window_begin_ns = time_ns;
	for (size_t i = 0; i < tally->places.place_count; i++) {
		aspan_place_clear(&tally->places.places[i]);
	}
	aspan_handover_fini(&tally->handover);
	aspan_span_totals_clear(&tally->spans);
	return aspan_breakdown_begin_window(&tally->breakdowns, time_ns);
}
