/* SPDX-License-Identifier: MIT */
/*
 * What is in a trace, by counting its events with libbabeltrace2.
 *
 * A graph: a CTF reader for each directory that holds a `metadata` file (LTTng makes one a user and word size), the
 * muxer that makes one stream of their ports, and a sink that counts.
 */
#include "record-count.h"
#include "record-signals.h"
#include "terminal.h"

#include "id-map.h"

#include <babeltrace2/babeltrace.h>

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
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

	(void) status;
	if (type != FTW_F || strcmp(path + position->base, "metadata") != 0) {
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

static const bt_component_source *add_reader(bt_graph *graph, const bt_plugin *plugin,
					     const char *directory, uint64_t number)
{
	const bt_component_source *reader = NULL;
	bt_value *parameters = bt_value_map_create();
	bt_value *inputs = bt_value_array_create();
	char name[32];

	snprintf(name, sizeof(name), "reader-%" PRIu64, number);
	if (parameters && inputs &&
	    bt_value_array_append_string_element(inputs, directory) ==
		    BT_VALUE_ARRAY_APPEND_ELEMENT_STATUS_OK &&
	    bt_value_map_insert_entry(parameters, "inputs", inputs) ==
		    BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK) {
		bt_graph_add_source_component(
			graph, bt_plugin_borrow_source_component_class_by_name_const(plugin, "fs"),
			name, parameters, BT_LOGGING_LEVEL_NONE, &reader);
	}
	bt_value_put_ref(parameters);
	bt_value_put_ref(inputs);
	return reader;
}

static const bt_component_filter *add_muxer(bt_graph *graph)
{
	const bt_plugin *plugin = NULL;
	const bt_component_filter *muxer = NULL;

	bt_plugin_find("utils", BT_FALSE, BT_FALSE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	if (plugin) {
		bt_graph_add_filter_component(
			graph,
			bt_plugin_borrow_filter_component_class_by_name_const(plugin, "muxer"),
			"muxer", NULL, BT_LOGGING_LEVEL_NONE, &muxer);
	}
	bt_plugin_put_ref(plugin);
	return muxer;
}

/* The muxer grows a new input port for each that is taken. */
static bool connect_reader(bt_graph *graph, const bt_component_source *reader,
			   const bt_component_filter *muxer)
{
	uint64_t count = bt_component_source_get_output_port_count(reader);
	uint64_t taken = bt_component_filter_get_input_port_count(muxer) - 1;

	for (uint64_t i = 0; i < count; i++) {
		if (bt_graph_connect_ports(
			    graph, bt_component_source_borrow_output_port_by_index_const(reader, i),
			    bt_component_filter_borrow_input_port_by_index_const(muxer, taken + i),
			    NULL) != BT_GRAPH_CONNECT_PORTS_STATUS_OK) {
			return false;
		}
	}
	return true;
}

/* A reader takes one trace, and each directory is one. */
static bool add_readers(bt_graph *graph, const bt_component_filter *muxer,
			const bt_value *directories)
{
	uint64_t count = bt_value_array_get_length(directories);
	const bt_plugin *plugin = NULL;
	bool is_done;

	bt_plugin_find("ctf", BT_FALSE, BT_FALSE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	is_done = plugin != NULL;
	for (uint64_t i = 0; is_done && i < count; i++) {
		const bt_value *directory =
			bt_value_array_borrow_element_by_index_const(directories, i);
		const bt_component_source *reader =
			add_reader(graph, plugin, bt_value_string_get(directory), i);

		is_done = reader && connect_reader(graph, reader, muxer);
	}
	bt_plugin_put_ref(plugin);
	return is_done;
}

static bool add_counter(bt_graph *graph, const bt_component_filter *muxer,
			struct counting *counting)
{
	const bt_component_sink *sink = NULL;

	return bt_graph_add_simple_sink_component(graph, "counter", keep_iterator, count_batch,
						  NULL, counting,
						  &sink) == BT_GRAPH_ADD_COMPONENT_STATUS_OK &&
	       bt_graph_connect_ports(
		       graph, bt_component_filter_borrow_output_port_by_index_const(muxer, 0),
		       bt_component_sink_borrow_input_port_by_index_const(sink, 0),
		       NULL) == BT_GRAPH_CONNECT_PORTS_STATUS_OK;
}

/* After a failure the library must not be called again, so each step waits for the one before. */
static bool build_graph(bt_graph *graph, const bt_value *directories, struct counting *counting)
{
	const bt_component_filter *muxer = add_muxer(graph);

	return muxer && add_readers(graph, muxer, directories) &&
	       add_counter(graph, muxer, counting);
}

static int run_graph(const bt_value *directories, struct counting *counting)
{
	bt_graph *graph = bt_graph_create(0);
	int ret = -EIO;

	if (graph && build_graph(graph, directories, counting) &&
	    bt_graph_run(graph) == BT_GRAPH_RUN_STATUS_OK) {
		ret = counting->is_interrupted ? -EINTR : 0;
	}
	bt_graph_put_ref(graph);
	/* Whoever called says in one line that it failed. */
	bt_current_thread_clear_error();
	return ret;
}

int aspan_record_count(const char *directory, struct aspan_record_counts *counts)
{
	struct counting counting = { .counts = counts, .started = time(NULL) };
	int ret = 0;

	*counts = (struct aspan_record_counts){ 0 };
	found_directories = bt_value_array_create();
	if (!found_directories) {
		return -ENOMEM;
	}
	nftw(directory, find_metadata, OPEN_FILES_OF_NFTW, FTW_PHYS);
	if (bt_value_array_get_length(found_directories) > 0) {
		ret = run_graph(found_directories, &counting);
	}
	bt_value_put_ref(found_directories);
	found_directories = NULL;
	aspan_id_map_fini(&counting.thread_map);
	free(counting.next_indexes);
	return ret;
}
