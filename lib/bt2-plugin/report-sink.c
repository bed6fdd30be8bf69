/* SPDX-License-Identifier: MIT */
/*
 * The sink component class `sink.allocspan.report`.
 *
 * Each failure appends a cause of one line that says what to do; the command prints just that one.
 */
#include "report-sink.h"

#include "code-namer.h"
#include "ledger-files.h"
#include "message-reader.h"
#include "model.h"
#include "output-file.h"
#include "recording-files.h"
#include "report-parameters.h"
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PORT_NAME "in"

#define FAIL(sink, ...)                                                                            \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((sink)->component, __VA_ARGS__)

struct sink {
	bt_self_component *component;
	bt_message_iterator *iterator;
	struct aspan_model *model;
	struct aspan_message_reader *reader;
	struct aspan_bind_replay *replay; /* NULL: no bindings */
	struct aspan_report_outcome *outcome; /* NULL: nobody asks */
	struct aspan_report_parameters parameters;
	struct aspan_ledger_files ledgers;
	/* Of a format that is written while the trace is read. */
	struct aspan_output_file live_file;
	void *live_writer; /* NULL: it is another format */
};

static void destroy(struct sink *sink)
{
	bt_message_iterator_put_ref(sink->iterator);
	aspan_message_reader_destroy(sink->reader);
	if (sink->live_writer) {
		sink->parameters.format->live->destroy(sink->live_writer);
	}
	aspan_output_file_abandon(&sink->live_file);
	aspan_bind_replay_destroy(sink->replay);
	aspan_model_destroy(sink->model);
	aspan_report_parameters_fini(&sink->parameters);
	aspan_ledger_files_fini(&sink->ledgers);
	free(sink);
}

static bool add_binding(struct sink *sink, const char *spec)
{
	char message[512] = "no memory";

	if (!sink->replay) {
		sink->replay = aspan_bind_replay_create();
		aspan_message_reader_set_replay(sink->reader, sink->replay);
	}
	if (!sink->replay || aspan_bind_replay_add(sink->replay, spec, message, sizeof(message))) {
		FAIL(sink, "--bind: %s", message);
		return false;
	}
	return true;
}

static bool add_bindings(struct sink *sink, const bt_value *bindings)
{
	uint64_t count = bindings ? bt_value_array_get_length(bindings) : 0;

	for (uint64_t i = 0; i < count; i++) {
		const bt_value *spec = bt_value_array_borrow_element_by_index_const(bindings, i);

		if (!bt_value_is_string(spec)) {
			FAIL(sink, "parameter 'bind' must be an array of SPECs");
			return false;
		}
		if (!add_binding(sink, bt_value_string_get(spec))) {
			return false;
		}
	}
	return true;
}

static int fail_to_write(const struct sink *sink, int error)
{
	FAIL(sink, "cannot write the report to %s: %s",
	     sink->parameters.output ? sink->parameters.output : "standard output",
	     strerror(-error));
	return error;
}

/* The file is opened at once, so that what is wrong with it is known before the trace is read. */
static bool begin_live(struct sink *sink)
{
	const struct aspan_report_live_writer *live = sink->parameters.format->live;
	int result;

	if (!live) {
		return true;
	}
	result = aspan_output_file_open(&sink->live_file, sink->parameters.output);
	if (!result) {
		sink->live_writer = live->create(sink->live_file.stream);
		result = sink->live_writer ? 0 : -ENOMEM;
	}
	if (result) {
		fail_to_write(sink, result);
		return false;
	}
	aspan_model_set_observer(sink->model, live->observe, sink->live_writer);
	return true;
}

/* Tells the model what is asked, and the reader what to replay. */
static bool begin(struct sink *sink, const bt_value *params)
{
	if (aspan_report_parameters_init(&sink->parameters, sink->component, params)) {
		return false;
	}
	if (aspan_model_ask(sink->model, &sink->parameters.questions)) {
		FAIL(sink, "no memory for a report");
		return false;
	}
	if (sink->parameters.is_cut_short) {
		aspan_model_note_cut_short(sink->model);
	}
	return add_bindings(sink, sink->parameters.bindings) && begin_live(sink);
}

static struct sink *create(bt_self_component *component, void *outcome)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink) {
		return NULL;
	}
	sink->component = component;
	sink->outcome = outcome;
	sink->model = aspan_model_create();
	sink->reader = sink->model ? aspan_message_reader_create(sink->model, component) : NULL;
	if (!sink->reader) {
		destroy(sink);
		return NULL;
	}
	return sink;
}

