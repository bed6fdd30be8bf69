/* SPDX-License-Identifier: MIT */
/*
 * The file allocspan.json of a trace's directory: what is known of a recording beside its events.
 */
#include "record-facts.h"

#include "output-file.h"
#include "text.h"

#include <allocspan/version.h>

#include <json-c/json.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define FORMAT "allocspan-recording/1"
#define STRINGIFY_(value) #value
#define STRINGIFY(value) STRINGIFY_(value)
#define VERSION                                                                                    \
	STRINGIFY(ALLOCSPAN_VERSION_MAJOR)                                                         \
	"." STRINGIFY(ALLOCSPAN_VERSION_MINOR) "." STRINGIFY(ALLOCSPAN_VERSION_PATCH)

static void add_text(struct json_object *object, const char *key, const char *text)
{
	char *clean = text ? aspan_text_to_utf8(text) : NULL;

	json_object_object_add(object, key, clean ? json_object_new_string(clean) : NULL);
	free(clean);
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_integer(struct json_object *object, const char *key, int64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static void add_bool(struct json_object *object, const char *key, bool is_so)
{
	json_object_object_add(object, key, json_object_new_boolean(is_so));
}

static struct json_object *describe_command(const struct aspan_record_facts *facts)
{
	struct json_object *command = json_object_new_object();
	struct json_object *arguments = json_object_new_array();
	int status = facts->status;

	for (char **argument = facts->options->command; *argument; argument++) {
		char *clean = aspan_text_to_utf8(*argument);

		json_object_array_add(arguments, json_object_new_string(clean ? clean : ""));
		free(clean);
	}
	json_object_object_add(command, "arguments", arguments);
	add_text(command, "program", facts->program);
	add_integer(command, "pid", facts->pid);
	add_text(command, "end", WIFSIGNALED(status) ? "signal" : "exit");
	add_integer(command, "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return command;
}

/* What a reader must know to compare ledgers with the trace. */
static struct json_object *describe_events(const struct aspan_record_facts *facts)
{
	const struct aspan_record_options *options = facts->options;
	struct json_object *events = json_object_new_object();

	add_text(events, "form", options->is_packed ? "packed" : "full");
	add_bool(events, "has_root", options->has_root);
	add_text(events, "filter", options->filter);
	add_bool(events, "covers_all", !options->filter);
	add_number(events, "discarded", facts->discarded_events);
	add_bool(events, "was_interrupted", facts->was_interrupted);
	return events;
}

static struct json_object *describe_running(const struct aspan_record_gather *gather)
{
	struct json_object *files = json_object_new_array();

	for (size_t i = 0; i < gather->running_count; i++) {
		if (gather->running[i]) {
			json_object_array_add(files, json_object_new_string(gather->running[i]));
		}
	}
	return files;
}

static struct json_object *describe_ledgers(const struct aspan_record_facts *facts)
{
	const struct aspan_record_gather *gather = &facts->ledger->gather;
	struct json_object *ledgers = json_object_new_object();

	add_bool(ledgers, "is_wanted", !facts->options->has_no_ledger);
	add_text(ledgers, "directory", gather->count > 0 ? ASPAN_GATHER_DIRECTORY : NULL);
	add_number(ledgers, "count", gather->count);
	add_number(ledgers, "lost_count", gather->lost_count);
	add_bool(ledgers, "was_full", facts->ledger->was_full);
	json_object_object_add(ledgers, "running", describe_running(gather));
	return ledgers;
}

static struct json_object *describe_end(const struct aspan_record_facts *facts,
					const struct aspan_record_end *end)
{
	bool is_command = end == aspan_record_ends_find(facts->ends, facts->pid);
	struct json_object *object = json_object_new_object();

	add_integer(object, "vpid", end->vpid);
	add_number(object, "pid_ns", end->pid_ns);
	add_number(object, "start_ns", end->start_ns);
	add_text(object, "exe", end->exe);
	add_text(object, "ledger", end->file);
	if (is_command && WIFSIGNALED(facts->status)) {
		add_integer(object, "signal", WTERMSIG(facts->status));
	} else {
		json_object_object_add(object, "signal", NULL);
	}
	return object;
}

static struct json_object *describe_ends(const struct aspan_record_facts *facts)
{
	struct json_object *ends = json_object_new_array();

	for (size_t i = 0; i < facts->ends->end_count; i++) {
		if (facts->ends->ends[i].is_silent) {
			json_object_array_add(ends, describe_end(facts, &facts->ends->ends[i]));
		}
	}
	return ends;
}

static struct json_object *describe_unrecorded(const struct aspan_record_watch *watch)
{
	struct json_object *processes = json_object_new_array();

	for (size_t i = 0; i < watch->unrecorded_count; i++) {
		const struct aspan_unrecorded *item = &watch->unrecorded[i];
		struct json_object *process = json_object_new_object();

		add_integer(process, "pid", item->pid);
		add_integer(process, "parent_pid", item->parent);
		add_integer(process, "user", item->user);
		add_text(process, "name", item->name);
		add_text(process, "exe", item->program);
		add_text(process, "command", item->command);
		add_text(process, "why", aspan_unrecorded_word(item->why));
		add_text(process, "text", aspan_unrecorded_text(item->why));
		add_number(process, "seen_realtime_ns", item->seen_realtime_ns);
		json_object_array_add(processes, process);
	}
	return processes;
}

static struct json_object *describe_faults(const struct aspan_record_faults *faults)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < ASPAN_FAULT_COUNT; i++) {
		struct json_object *fault;

		if (!faults->items[i].is_seen) {
			continue;
		}
		fault = json_object_new_object();
		add_text(fault, "what", aspan_record_fault_word((enum aspan_record_fault) i));
		add_text(fault, "text", faults->items[i].text);
		add_number(fault, "seen_realtime_ns", faults->items[i].seen_realtime_ns);
		json_object_array_add(array, fault);
	}
	return array;
}

static struct json_object *describe_left(const struct aspan_record_background *background)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < background->process_count; i++) {
		const struct aspan_background_process *item = &background->processes[i];
		struct json_object *process = json_object_new_object();

