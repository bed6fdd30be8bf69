/* SPDX-License-Identifier: MIT */
/*
 * See waiting-list.h.
 */
#include "waiting-list.h"

#include "waiting-events.h"
#include "waiting.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_CAPACITY 64

static void fini_item(struct aspan_waiting_item *item)
{
	free(item->groups);
	free(item->records);
	free(item->thread_name);
}

static void drop_from(struct aspan_waiting_list *list, size_t count)
{
	while (list->count > count) {
		fini_item(&list->items[--list->count]);
	}
}

void aspan_waiting_list_fini(struct aspan_waiting_list *list)
{
	drop_from(list, 0);
	free(list->items);
	*list = (struct aspan_waiting_list){ .items = NULL };
}

static bool make_room(struct aspan_waiting_list *list)
{
	size_t capacity = list->capacity ? 2 * list->capacity : MIN_CAPACITY;
	struct aspan_waiting_item *moved;

	if (list->count < list->capacity) {
		return true;
	}
	moved = reallocarray(list->items, capacity, sizeof(*moved));
	if (moved) {
		list->items = moved;
		list->capacity = capacity;
	}
	return moved;
}

static bool copy_strings(struct aspan_waiting_item *item, const struct aspan_packed_fields *event)
{
	item->groups = strndup(event->groups, event->groups_bytes);
	item->records = strndup(event->records, event->records_bytes);
	item->thread_name = strdup(event->thread_name);
	return item->groups && item->records && item->thread_name;
}

struct adding {
	struct aspan_waiting_list *list;
	const struct aspan_waiting_process *process;
};

static int add_event(void *data, const struct aspan_packed_fields *event)
{
	const struct adding *adding = data;
	struct aspan_waiting_list *list = adding->list;
	struct aspan_waiting_item *item;

	if (!make_room(list)) {
		return -ENOMEM;
	}
	item = &list->items[list->count++];
	*item = (struct aspan_waiting_item){ .event = *event, .pid_ns = adding->process->pid_ns };
	if (!copy_strings(item, event)) {
		return -ENOMEM;
	}
	item->event.groups = item->groups;
	item->event.records = item->records;
	item->event.thread_name = item->thread_name;
	return 0;
}

static int add_thread(void *data, const struct aspan_waiting_process *process,
		      const struct aspan_waiting_thread *thread)
{
	struct aspan_waiting_list *list = data;
	struct adding adding = { .list = list, .process = process };

	if (list->count == 0) {
		list->realtime_offset_ns = process->start_realtime_ns - process->start_ns;
	}
	return aspan_waiting_events_make(process, thread, add_event, &adding, &list->damaged_count);
}

int aspan_waiting_list_add(struct aspan_waiting_list *list, const char *path)
{
	struct aspan_ledger_error error = { "" };
	size_t count = list->count;
	int result = aspan_ledger_read_waiting(path, add_thread, list, &error);

	if (result) {
		drop_from(list, count);
		snprintf(list->error, sizeof(list->error), "%s", error.text);
	}
	return result;
}

static int compare(const void *left, const void *right)
{
	const struct aspan_packed_fields *a = &((const struct aspan_waiting_item *) left)->event;
	const struct aspan_packed_fields *b = &((const struct aspan_waiting_item *) right)->event;

	if (a->flush_ns != b->flush_ns) {
		return a->flush_ns < b->flush_ns ? -1 : 1;
	}
	/* Those of a thread stay in their order. */
	return a->record_index < b->record_index ? -1 : a->record_index > b->record_index;
}

void aspan_waiting_list_sort(struct aspan_waiting_list *list)
{
	if (list->count) {
		qsort(list->items, list->count, sizeof(list->items[0]), compare);
	}
}
