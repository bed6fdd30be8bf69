/* SPDX-License-Identifier: MIT */
/*
 * The tally: what each event changes. The rules are in tally.h.
 */
#include "tally.h"

#include "tally-keys.h"
#include "tally-stacks.h"

#include "trace-kind.h"

#define NONE ASPAN_PLACE_NONE

/* Where the thread allocates now. */
static int find_key(struct aspan_tally *tally, uint32_t process, uint32_t thread,
		    const struct aspan_event *event, struct aspan_place_key *key)
{
	int result = 0;

	key->thread = tally->has_threads ? thread : NONE;
	if (tally->has_nodes) {
		result = aspan_thread_table_find_node(&tally->threads, thread, event->span_id,
						      &key->node);
	}
	return result || !tally->has_callsites ?
		       result :
		       aspan_tally_find_code(tally, process, thread, event, key);
}

static int find_place_of_thread(struct aspan_tally *tally, const struct aspan_model *model,
				struct aspan_thread *thread, const struct aspan_place_key *key,
				uint64_t time_ns, uint32_t *place)
{
	int result;

	if (thread->place != NONE && thread->group == key->group && thread->node == key->node &&
	    thread->callsite == key->callsite && thread->stack == key->stack) {
		*place = thread->place;
		return 0;
	}
	result = aspan_tally_find_place(tally, model, key, time_ns, place);
	thread->group = key->group;
	thread->node = key->node;
	thread->callsite = key->callsite;
	thread->stack = key->stack;
	thread->place = *place;
	return result;
}

static int follow_growth(struct aspan_tally *tally, struct aspan_thread *thread,
			 const struct aspan_event *event, struct aspan_block_note *note)
{
	int result = 0;

	if (!thread->moving.is_there) {
		return 0;
	}
	if (event->kind == ASPAN_KIND_REALLOC) {
		result = aspan_chain_step(&tally->chains, &tally->places.places[note->place].growth,
					  &thread->moving, event->address, event->size_bytes,
					  &note->chain);
	} else {
		aspan_chain_release(&tally->chains, thread->moving.chain);
	}
	thread->moving.is_there = false;
	return result;
}

int aspan_tally_place_block(struct aspan_tally *tally, const struct aspan_model *model,
			    uint32_t process, const struct aspan_event *event,
			    struct aspan_block *block)
{
	struct aspan_place_key key = {
		.group = block->group, .node = NONE, .thread = NONE, .callsite = NONE
	};
	struct aspan_block_note *note = &block->note;
	struct aspan_thread *thread;
	int result =
		aspan_thread_table_find(&tally->threads, process, &event->origin, &note->thread);

	note->time_ns = event->time_ns;
	result = result ? result : find_key(tally, process, note->thread, event, &key);
	if (result) {
		return result;
	}
	thread = &tally->threads.threads[note->thread];
	result = find_place_of_thread(tally, model, thread, &key, event->time_ns, &note->place);
	return result ? result : follow_growth(tally, thread, event, note);
}

/* Of any size, without an overflow. */
static int64_t minus(uint64_t size_bytes)
{
	return (int64_t) (0 - size_bytes);
}

static int change(struct aspan_tally *tally, uint32_t place, int64_t count, int64_t bytes,
		  uint64_t time_ns)
{
	struct aspan_live *live = &tally->places.places[place].live;
	int result = aspan_breakdown_change(&tally->breakdowns, place, live->bytes, bytes, time_ns);

	live->count += count;
	live->bytes = (int64_t) ((uint64_t) live->bytes + (uint64_t) bytes);
	return result;
}

int aspan_tally_alloc(struct aspan_tally *tally, const struct aspan_event *event,
		      const struct aspan_block *block)
{
	struct aspan_place *place = &tally->places.places[block->note.place];
	struct aspan_thread *thread = &tally->threads.threads[block->note.thread];
	int result = aspan_breakdown_advance(&tally->breakdowns, event->time_ns);

	place->counts.alloc_count++;
	place->counts.alloc_bytes += block->size_bytes;
	thread->has_last_alloc = true;
	thread->last_alloc = block->address;
	if (!result && aspan_questions_want(&tally->questions, ASPAN_SHOW_SIZES)) {
		result = aspan_histogram_add(&place->sizes, block->size_bytes, block->size_bytes);
	}
	return result ? result :
			change(tally, block->note.place, 1, (int64_t) block->size_bytes,
			       event->time_ns);
}

