/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for tools.
 *
 * Groups are written one by one, each built by json-c and then dropped, so that a report of many groups needs no
 * second copy in memory. json-c's constructors give NULL without memory, and so does NULL that is added to an
 * object become `null`: each function here says which of the two it is.
 */
#include "report-json.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>

#define SCHEMA "allocspan-report/1"

/* Adds a value that must not be NULL, and takes it in any case. */
static int add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value) {
		return -ENOMEM;
	}
	if (json_object_object_add(object, key, value)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_number(struct json_object *object, const char *key, uint64_t number)
{
	return add(object, key, json_object_new_uint64(number));
}

static int add_bool(struct json_object *object, const char *key, bool value)
{
	return add(object, key, json_object_new_boolean(value));
}

static struct json_object *new_string(const char *string)
{
	char *text = aspan_text_to_utf8(string);
	struct json_object *value = text ? json_object_new_string(text) : NULL;

	free(text);
	return value;
}

/* A NULL string becomes null. */
static int add_string(struct json_object *object, const char *key, const char *string)
{
	return string ? add(object, key, new_string(string)) :
			json_object_object_add(object, key, NULL);
}

/* The key is of the trace too. A key that is there twice has its last value. */
static int add_tag(struct json_object *object, const struct aspan_tag *tag)
{
	char *key = aspan_text_to_utf8(tag->key);
	int result = key ? add(object, key, new_string(tag->value)) : -ENOMEM;

	free(key);
	return result;
}

static int add_tags(struct json_object *object, const struct aspan_tags *tags)
{
	struct json_object *map = json_object_new_object();
	int result = add(object, "tags", map);

	for (size_t i = 0; !result && i < tags->tag_count; i++) {
		result = add_tag(map, &tags->tags[i]);
	}
	return result;
}

static int fill_identity(struct json_object *object, const struct aspan_report_group *row)
{
	int result = add_number(object, "id", row->group->id);

	result = result ? result : add_string(object, "name", row->name);
	result = result ? result : add_tags(object, &row->tags);
	result = result ? result : add_string(object, "hostname", row->hostname);
	if (!result) {
		result = row->process->has_vpid ? add_number(object, "vpid", row->process->vpid) :
						  json_object_object_add(object, "vpid", NULL);
	}
	return result ? result : add_string(object, "procname", row->process->procname);
}

static int fill_numbers(struct json_object *object, const struct aspan_report_group *row)
{
	const struct aspan_group_result *is = &row->result;
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = {
		{ "alloc_count", is->counts.alloc_count },
		{ "alloc_bytes", is->counts.alloc_bytes },
		{ "free_count", is->counts.free_count },
		{ "free_bytes", is->counts.free_bytes },
		{ "live_count", is->live_count },
		{ "live_bytes", is->live_bytes },
		{ "peak_live_bytes", is->peak_live_bytes },
		{ "peak_time_ns", is->peak_time_ns },
		{ "foreign_free_count", row->group->foreign_free_count },
		{ "lost_alloc_count", is->lost.alloc_count },
		{ "lost_free_count", is->lost.free_count },
		{ "unsure_free_count", is->unsure_free_count },
		{ "unsure_free_bytes", is->unsure_free_bytes },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		int result = add_number(object, numbers[i].key, numbers[i].value);

		if (result) {
			return result;
		}
	}
	return add_bool(object, "certain", is->is_certain);
}

/* Writes what a function fills in, and takes nothing. */
static int write_value(struct json_object *value, FILE *stream)
{
	const char *text = json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text) {
		return -ENOMEM;
	}
	fputs(text, stream);
	return 0;
}

static int write_group(const struct aspan_report_group *row, FILE *stream)
{
	struct json_object *object = json_object_new_object();
	int result = object ? fill_identity(object, row) : -ENOMEM;

	result = result ? result : fill_numbers(object, row);
	result = result ? result : write_value(object, stream);
	json_object_put(object);
	return result;
}

static int write_events(const struct aspan_model *model, FILE *stream)
{
	static const char *const names[] = {
#define EVENT_NAME(symbol, event) [ASPAN_EVENT_##symbol] = #event,
		ASPAN_EVENT_TYPES(EVENT_NAME)
#undef EVENT_NAME
	};
	struct json_object *object = json_object_new_object();
	int result = object ? 0 : -ENOMEM;

	for (int type = 0; !result && type < ASPAN_EVENT_TYPE_COUNT; type++) {
		result = add_number(object, names[type], model->event_counts[type]);
	}
	result = result ? result : add_number(object, "other", model->other_event_count);
	result = result ? result : write_value(object, stream);
	json_object_put(object);
	return result;
}

static int write_notes(const struct aspan_report *report, FILE *stream)
{
	struct json_object *array = json_object_new_array();
	int result = array ? 0 : -ENOMEM;

	for (size_t i = 0; !result && i < report->note_count; i++) {
		struct json_object *note = new_string(report->notes[i]);

		if (!note || json_object_array_add(array, note)) {
			json_object_put(note);
			result = -ENOMEM;
		}
	}
	result = result ? result : write_value(array, stream);
	json_object_put(array);
	return result;
}

static int write_groups(const struct aspan_report *report, FILE *stream)
{
	fputs("\"groups\":[", stream);
	for (size_t i = 0; i < report->group_count; i++) {
		int result;

		fputs(i == 0 ? "\n" : ",\n", stream);
		result = write_group(&report->groups[i], stream);
		if (result) {
			return result;
		}
	}
	fputs("\n]", stream);
	return 0;
}

int aspan_report_json_write(const struct aspan_report *report, FILE *stream)
{
	const struct aspan_model *model = report->model;
	int result;

	fprintf(stream, "{\"schema\":\"%s\",\n\"complete\":%s,\n", SCHEMA,
		report->is_complete ? "true" : "false");
	fprintf(stream, "\"discarded_events\":%" PRIu64 ",\"discarded_packets\":%" PRIu64 ",\n",
		model->discarded_events, model->discarded_packets);
	fprintf(stream, "\"begin_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64 ",\n", model->first_ns,
		model->last_ns);
	fputs("\"events\":", stream);
	result = write_events(model, stream);
	if (!result) {
		fputs(",\n\"notes\":", stream);
		result = write_notes(report, stream);
	}
	if (!result) {
		fputs(",\n", stream);
		result = write_groups(report, stream);
	}
	fputs("}\n", stream);
	return result;
}
