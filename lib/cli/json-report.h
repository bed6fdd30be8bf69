/* SPDX-License-Identifier: MIT */
/*
 * Parts of a report that was read from JSON (lib/bt2-plugin/report-format.md).
 *
 * What is missing, or of another type, is nothing: 0, false or NULL. A NULL object has nothing.
 */
#ifndef ASPAN_CLI_JSON_REPORT_H
#define ASPAN_CLI_JSON_REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t aspan_json_get_number(struct json_object *object, const char *key);
const char *aspan_json_get_text(struct json_object *object, const char *key);
bool aspan_json_get_bool(struct json_object *object, const char *key);

size_t aspan_json_count(struct json_object *array);
struct json_object *aspan_json_get_item(struct json_object *array, size_t index);

/* A breakdown by what --by calls it, and its rows. */
struct json_object *aspan_json_report_get_breakdown(struct json_object *report, const char *by);
struct json_object *aspan_json_report_get_rows(struct json_object *report, const char *by);

/* The item of an array of the report ("groups", "threads") that the key of a row points to. */
struct json_object *aspan_json_report_get_item(struct json_object *report, const char *array,
					       struct json_object *key);

#endif
