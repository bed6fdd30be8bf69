/* SPDX-License-Identifier: MIT */
/*
 * What `allocspan report` was told, as parameters of the sink.
 */
#include "report-options.h"

#include "terminal.h"

#include <string.h>

static bool wants_colour(const struct aspan_report_options *options)
{
	if (options->colour == ASPAN_COLOUR_AUTO) {
		return !options->output && aspan_terminal_has_colour(stdout);
	}
	return options->colour == ASPAN_COLOUR_ALWAYS;
}

/* An array of strings; none if there are none. */
static bool insert_strings(bt_value *params, const char *name, const char *const *strings,
			   size_t count)
{
	bt_value *array;

	if (count == 0) {
		return true;
	}
	if (bt_value_map_insert_empty_array_entry(params, name, &array)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (bt_value_array_append_string_element(array, strings[i])) {
			return false;
		}
	}
	return true;
}

static bool insert_string(bt_value *params, const char *name, const char *string)
{
	return !string || !bt_value_map_insert_string_entry(params, name, string);
}

static bool insert_question(bt_value *params, const struct aspan_report_options *options)
{
	return insert_strings(params, "by", options->by, options->by_count) &&
	       insert_strings(params, "show", options->show, options->show_count) &&
	       insert_strings(params, "bind", options->bindings, options->binding_count) &&
	       insert_string(params, "sort", options->sort) &&
	       insert_string(params, "temporary", options->temporary) &&
	       insert_string(params, "from", options->from) &&
	       insert_string(params, "to", options->to) &&
	       (!options->top ||
		!bt_value_map_insert_unsigned_integer_entry(params, "top", options->top));
}

static bool insert_paths(bt_value *params, const char *name, const struct aspan_report_paths *paths)
{
	return insert_strings(params, name, (const char *const *) paths->paths, paths->count);
}

bt_value *aspan_report_options_make_params(const struct aspan_report_options *options,
					   const struct aspan_report_inputs *inputs)
{
	unsigned int width = options->output ? 0 : aspan_terminal_get_width(stdout);
	bt_value *params = bt_value_map_create();
	bool is_made =
		params && insert_string(params, "format", options->format) &&
		insert_string(params, "value", options->value) &&
		insert_string(params, "output", options->output) &&
		insert_question(params, options) &&
		!bt_value_map_insert_bool_entry(params, "color", wants_colour(options)) &&
		!bt_value_map_insert_unsigned_integer_entry(params, "width", width) &&
		!bt_value_map_insert_bool_entry(params, "symbols", !options->has_no_symbols) &&
		!bt_value_map_insert_bool_entry(params, "cut-short", inputs->is_cut_short) &&
		insert_paths(params, "ledgers", &inputs->ledgers) &&
		insert_paths(params, "recorded-ledgers", &inputs->recorded_ledgers) &&
		insert_paths(params, "partial-ledgers", &inputs->partial_ledgers) &&
		insert_paths(params, "recordings", &inputs->recordings);

	if (!is_made) {
		bt_value_put_ref(params);
		return NULL;
	}
	return params;
}
