/* SPDX-License-Identifier: MIT */
/*
 * See thread-table.h.
 */
#include "thread-table.h"

#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE ASPAN_ID_MAP_NONE
/* A hostile trace could enter spans for ever. What is open longest is forgotten first. */
#define OPEN_MAX 4096

int aspan_thread_table_init(struct aspan_thread_table *table)
{
	*table = (struct aspan_thread_table){ .last_thread = NONE };
	return aspan_span_tree_init(&table->tree);
}

void aspan_thread_table_fini(struct aspan_thread_table *table)
{
	for (size_t i = 0; i < table->thread_count; i++) {
		free(table->threads[i].name);
		free(table->threads[i].open);
	}
	for (size_t i = 0; i < table->process_count; i++) {
		aspan_id_map_fini(&table->processes[i].threads);
		aspan_id_map_fini(&table->processes[i].span_names);
	}
	free(table->threads);
	free(table->processes);
	aspan_span_tree_fini(&table->tree);
	*table = (struct aspan_thread_table){ 0 };
}

static int note_name(struct aspan_thread *thread, const char *name)
{
	char *copy;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): it was found or made */
	if (!name || (thread->name && strcmp(thread->name, name) == 0)) {
		return 0;
	}
	copy = strdup(name);
	if (!copy) {
		return -ENOMEM;
	}
	free(thread->name);
	thread->name = copy;
	return 0;
}

static int add_processes(struct aspan_thread_table *table, uint32_t process)
{
	while (table->process_count <= process) {
		if (!ASPAN_ARRAY_APPEND(table, processes, process)) {
			return -ENOMEM;
		}
	}
	return 0;
}

static int add_thread(struct aspan_thread_table *table, uint32_t process, uint64_t vtid,
		      uint32_t *index)
{
	struct aspan_thread *thread = ASPAN_ARRAY_APPEND(table, threads, thread);
	int result;

	if (!thread) {
		return -ENOMEM;
	}
	thread->process = process;
	thread->vtid = vtid;
	thread->place = NONE;
	*index = (uint32_t) (table->thread_count - 1);
	result = aspan_id_map_set(&table->processes[process].threads, vtid, *index);
	table->thread_count -= result != 0;
	return result;
}

int aspan_thread_table_find(struct aspan_thread_table *table, uint32_t process,
			    const struct aspan_origin *origin, uint32_t *index)
{
	const struct aspan_thread *last =
		table->last_thread != NONE ? &table->threads[table->last_thread] : NULL;
	int result = 0;

	if (last && last->process == process && last->vtid == origin->vtid) {
		*index = table->last_thread;
		return note_name(&table->threads[*index], origin->procname);
	}
	if (process >= table->process_count) {
		result = add_processes(table, process);
		if (result) {
			return result;
		}
	}
	*index = aspan_id_map_find(&table->processes[process].threads, origin->vtid);
	if (*index == NONE) {
		result = add_thread(table, process, origin->vtid, index);
	}
	if (result) {
		return result;
	}
	table->last_thread = *index;
	return note_name(&table->threads[*index], origin->procname);
}

/* Where the span is on the thread's stack, the innermost of several; or -1. */
static ssize_t find_open(const struct aspan_thread *thread, uint64_t span_id)
{
	for (size_t i = thread->open_count; i-- > 0;) {
		if (thread->open[i].span_id == span_id) {
			return (ssize_t) i;
		}
	}
	return -1;
}

static void remove_open(struct aspan_thread *thread, size_t index)
{
	thread->open_count--;
	memmove(&thread->open[index], &thread->open[index + 1],
		(thread->open_count - index) * sizeof(*thread->open));
}

static int push(struct aspan_thread_table *table, struct aspan_thread *thread, uint64_t span_id,
		uint32_t name, uint64_t enter_ns)
{
	uint32_t parent = thread->open_count ? thread->open[thread->open_count - 1].node :
					       ASPAN_NODE_ROOT;
	struct aspan_open_span *added;
	uint32_t node;
	int result = aspan_span_tree_find(&table->tree, parent, name, &node);

	if (result) {
		return result;
	}
	if (thread->open_count == OPEN_MAX) {
		remove_open(thread, 0);
	}
	added = ASPAN_ARRAY_APPEND(thread, open, open);
	if (!added) {
		return -ENOMEM;
	}
	*added = (struct aspan_open_span){ .span_id = span_id, .node = node, .enter_ns = enter_ns };
	return 0;
}

static uint32_t find_name(const struct aspan_thread_table *table, uint32_t process,
			  uint64_t span_id)
{
	/* NONE is ASPAN_NAME_UNKNOWN. */
	return aspan_id_map_find(&table->processes[process].span_names, span_id);
}

static int note_span_name(struct aspan_thread_table *table, uint32_t process,
			  const struct aspan_event *event, uint32_t *name)
{
	int result = aspan_names_intern(&table->tree.names, event->name, name);

	if (!result && find_name(table, process, event->span_id) != *name) {
		result = aspan_id_map_set(&table->processes[process].span_names, event->span_id,
					  *name);
	}
	return result;
}

/* Makes the stack end with the span that the thread was in: exits or enters of others were not recorded. */
static int follow_parent(struct aspan_thread_table *table, struct aspan_thread *thread,
			 uint64_t parent_span_id)
{
	ssize_t found;

	if (parent_span_id == 0) {
		thread->open_count = 0;
		return 0;
	}
	found = find_open(thread, parent_span_id);
	if (found >= 0) {
		thread->open_count = (size_t) found + 1;
		return 0;
	}
	thread->open_count = 0;
	return push(table, thread, parent_span_id,
		    find_name(table, thread->process, parent_span_id), 0);
}

int aspan_thread_table_enter(struct aspan_thread_table *table, uint32_t index,
			     const struct aspan_event *event)
{
	struct aspan_thread *thread = &table->threads[index];
	uint32_t name;
	int result = note_span_name(table, thread->process, event, &name);
	uint64_t top = thread->open_count ? thread->open[thread->open_count - 1].span_id : 0;

	if (!result && top != event->parent_span_id) {
		result = follow_parent(table, thread, event->parent_span_id);
	}
	return result ? result : push(table, thread, event->span_id, name, event->time_ns);
}

int aspan_thread_table_exit(struct aspan_thread_table *table, uint32_t index,
			    const struct aspan_event *event, uint64_t *entered_ns)
{
	struct aspan_thread *thread = &table->threads[index];
	ssize_t found = find_open(thread, event->span_id);
	uint32_t name;

	*entered_ns = found >= 0 ? thread->open[found].enter_ns : 0;
	if (found >= 0) {
		remove_open(thread, (size_t) found);
	}
	return note_span_name(table, thread->process, event, &name);
}

int aspan_thread_table_find_node(struct aspan_thread_table *table, uint32_t index, uint64_t span_id,
				 uint32_t *node)
{
	struct aspan_thread *thread = &table->threads[index];
	ssize_t found;

	*node = ASPAN_NODE_ROOT;
	if (span_id == 0) {
		return 0;
	}
	found = find_open(thread, span_id);
	if (found >= 0) {
		*node = thread->open[found].node;
		return 0;
	}
	return aspan_span_tree_find(&table->tree, ASPAN_NODE_ROOT,
				    find_name(table, thread->process, span_id), node);
}
