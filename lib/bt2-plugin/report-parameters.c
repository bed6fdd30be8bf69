/* SPDX-License-Identifier: MIT */
/*
 * See report-parameters.h.
 */
#include "report-parameters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 512
#define MAX_TOP 1000000

#define FAIL(reader, ...)                                                                          \
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT((reader)->component, __VA_ARGS__)

struct reader {
	struct aspan_report_parameters *parameters;
	bt_self_component *component;
	bool has_said_why;
};

/* What one parameter is called, and how it is taken; false: its value is wrong. */
struct parameter {
	const char *name;
	bool (*take)(struct reader *reader, const bt_value *value);
	const char *expected;
};

static const char *get_text(const bt_value *value)
{
	return bt_value_is_string(value) ? bt_value_string_get(value) : "";
}

/* On babeltrace2's command line a plain number is signed. */
static bool get_number(const bt_value *value, uint64_t *number)
{
	if (bt_value_is_signed_integer(value)) {
		*number = (uint64_t) bt_value_integer_signed_get(value);
		return bt_value_integer_signed_get(value) >= 0;
	}
	if (bt_value_is_unsigned_integer(value)) {
		*number = bt_value_integer_unsigned_get(value);
		return true;
	}
	return false;
}

/* A wrong word: the questions say what is wrong with it. */
static bool check(struct reader *reader, int result, const char *message)
{
	if (result) {
		FAIL(reader, "%s", message);
		reader->has_said_why = true;
	}
	return result == 0;
}

static bool take_format(struct reader *reader, const bt_value *value)
{
	reader->parameters->format = aspan_report_format_find(get_text(value));
	return reader->parameters->format;
}

static bool take_value(struct reader *reader, const bt_value *value)
{
	struct aspan_report_format_options *options = &reader->parameters->options;

	options->value = aspan_stack_value_find(get_text(value));
	return options->value < ASPAN_STACK_VALUE_COUNT;
}

static bool add_breakdown(struct reader *reader, const char *text)
{
	char message[MESSAGE_BYTES];

	return check(reader,
		     aspan_questions_add_breakdown(&reader->parameters->questions, text, message,
						   sizeof(message)),
		     message);
}

static bool add_extras(struct reader *reader, const char *text)
{
	char message[MESSAGE_BYTES];

	return check(reader,
		     aspan_questions_add_extras(&reader->parameters->questions, text, message,
						sizeof(message)),
		     message);
}

/* One text, or an array of them. */
static bool take_texts(struct reader *reader, const bt_value *value,
		       bool (*add)(struct reader *, const char *))
{
	if (!bt_value_is_array(value)) {
		return *get_text(value) && add(reader, get_text(value));
	}
	for (uint64_t i = 0; i < bt_value_array_get_length(value); i++) {
		const char *text = get_text(bt_value_array_borrow_element_by_index_const(value, i));

		if (!*text || !add(reader, text)) {
			return false;
		}
	}
	return true;
}

static bool take_by(struct reader *reader, const bt_value *value)
{
	return take_texts(reader, value, add_breakdown);
}

static bool take_show(struct reader *reader, const bt_value *value)
{
	return take_texts(reader, value, add_extras);
}

static bool take_sort(struct reader *reader, const bt_value *value)
{
	char message[MESSAGE_BYTES];

	return *get_text(value) &&
	       check(reader,
		     aspan_questions_set_sort(&reader->parameters->questions, get_text(value),
					      message, sizeof(message)),
		     message);
}

static bool take_top(struct reader *reader, const bt_value *value)
{
	uint64_t top;

	if (!get_number(value, &top) || top == 0 || top > MAX_TOP) {
		return false;
	}
	reader->parameters->questions.top = top;
	return true;
}

static bool take_temporary(struct reader *reader, const bt_value *value)
{
	return aspan_time_parse_duration(get_text(value),
					 &reader->parameters->questions.temporary_ns) == 0;
}

static bool copy_text(char **copy, const bt_value *value)
{
	if (!*get_text(value)) {
		return false;
	}
	free(*copy);
	*copy = strdup(get_text(value));
	return *copy;
}

static bool take_output(struct reader *reader, const bt_value *value)
{
	return copy_text(&reader->parameters->output, value);
}

static bool take_from(struct reader *reader, const bt_value *value)
{
	return copy_text(&reader->parameters->from, value);
}

static bool take_to(struct reader *reader, const bt_value *value)
{
	return copy_text(&reader->parameters->to, value);
}

static bool take_begin(struct reader *reader, const bt_value *value)
{
	return get_number(value, &reader->parameters->range.begin_ns);
}

static bool take_end(struct reader *reader, const bt_value *value)
{
	return get_number(value, &reader->parameters->range.end_ns);
}

static bool take_color(struct reader *reader, const bt_value *value)
{
	if (!bt_value_is_bool(value)) {
		return false;
	}
	reader->parameters->options.text.has_colour = bt_value_bool_get(value);
	return true;
}

static bool take_width(struct reader *reader, const bt_value *value)
{
	uint64_t width;

	if (!get_number(value, &width) || width > INT16_MAX) {
		return false;
	}
	reader->parameters->options.text.width = (unsigned int) width;
	return true;
}

static bool take_cut_short(struct reader *reader, const bt_value *value)
{
	if (!bt_value_is_bool(value)) {
		return false;
	}
	reader->parameters->is_cut_short = bt_value_bool_get(value);
	return true;
}

static bool take_symbols(struct reader *reader, const bt_value *value)
{
	if (!bt_value_is_bool(value)) {
		return false;
	}
	reader->parameters->has_no_symbols = !bt_value_bool_get(value);
	return true;
}

static bool take_bind(struct reader *reader, const bt_value *value)
{
	reader->parameters->bindings = value;
	return bt_value_is_array(value);
}

