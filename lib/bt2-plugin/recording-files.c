/* SPDX-License-Identifier: MIT */
/*
 * See recording-files.h.
 */
#include "recording-files.h"

#include "text.h"

#include <json-c/json.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "allocspan-recording/1"
/* A few hundred bytes a process, which `record` names a bounded number of. */
#define MAX_BYTES (16 << 20)

/* All of it, at most `size` bytes; negative errno. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < size) {
		got = read(fd, text + length, size - length);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		length += got > 0 ? (size_t) got : 0;
	}
	return got < 0 ? -errno : (ssize_t) length;
}

/* NULL, and *problem says why, or is NULL without memory. */
static char *read_text(int fd, size_t *length, const char **problem)
{
	struct stat status;
	ssize_t got;
	char *text;

	*problem = NULL;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		*problem = "it is no file";
		return NULL;
	}
	if (status.st_size > MAX_BYTES) {
		*problem = "it is too large";
		return NULL;
	}
	text = malloc((size_t) status.st_size + 1);
	got = text ? read_all(fd, text, (size_t) status.st_size) : 0;
	if (got < 0) {
		*problem = strerror((int) -got);
		free(text);
		return NULL;
	}
	*length = (size_t) got;
	return text;
}

static struct json_object *parse(const char *text, size_t length, const char **problem)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	if (!tokener) {
		return NULL;
	}
	object = json_tokener_parse_ex(tokener, text, (int) length);
	if (json_tokener_get_error(tokener) == json_tokener_continue || length == 0) {
		*problem = "it ends too early";
	} else if (!object) {
		*problem = "it is no JSON";
	}
	json_tokener_free(tokener);
	return object;
}

static struct json_object *read_json(const char *path, const char **problem)
{
	/* What is a pipe now would be waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct json_object *object = NULL;
	size_t length;
	char *text;

	if (fd < 0) {
		*problem = strerror(errno);
		return NULL;
	}
	text = read_text(fd, &length, problem);
	if (text) {
		object = parse(text, length, problem);
	}
	free(text);
	close(fd);
	return object;
}

static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static bool get_number(struct json_object *object, const char *key, uint64_t *number)
{
	struct json_object *value = json_object_object_get(object, key);

	*number = json_object_get_uint64(value);
	return json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0;
}

static bool read_process(struct json_object *object, struct aspan_report_unrecorded *process)
{
	*process = (struct aspan_report_unrecorded){
		.name = get_text(object, "name"),
		.exe = get_text(object, "exe"),
		.command = get_text(object, "command"),
		.why = get_text(object, "why"),
		.text = get_text(object, "text"),
	};
	return get_number(object, "pid", &process->pid) &&
	       get_number(object, "parent_pid", &process->parent_pid) && process->why;
}

/* 0 or -ENOMEM; *problem is set where it is not as it should be. */
static int take_unrecorded(struct json_object *object, struct aspan_report *report,
			   const char **problem)
{
	struct json_object *processes = json_object_object_get(object, "unrecorded");
	struct aspan_report_unrecorded process;
	uint64_t more;
	int result = 0;

	if (!json_object_is_type(processes, json_type_array) ||
	    !get_number(object, "unrecorded_more", &more)) {
		*problem = "it lacks a member that it should have";
		return 0;
	}
	report->unrecorded_more += more;
	for (size_t i = 0; !result && i < json_object_array_length(processes); i++) {
		if (read_process(json_object_array_get_idx(processes, i), &process)) {
			result = aspan_report_add_unrecorded(report, &process);
		} else {
			*problem = "a process in it is not as it should be";
		}
	}
	return result;
}

static int take(struct json_object *object, struct aspan_report *report, const char **problem)
{
	const char *format = get_text(object, "format");

	if (!format || strcmp(format, FORMAT) != 0) {
		*problem = "it is not of the format " FORMAT;
		return 0;
	}
	return take_unrecorded(object, report, problem);
}

static int note_problem(struct aspan_report *report, const char *path, const char *problem)
{
	char *escaped = aspan_text_escape(path);
	int result = escaped ?
			     aspan_report_add_note(
				     report,
				     "%s cannot be used: %s; which processes were not recorded is "
				     "not known",
				     escaped, problem) :
			     -ENOMEM;

	free(escaped);
	return result;
}

static int read_file(const char *path, struct aspan_report *report)
{
	const char *problem = NULL;
	struct json_object *object = read_json(path, &problem);
	int result = 0;

	if (object) {
		result = take(object, report, &problem);
	} else if (!problem) {
		result = -ENOMEM;
	}
	if (!result && problem) {
		result = note_problem(report, path, problem);
	}
	json_object_put(object);
	return result;
}

int aspan_recording_files_read(const bt_value *paths, struct aspan_report *report)
{
	uint64_t count = paths ? bt_value_array_get_length(paths) : 0;
	int result = 0;

	for (uint64_t i = 0; !result && i < count; i++) {
		const bt_value *path = bt_value_array_borrow_element_by_index_const(paths, i);

		if (bt_value_is_string(path)) {
			result = read_file(bt_value_string_get(path), report);
		}
	}
	return result ? result : aspan_report_note_unrecorded(report);
}
