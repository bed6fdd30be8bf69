/* SPDX-License-Identifier: MIT */
/*
 * What is in a trace, by counting its events with libbabeltrace2.
 */
#include "record-count.h"
#include "record-count-graph.h"
#include "record-signals.h"
#include "terminal.h"

#include "array.h"
#include "id-map.h"

#include <babeltrace2/babeltrace.h>

#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPEN_FILES_OF_NFTW 16
#define PATIENCE_S 2

struct counting {
	struct aspan_record_counts *counts;
	struct aspan_id_map thread_map; /* of packed events: from process and thread */
	uint64_t *next_indexes; /* by thread: the number of its next record, if none is missing */
	size_t thread_count;
	bt_message_iterator *iterator;
	time_t started;
	bool has_said_so;
	bool is_interrupted;
};

/* nftw() gives its callback no argument. */
static bt_value *found_directories;

static int find_metadata(const char *path, const struct stat *status, int type,
			 struct FTW *position)
{
	char *directory;

	/* Of a process that ended while LTTng set it up it is empty. */
	if (type != FTW_F || strcmp(path + position->base, "metadata") != 0 ||
	    status->st_size == 0) {
		return 0;
	}
	directory = strndup(path, (size_t) position->base - 1);
	if (directory) {
		bt_value_array_append_string_element(found_directories, directory);
	}
	free(directory);
	return 0;
}

/* A number of the event; 0 if it is missing. */
static uint64_t get_number(const bt_event *event, const char *name)
{
	const bt_field *field = bt_field_structure_borrow_member_field_by_name_const(
		bt_event_borrow_payload_field_const(event), name);
	bt_field_class_type type = field ? bt_field_get_class_type(field) : 0;

	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER)) {
		return bt_field_integer_unsigned_get_value(field);
	}
	return bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER) ?
		       (uint64_t) bt_field_integer_signed_get_value(field) :
		       0;
}

/* The place of the thread's next index, which is `first_index` for a new one; NULL without memory. */
static uint64_t *find_next_index(struct counting *counting, uint64_t thread, uint64_t first_index)
{
	uint32_t index = aspan_id_map_find(&counting->thread_map, thread);
	uint64_t *grown;

	if (index != ASPAN_ID_MAP_NONE) {
		return &counting->next_indexes[index];
	}
	index = (uint32_t) counting->thread_count;
	grown = reallocarray(counting->next_indexes, counting->thread_count + 1, sizeof(*grown));
	if (!grown) {
		return NULL;
	}
	counting->next_indexes = grown;
	if (aspan_id_map_set(&counting->thread_map, thread, index) < 0) {
		return NULL;
	}
	counting->thread_count++;
	grown[index] = first_index;
	return &grown[index];
}

/* As the report does: lib/analysis/packed-queue.c. */
static void count_packed(struct counting *counting, const bt_event *event)
{
	uint64_t records = get_number(event, "record_count");
	uint64_t first_index = get_number(event, "record_index");
	uint64_t thread = get_number(event, "vpid") << 32 | (uint32_t) get_number(event, "vtid");
	uint64_t *next_index = find_next_index(counting, thread, first_index);

	counting->counts->allocations += records;
	counting->counts->packed_records += records;
	if (next_index) {
		if (first_index > *next_index) {
			counting->counts->missing_records += first_index - *next_index;
		}
		*next_index = first_index + records;
	}
}

/* A process may end twice: an exec that fails takes back the first. */
static void count_end(struct counting *counting, const bt_event *event)
{
	struct aspan_record_counts *counts = counting->counts;
	int32_t vpid = (int32_t) get_number(event, "vpid");
	uint64_t start_ns = get_number(event, "start_time");
	uint64_t lost_count = get_number(event, "lost_count");
	struct aspan_record_loss *loss = NULL;

	counts->end_count++;
	for (size_t i = 0; i < counts->loss_count; i++) {
		if (counts->losses[i].vpid == vpid && counts->losses[i].start_ns == start_ns) {
			loss = &counts->losses[i];
		}
	}
	if (!loss && lost_count > 0) {
		loss = ASPAN_ARRAY_APPEND(counts, losses, loss);
	}
	if (loss) {
		*loss = (struct aspan_record_loss){ vpid, start_ns, lost_count };
	}
}

static void count_begin(struct counting *counting, const bt_event *event)
{
	struct aspan_record_begin *begin = ASPAN_ARRAY_APPEND(counting->counts, begins, begin);

	if (begin) {
		begin->vpid = (int32_t) get_number(event, "vpid");
		begin->start_ns = get_number(event, "start_time");
	}
}