/* Files that are read when the trace has ended. */
static bool keep_paths(const bt_value **paths, const bt_value *value)
{
	bt_value_get_ref(value);
	bt_value_put_ref(*paths);
	*paths = value;
	return bt_value_is_array(value);
}

static bool take_ledgers(struct reader *reader, const bt_value *value)
{
	return keep_paths(&reader->parameters->ledgers, value);
}

static bool take_recordings(struct reader *reader, const bt_value *value)
{
	return keep_paths(&reader->parameters->recordings, value);
}

static bool take_partial_ledgers(struct reader *reader, const bt_value *value)
{
	return keep_paths(&reader->parameters->partial_ledgers, value);
}

static bool take_recorded_ledgers(struct reader *reader, const bt_value *value)
{
	return keep_paths(&reader->parameters->recorded_ledgers, value);
}

static const struct parameter known[] = {
	{ "format", take_format, aspan_report_format_names },
	{ "value", take_value, "\"bytes\", \"count\", \"live\", \"live-count\" or \"peak\"" },
	{ "output", take_output, "a path" },
	{ "by", take_by, "a text as --by takes it, or an array of them" },
	{ "show", take_show, "a text as --show takes it, or an array of them" },
	{ "sort", take_sort, "a text as --sort takes it" },
	{ "top", take_top, "a number of lines, from 1 to 1000000" },
	{ "temporary", take_temporary, "a duration, such as \"1ms\"" },
	{ "from", take_from, "a time" },
	{ "to", take_to, "a time" },
	{ "begin-ns", take_begin, "a time in nanoseconds" },
	{ "end-ns", take_end, "a time in nanoseconds" },
	{ "color", take_color, "a boolean" },
	{ "width", take_width, "a number of columns" },
	{ "cut-short", take_cut_short, "a boolean" },
	{ "symbols", take_symbols, "a boolean" },
	{ "ledgers", take_ledgers, "an array of paths" },
	{ "recordings", take_recordings, "an array of paths" },
	{ "partial-ledgers", take_partial_ledgers, "an array of paths" },
	{ "recorded-ledgers", take_recorded_ledgers, "an array of paths" },
	{ "bind", take_bind, "an array of SPECs, as allocspan-bind(7) describes them" },
};

static bt_value_map_foreach_entry_const_func_status take(const char *name, const bt_value *value,
							 void *data)
{
	struct reader *reader = data;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) != 0) {
			continue;
		}
		if (known[i].take(reader, value)) {
			return BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_OK;
		}
		if (!reader->has_said_why) {
			FAIL(reader, "parameter '%s' must be %s", name, known[i].expected);
		}
		return BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_ERROR;
	}
	FAIL(reader, "there is no parameter '%s'; see: babeltrace2 help sink.allocspan.report",
	     name);
	return BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_ERROR;
}

static int parse_time(struct reader *reader, const char *option, const char *text,
		      struct aspan_time *time)
{
	int result = aspan_time_parse(text, &reader->parameters->range, time);

	if (result == -ENODATA) {
		FAIL(reader,
		     "--%s '%s' needs to know when the trace begins and ends, and its files do not "
		     "tell: give the time with its date",
		     option, text);
	} else if (result) {
		FAIL(reader,
		     "--%s cannot be '%s': it is a duration since the first event (2s, 1.5ms), one "
		     "before the end (-5s), or a time (12:30:05, \"2026-11-23 12:30:05.25\")",
		     option, text);
	}
	return result;
}

static int set_window(struct reader *reader)
{
	struct aspan_questions *questions = &reader->parameters->questions;
	struct aspan_time from = { .ns = 0 }, to = { .ns = 0 };
	int result = 0;

	if (reader->parameters->from) {
		result = parse_time(reader, "from", reader->parameters->from, &from);
	}
	if (!result && reader->parameters->to) {
		result = parse_time(reader, "to", reader->parameters->to, &to);
	}
	questions->has_from = reader->parameters->from;
	questions->is_from_relative = from.is_relative;
	questions->from_ns = from.ns;
	questions->has_to = reader->parameters->to;
	questions->is_to_relative = to.is_relative;
	questions->to_ns = to.ns;
	if (!result && questions->has_from && questions->has_to &&
	    from.is_relative == to.is_relative && to.ns < from.ns) {
		FAIL(reader, "--to '%s' is before --from '%s'", reader->parameters->to,
		     reader->parameters->from);
		result = -EINVAL;
	}
	return result;
}

int aspan_report_parameters_init(struct aspan_report_parameters *parameters,
				 bt_self_component *component, const bt_value *map)
{
	struct reader reader = { .parameters = parameters, .component = component };
	char message[1];
	int result;

	*parameters = (struct aspan_report_parameters){
		.format = aspan_report_format_find("text"),
	};
	if (bt_value_map_foreach_entry_const(map, take, &reader) !=
	    BT_VALUE_MAP_FOREACH_ENTRY_CONST_STATUS_OK) {
		return -EINVAL;
	}
	result = set_window(&reader);
	if (!result && parameters->questions.breakdown_count == 0) {
		aspan_questions_add_breakdown(&parameters->questions, "group", message,
					      sizeof(message));
	}
	if (!result && parameters->format->ask) {
		parameters->format->ask(&parameters->questions);
	}
	return result;
}

void aspan_report_parameters_fini(struct aspan_report_parameters *parameters)
{
	free(parameters->output);
	free(parameters->from);
	free(parameters->to);
	bt_value_put_ref(parameters->ledgers);
	bt_value_put_ref(parameters->recordings);
	bt_value_put_ref(parameters->recorded_ledgers);
	bt_value_put_ref(parameters->partial_ledgers);
}
