/* SPDX-License-Identifier: MIT */
/*
 * See source-query.h.
 */
#include "source-query.h"

#include <string.h>

const bt_value *aspan_source_query(const bt_component_class_source *source_class,
				   const char *object, const bt_value *params,
				   bt_logging_level logging_level)
{
	bt_query_executor *executor = bt_query_executor_create(
		bt_component_class_source_as_component_class_const(source_class), object, params);
	const bt_value *answer = NULL;

	if (executor &&
	    bt_query_executor_set_logging_level(executor, logging_level) ==
		    BT_QUERY_EXECUTOR_SET_LOGGING_LEVEL_STATUS_OK &&
	    bt_query_executor_query(executor, &answer) != BT_QUERY_EXECUTOR_QUERY_STATUS_OK) {
		answer = NULL;
	}
	bt_query_executor_put_ref(executor);
	return answer;
}

bool aspan_source_describes_stream(const bt_component_class_source *source_class, const char *trace)
{
	bt_value *params = bt_value_map_create();
	const bt_value *answer = NULL;
	const bt_value *text = NULL;
	bool is_described;

	if (params && bt_value_map_insert_string_entry(params, "path", trace) ==
			      BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK) {
		answer = aspan_source_query(source_class, "metadata-info", params,
					    BT_LOGGING_LEVEL_NONE);
	}
	bt_value_put_ref(params);
	if (!answer) {
		bt_current_thread_clear_error();
		return true;
	}
	text = bt_value_map_borrow_entry_value_const(answer, "text");
	is_described = !text || strstr(bt_value_string_get(text), "stream {");
	bt_value_put_ref(answer);
	return is_described;
}