/* More kinds than there is room for become one with the last. */
static void count_misuse(struct counting *counting, const bt_event *event)
{
	struct aspan_record_counts *counts = counting->counts;
	const bt_field *field = bt_field_structure_borrow_member_field_by_name_const(
		bt_event_borrow_payload_field_const(event), "what");
	const char *what = "";
	size_t i = 0;

	if (field && bt_field_get_class_type(field) == BT_FIELD_CLASS_TYPE_STRING) {
		what = bt_field_string_get_value(field);
	}
	counts->misuse_count++;
	while (i < ASPAN_RECORD_MISUSES - 1 && counts->misuses[i].count > 0 &&
	       strncmp(counts->misuses[i].what, what, sizeof(counts->misuses[i].what) - 1) != 0) {
		i++;
	}
	if (counts->misuses[i].count++ == 0) {
		snprintf(counts->misuses[i].what, sizeof(counts->misuses[i].what), "%s", what);
	}
}

static void count_event(struct counting *counting, const bt_message *message)
{
	struct aspan_record_counts *counts = counting->counts;
	const bt_event *event = bt_message_event_borrow_event_const(message);
	const char *name = bt_event_class_get_name(bt_event_borrow_class_const(event));

	counts->events++;
	if (!name) {
		return;
	}
	if (strcmp(name, "allocspan:alloc") == 0) {
		counts->allocations++;
	} else if (strcmp(name, "allocspan_packed:events") == 0) {
		count_packed(counting, event);
	} else if (strcmp(name, "allocspan:group_register") == 0) {
		counts->groups++;
	} else if (strcmp(name, "allocspan:misuse") == 0) {
		count_misuse(counting, event);
	} else if (strcmp(name, "allocspan:process_begin") == 0) {
		count_begin(counting, event);
	} else if (strcmp(name, "allocspan:process_end") == 0) {
		count_end(counting, event);
	}
}

static bt_graph_simple_sink_component_initialize_func_status
keep_iterator(bt_message_iterator *iterator, void *data)
{
	struct counting *counting = data;

	counting->iterator = iterator;
	return BT_GRAPH_SIMPLE_SINK_COMPONENT_INITIALIZE_FUNC_STATUS_OK;
}

static bool should_go_on(struct counting *counting)
{
	if (aspan_record_signals_interrupted(0)) {
		counting->is_interrupted = true;
		return false;
	}
	if (!counting->has_said_so && aspan_terminal_is_interactive(stderr) &&
	    time(NULL) - counting->started >= PATIENCE_S) {
		counting->has_said_so = true;
		aspan_terminal_note("counting the events; Ctrl-C skips that");
	}
	return true;
}

static bt_graph_simple_sink_component_consume_func_status count_batch(bt_message_iterator *iterator,
								      void *data)
{
	struct counting *counting = data;
	bt_message_array_const messages;
	uint64_t count;
	bt_message_iterator_next_status status;

	if (!should_go_on(counting)) {
		return BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_END;
	}
	status = bt_message_iterator_next(iterator, &messages, &count);
	if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK) {
		/* The numbers of both enumerations are the same. */
		return (bt_graph_simple_sink_component_consume_func_status) status;
	}
	for (uint64_t i = 0; i < count; i++) {
		if (bt_message_get_type(messages[i]) == BT_MESSAGE_TYPE_EVENT) {
			count_event(counting, messages[i]);
		}
		bt_message_put_ref(messages[i]);
	}
	return BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_OK;
}

int aspan_record_count(const char *directory, struct aspan_record_counts *counts)
{
	struct counting counting = { .counts = counts, .started = time(NULL) };
	const struct aspan_count_sink sink = { keep_iterator, count_batch, &counting };
	int ret = 0;

	*counts = (struct aspan_record_counts){ 0 };
	found_directories = bt_value_array_create();
	if (!found_directories) {
		return -ENOMEM;
	}
	nftw(directory, find_metadata, OPEN_FILES_OF_NFTW, FTW_PHYS);
	if (bt_value_array_get_length(found_directories) > 0) {
		ret = aspan_count_graph_run(found_directories, &sink);
		ret = ret == 0 && counting.is_interrupted ? -EINTR : ret;
	}
	bt_value_put_ref(found_directories);
	found_directories = NULL;
	aspan_id_map_fini(&counting.thread_map);
	free(counting.next_indexes);
	return ret;
}

void aspan_record_counts_fini(struct aspan_record_counts *counts)
{
	free(counts->losses);
	free(counts->begins);
	*counts = (struct aspan_record_counts){ 0 };
}