static void add_block(struct aspan_blocks *blocks, uint64_t size_bytes)
{
	blocks->count++;
	blocks->bytes += size_bytes;
}

/* Ends the period in which the block was its thread's last allocation; was it still that? */
static bool take_last_alloc(struct aspan_thread *thread, uint64_t address)
{
	bool was_last = thread->has_last_alloc && thread->last_alloc == address;

	thread->has_last_alloc &= !was_last;
	return was_last;
}

static int count_life(struct aspan_tally *tally, struct aspan_place *place,
		      const struct aspan_event *event, const struct aspan_block *block,
		      uint32_t freeing_thread)
{
	uint64_t life_ns = event->time_ns - block->note.time_ns;
	bool was_last =
		take_last_alloc(&tally->threads.threads[block->note.thread], block->address);

	if (event->kind != ASPAN_KIND_REALLOC &&
	    (was_last ||
	     (tally->questions.temporary_ns && life_ns <= tally->questions.temporary_ns))) {
		add_block(&place->temporary, block->size_bytes);
	}
	if (freeing_thread != block->note.thread) {
		add_block(&place->other_thread_frees, block->size_bytes);
	}
	return aspan_questions_want(&tally->questions, ASPAN_SHOW_LIFETIMES) ?
		       aspan_histogram_add(&place->lifetimes, life_ns, block->size_bytes) :
		       0;
}

/* What is the same whether or not the block was seen allocated. */
static int count_free(struct aspan_tally *tally, struct aspan_place *place,
		      const struct aspan_event *event)
{
	place->counts.free_count++;
	place->counts.free_bytes += event->size_bytes;
	if (event->current_group_id == event->group_id) {
		return 0;
	}
	add_block(&place->foreign_frees, event->size_bytes);
	return aspan_questions_want(&tally->questions, ASPAN_SHOW_HANDOVER) ?
		       aspan_handover_note(&tally->handover, place->key.group,
					   event->current_group_id, event->size_bytes) :
		       0;
}

/* realloc() takes the block from the thread; the next alloc gives it back. */
static void begin_move(struct aspan_tally *tally, uint32_t index, const struct aspan_event *event,
		       uint32_t chain)
{
	struct aspan_thread *thread = &tally->threads.threads[index];

	thread->pending.is_there = false;
	if (thread->moving.is_there) {
		aspan_chain_release(&tally->chains, thread->moving.chain);
		thread->moving.is_there = false;
	}
	if (event->kind != ASPAN_KIND_REALLOC ||
	    !aspan_questions_want(&tally->questions, ASPAN_SHOW_GROWTH)) {
		aspan_chain_release(&tally->chains, chain);
		return;
	}
	thread->moving = (struct aspan_moving_block){
		.is_there = true,
		.chain = chain,
		.address = event->address,
		.size_bytes = event->size_bytes,
	};
}

int aspan_tally_free(struct aspan_tally *tally, uint32_t process, const struct aspan_event *event,
		     const struct aspan_block *block)
{
	struct aspan_place *place = &tally->places.places[block->note.place];
	uint32_t thread;
	int result = aspan_thread_table_find(&tally->threads, process, &event->origin, &thread);

	result = result ? result : aspan_breakdown_advance(&tally->breakdowns, event->time_ns);
	result = result ? result : count_free(tally, place, event);
	result = result ? result : count_life(tally, place, event, block, thread);
	if (result) {
		return result;
	}
	begin_move(tally, thread, event, block->note.chain);
	return change(tally, block->note.place, -1, minus(block->size_bytes), event->time_ns);
}