		add_integer(process, "pid", item->pid);
		add_bool(process, "is_elsewhere", item->is_elsewhere);
		add_text(process, "name", item->name);
		json_object_array_add(array, process);
	}
	return array;
}

static struct json_object *describe(const struct aspan_record_facts *facts)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "format", FORMAT);
	add_text(object, "allocspan", VERSION);
	add_number(object, "begin_realtime_ns", facts->begin_realtime_ns);
	add_number(object, "end_realtime_ns", facts->end_realtime_ns);
	json_object_object_add(object, "command", describe_command(facts));
	json_object_object_add(object, "events", describe_events(facts));
	json_object_object_add(object, "ledgers", describe_ledgers(facts));
	json_object_object_add(object, "ended_silently", describe_ends(facts));
	json_object_object_add(object, "unrecorded", describe_unrecorded(facts->watch));
	add_number(object, "unrecorded_more", facts->watch->more_count);
	json_object_object_add(object, "left_running", describe_left(facts->background));
	json_object_object_add(object, "faults", describe_faults(facts->faults));
	return object;
}

static int write_text(const char *path, const char *text)
{
	struct aspan_output_file file;
	int ret = aspan_output_file_open(&file, path);

	if (ret < 0) {
		return ret;
	}
	fputs(text, file.stream);
	fputc('\n', file.stream);
	return aspan_output_file_commit(&file);
}

int aspan_record_facts_write(const struct aspan_record_facts *facts)
{
	struct json_object *object = describe(facts);
	const char *text = json_object_to_json_string_ext(
		object,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *path = NULL;
	int ret = -ENOMEM;

	if (text && asprintf(&path, "%s/" ASPAN_FACTS_FILE, facts->directory) > 0) {
		ret = write_text(path, text);
		free(path);
	}
	json_object_put(object);
	return ret;
}