bt_component_class_initialize_method_status
aspan_report_sink_initialize(bt_self_component_sink *self,
			     bt_self_component_sink_configuration *config, const bt_value *params,
			     void *outcome)
{
	struct sink *sink = create(bt_self_component_sink_as_self_component(self), outcome);

	(void) config;
	if (!sink) {
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	if (!begin(sink, params)) {
		destroy(sink);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	if (bt_self_component_sink_add_input_port(self, PORT_NAME, NULL, NULL) !=
	    BT_SELF_COMPONENT_ADD_PORT_STATUS_OK) {
		FAIL(sink, "cannot add the port '%s'", PORT_NAME);
		destroy(sink);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_component_set_data(sink->component, sink);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static struct sink *get_sink(bt_self_component_sink *self)
{
	return bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
}

void aspan_report_sink_finalize(bt_self_component_sink *self)
{
	destroy(get_sink(self));
}

bt_component_class_sink_graph_is_configured_method_status
aspan_report_sink_graph_is_configured(bt_self_component_sink *self)
{
	struct sink *sink = get_sink(self);
	bt_self_component_port_input *port =
		bt_self_component_sink_borrow_input_port_by_name(self, PORT_NAME);

	if (bt_message_iterator_create_from_sink_component(self, port, &sink->iterator) !=
	    BT_MESSAGE_ITERATOR_CREATE_FROM_SINK_COMPONENT_STATUS_OK) {
		FAIL(sink, "cannot begin to read the trace");
		return BT_COMPONENT_CLASS_SINK_GRAPH_IS_CONFIGURED_METHOD_STATUS_ERROR;
	}
	return BT_COMPONENT_CLASS_SINK_GRAPH_IS_CONFIGURED_METHOD_STATUS_OK;
}

static int finish_live(struct sink *sink, const struct aspan_report *report)
{
	int result = sink->parameters.format->live->finish(sink->live_writer, report);

	return result ? result : aspan_output_file_commit(&sink->live_file);
}

static int write_file(struct sink *sink, const struct aspan_report *report)
{
	struct aspan_output_file file;
	int result;

	if (sink->live_writer) {
		return finish_live(sink, report);
	}
	result = aspan_output_file_open(&file, sink->parameters.output);
	if (result) {
		return result;
	}
	result = sink->parameters.format->write(report, &sink->parameters.options, file.stream);
	if (result) {
		aspan_output_file_abandon(&file);
		return result;
	}
	return aspan_output_file_commit(&file);
}

/* Files that the trace names are open no longer than names are looked for. */
static int make_report(struct sink *sink, struct aspan_report *report)
{
	struct aspan_code_namer *namer = aspan_code_namer_create(!sink->parameters.has_no_symbols);
	int result;

	*report = (struct aspan_report){ 0 };
	if (!namer) {
		return -ENOMEM;
	}
	aspan_model_set_namer(sink->model, aspan_code_namer_name, namer);
	result = aspan_report_init(report, sink->model);
	aspan_model_set_namer(sink->model, NULL, NULL);
	aspan_code_namer_destroy(namer);
	return result;
}

/* After the last event. */
static int read_ledgers(struct sink *sink)
{
	const struct aspan_report_parameters *parameters = &sink->parameters;
	int result = aspan_ledger_files_read(&sink->ledgers, parameters->recorded_ledgers,
					     ASPAN_LEDGER_COVER_WHOLE, sink->model);

	if (!result) {
		result = aspan_ledger_files_read(&sink->ledgers, parameters->partial_ledgers,
						 ASPAN_LEDGER_COVER_PART, sink->model);
	}
	if (!result) {
		result = aspan_ledger_files_read(&sink->ledgers, parameters->ledgers,
						 ASPAN_LEDGER_COVER_UNKNOWN, sink->model);
	}
	if (result) {
		fail_to_write(sink, result);
	}
	return result;
}

/*
 * Returns whether there is anything to report. Ledgers may be all: of processes that were killed, and of processes that used no
 * group and thus loaded no tracer.
 */
static bool has_anything(const struct sink *sink)
{
	return aspan_model_count_events(sink->model) > 0 || sink->ledgers.read_count > 0;
}

static int write_report(struct sink *sink)
{
	struct aspan_report report;
	int result = make_report(sink, &report);

	if (!result) {
		result = aspan_message_reader_add_notes(sink->reader, &report);
	}
	if (!result) {
		result = aspan_ledger_files_add_notes(&sink->ledgers, &report);
	}
	if (!result) {
		result = aspan_recording_files_read(sink->parameters.recordings, &report);
	}
	if (!result && sink->replay) {
		result = aspan_bind_replay_add_notes(sink->replay, &report);
	}
	if (!result) {
		result = write_file(sink, &report);
	}
	aspan_report_fini(&report);
	if (result) {
		fail_to_write(sink, result);
	} else if (sink->outcome) {
		sink->outcome->is_written = true;
		sink->outcome->discarded_events = sink->model->discarded_events;
	}
	return result;
}

/* The lowest cause of the thread's error stays the source's; this only adds what happened to the report. */
static bt_component_class_sink_consume_method_status end_early(struct sink *sink)
{
	aspan_model_note_cut_short(sink->model);
	/* What waited is part of what was read; whether it is whole matters no more. */
	aspan_message_reader_finish(sink->reader);
	if (!read_ledgers(sink) && has_anything(sink)) {
		write_report(sink);
	}
	FAIL(sink, "the trace could not be read to its end");
	return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
}

static bt_component_class_sink_consume_method_status end_without_begin(struct sink *sink)
{
	char *note = aspan_bind_replay_get_note(sink->replay, 0);

	FAIL(sink, "--bind: %s", note ? note : "no event of the trace begins anything");
	free(note);
	return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
}

static bt_component_class_sink_consume_method_status end(struct sink *sink)
{
	bool is_empty;

	if (aspan_message_reader_finish(sink->reader)) {
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
	}
	if (sink->replay && aspan_bind_replay_finish(sink->replay, sink->model)) {
		FAIL(sink, "no memory for what the trace holds");
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
	}
	if (read_ledgers(sink)) {
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
	}
	is_empty = !has_anything(sink);
	if (is_empty && sink->replay && !aspan_bind_replay_has_begun(sink->replay)) {
		return end_without_begin(sink);
	}
	if (is_empty && sink->model->is_cut_short) {
		FAIL(sink, "no event of allocspan is in what is whole of the trace; record again "
			   "where there is room for it");
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
	}
	if (is_empty) {
		FAIL(sink,
		     "the trace holds no events of allocspan (and %" PRIu64
		     " others); record with 'allocspan record -- COMMAND', or enable them with "
		     "\"lttng enable-event -u 'allocspan:*'\"",
		     sink->model->other_event_count);
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
	}
	if (!sink->model->has_window_begun) {
		FAIL(sink, "the trace ends before --from '%s'", sink->parameters.from);
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
	}
	return write_report(sink) ? BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR :
				    BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_END;
}

/*
 * The reader of babeltrace2 2.0 that fails after some messages hands these over as if nothing had failed, and leaves its error
 * with the thread, on which the library would abort at its next call.
 */
static bt_component_class_sink_consume_method_status end_late(struct sink *sink,
							      const bt_error *error)
{
	bt_current_thread_move_error(error);
	return end_early(sink);
}

static int read_messages(struct sink *sink, bt_message_array_const messages, uint64_t count)
{
	int result = 0;

	aspan_message_reader_prefetch(sink->reader, messages, count);
	for (uint64_t i = 0; i < count; i++) {
		if (!result) {
			result = aspan_message_reader_read(sink->reader, messages[i]);
		}
		bt_message_put_ref(messages[i]);
	}
	if (sink->outcome) {
		sink->outcome->event_count =
			aspan_model_count_events(sink->model) + sink->model->other_event_count;
		sink->outcome->last_ns = sink->model->last_ns;
	}
	return result;
}

bt_component_class_sink_consume_method_status
aspan_report_sink_consume(bt_self_component_sink *self)
{
	struct sink *sink = get_sink(self);
	bt_message_array_const messages;
	const bt_error *error;
	uint64_t count;

	switch (bt_message_iterator_next(sink->iterator, &messages, &count)) {
	case BT_MESSAGE_ITERATOR_NEXT_STATUS_OK:
		error = bt_current_thread_take_error();
		if (read_messages(sink, messages, count)) {
			if (error) {
				bt_error_release(error);
			}
			return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
		}
		if (error) {
			return end_late(sink, error);
		}
		/* What comes after --to need not be read. */
		return sink->model->is_past_window ?
			       end(sink) :
			       BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_OK;
	case BT_MESSAGE_ITERATOR_NEXT_STATUS_END:
		return end(sink);
	case BT_MESSAGE_ITERATOR_NEXT_STATUS_AGAIN:
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_AGAIN;
	default:
		return end_early(sink);
	}
}