int aspan_tally_free_orphan(struct aspan_tally *tally, uint32_t process,
			    const struct aspan_event *event, uint32_t group,
			    const struct aspan_live *step)
{
	uint32_t unseen = tally->groups[group].unseen_place;
	uint32_t thread;
	int result = aspan_thread_table_find(&tally->threads, process, &event->origin, &thread);

	result = result ? result : aspan_breakdown_advance(&tally->breakdowns, event->time_ns);
	result = result ? result : count_free(tally, &tally->places.places[unseen], event);
	/* Until now it lived beside the others. */
	if (!result && step->count) {
		result = change(tally, unseen, step->count, step->bytes, event->time_ns);
	}
	if (result) {
		return result;
	}
	begin_move(tally, thread, event, ASPAN_CHAIN_NONE);
	return change(tally, unseen, -1, minus(event->size_bytes), event->time_ns);
}

int aspan_tally_free_inherited(struct aspan_tally *tally, uint32_t process,
			       const struct aspan_event *event, uint32_t group)
{
	struct aspan_place *unseen = &tally->places.places[tally->groups[group].unseen_place];
	uint32_t thread;
	int result = aspan_thread_table_find(&tally->threads, process, &event->origin, &thread);

	result = result ? result : aspan_breakdown_advance(&tally->breakdowns, event->time_ns);
	result = result ? result : count_free(tally, unseen, event);
	if (!result) {
		begin_move(tally, thread, event, ASPAN_CHAIN_NONE);
	}
	return result;
}

int aspan_tally_infer_free(struct aspan_tally *tally, const struct aspan_block *block,
			   bool is_counted, uint64_t time_ns)
{
	struct aspan_place *place = &tally->places.places[block->note.place];
	int result = aspan_breakdown_advance(&tally->breakdowns, time_ns);

	take_last_alloc(&tally->threads.threads[block->note.thread], block->address);
	aspan_chain_release(&tally->chains, block->note.chain);
	if (!result) {
		result = change(tally, block->note.place, -1, minus(block->size_bytes), time_ns);
	}
	if (is_counted) {
		place->counts.free_count++;
		place->counts.free_bytes += block->size_bytes;
		return result;
	}
	return result ? result :
			change(tally, tally->groups[block->group].unseen_place, 1,
			       (int64_t) block->size_bytes, time_ns);
}

int aspan_tally_step(struct aspan_tally *tally, uint32_t group, const struct aspan_live *step,
		     uint64_t time_ns)
{
	int result = aspan_breakdown_advance(&tally->breakdowns, time_ns);

	return result ? result :
			change(tally, tally->groups[group].unseen_place, step->count, step->bytes,
			       time_ns);
}

static bool follows_spans(const struct aspan_tally *tally)
{
	return tally->has_nodes || aspan_questions_want(&tally->questions, ASPAN_SHOW_SPANS);
}

int aspan_tally_span_enter(struct aspan_tally *tally, uint32_t process,
			   const struct aspan_event *event)
{
	uint32_t thread;
	int result;

	if (!follows_spans(tally)) {
		return 0;
	}
	result = aspan_thread_table_find(&tally->threads, process, &event->origin, &thread);
	return result ? result : aspan_thread_table_enter(&tally->threads, thread, event);
}

int aspan_tally_span_exit(struct aspan_tally *tally, uint32_t process,
			  const struct aspan_event *event)
{
	struct aspan_span_entry entry = { .exit_ns = event->time_ns, .counts = event->counts };
	int result;

	if (!follows_spans(tally)) {
		return 0;
	}
	result = aspan_thread_table_find(&tally->threads, process, &event->origin, &entry.thread);
	if (!result) {
		result = aspan_thread_table_exit(&tally->threads, entry.thread, event,
						 &entry.enter_ns);
	}
	if (result || !aspan_questions_want(&tally->questions, ASPAN_SHOW_SPANS)) {
		return result;
	}
	result = aspan_names_intern(&tally->threads.tree.names, event->name, &entry.name);
	return result ? result : aspan_span_totals_note(&tally->spans, &entry);
}
