/* SPDX-License-Identifier: MIT */
/*
 * Parts of a report that was read from JSON.
 */
#include "json-report.h"

#include <string.h>

uint64_t aspan_json_get_number(struct json_object *object, const char *key)
{
	return json_object_get_uint64(json_object_object_get(object, key));
}

const char *aspan_json_get_text(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

bool aspan_json_get_bool(struct json_object *object, const char *key)
{
	return json_object_get_boolean(json_object_object_get(object, key));
}

size_t aspan_json_count(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *aspan_json_get_item(struct json_object *array, size_t index)
{
	return index < aspan_json_count(array) ? json_object_array_get_idx(array, index) : NULL;
}

struct json_object *aspan_json_report_get_breakdown(struct json_object *report, const char *by)
{
	struct json_object *breakdowns = json_object_object_get(report, "breakdowns");

	for (size_t i = 0; i < aspan_json_count(breakdowns); i++) {
		struct json_object *breakdown = aspan_json_get_item(breakdowns, i);
		const char *is_by = aspan_json_get_text(breakdown, "by");

		if (is_by && strcmp(is_by, by) == 0) {
			return breakdown;
		}
	}
	return NULL;
}

struct json_object *aspan_json_report_get_rows(struct json_object *report, const char *by)
{
	return json_object_object_get(aspan_json_report_get_breakdown(report, by), "rows");
}

struct json_object *aspan_json_report_get_item(struct json_object *report, const char *array,
					       struct json_object *key)
{
	struct json_object *items = json_object_object_get(report, array);
	struct json_object *index = json_object_object_get(key, "index");

	return json_object_is_type(index, json_type_int) ?
		       aspan_json_get_item(items, json_object_get_uint64(index)) :
		       NULL;
}
