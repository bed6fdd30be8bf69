/* SPDX-License-Identifier: MIT */
/*
 * See record-bind.h.
 */
#include "record-bind.h"

#include "locate.h"
#include "program.h"
#include "terminal.h"
#include "tracepoints-list.h"
#include "tracepoints-objects.h"

#include "near-names.h"
#include "spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "liballocspan-bind.so"
#define ENV_LIST "ALLOCSPAN_BIND"
#define ENV_FILE "ALLOCSPAN_BIND_FILE"
#define ENV_REPORT "ALLOCSPAN_BIND_REPORT"
/* More of them say nothing new. */
#define MESSAGES_MAX 20

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

int aspan_record_bind_check(const struct aspan_record_options *options)
{
	struct aspan_bind_spec spec;
	char message[512];

	for (size_t i = 0; i < options->binding_count; i++) {
		const char *text = options->bindings[i];

		if (aspan_bind_spec_parse(&spec, text, strlen(text), message, sizeof(message))) {
			aspan_terminal_error("--bind: %s; see allocspan-bind(7)", message);
			return -EINVAL;
		}
	}
	return 0;
}

static void mention_event(const struct aspan_tracepoint_list *list,
			  const struct aspan_bind_event *event)
{
	char meant[ASPAN_BIND_NAME_BYTES];
	struct aspan_bind_near_names near = { .meant = meant };
	char suggestions[1024];

	snprintf(meant, sizeof(meant), "%s:%s", event->provider, event->name);
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].provider, event->provider) == 0 &&
		    strcmp(list->items[i].name, event->name) == 0) {
			return;
		}
		aspan_bind_near_names_add(&near, list->items[i].provider, list->items[i].name);
	}
	aspan_bind_near_names_text(&near, suggestions, sizeof(suggestions));
	if (*suggestions) {
		aspan_terminal_note("--bind: the command has no tracepoint '%s'%s", meant,
				    suggestions);
	}
}

static void mention_events(const struct aspan_tracepoint_list *list, const char *text)
{
	struct aspan_bind_spec spec;
	char message[512];

	if (aspan_bind_spec_parse(&spec, text, strlen(text), message, sizeof(message))) {
		return;
	}
	for (size_t i = 0; i < spec.begin_count; i++) {
		mention_event(list, &spec.begins[i]);
	}
	for (size_t i = 0; i < spec.end_count; i++) {
		mention_event(list, &spec.ends[i]);
	}
	if (spec.label.name) {
		mention_event(list, &spec.label);
	}
}

/* Before anything is recorded: what is not there but nearly so was hardly meant. */
static void mention_unknown(const struct aspan_record_options *options, const char *path)
{
	struct aspan_tracepoint_list list = { .count = 0 };
	struct aspan_program program;

	if (aspan_program_examine(&program, path) == 0 && program.is_elf && !program.is_script &&
	    aspan_tracepoints_of_program(&list, program.path) == 0) {
		for (size_t i = 0; i < options->binding_count; i++) {
			mention_events(&list, options->bindings[i]);
		}
	}
	aspan_tracepoint_list_fini(&list);
	aspan_program_fini(&program);
}

/* The SPECs of the environment, then ours, one a line; NULL without memory. */
static char *join(const struct aspan_record_options *options)
{
	const char *given = getenv(ENV_LIST);
	char *list = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&list, &length);

	if (!stream) {
		return NULL;
	}
	fputs(given ? given : "", stream);
	for (size_t i = 0; i < options->binding_count; i++) {
		fprintf(stream, "\n%s", options->bindings[i]);
	}
	if (fclose(stream)) {
		free(list);
		return NULL;
	}
	return list;
}

/* An empty file to which the command's processes append. */
static int make_report(struct aspan_record_bind *bind)
{
	const char *parent = getenv("TMPDIR");
	int file;

	if (asprintf(&bind->report, "%s/allocspan-bind-XXXXXX",
		     parent && *parent == '/' ? parent : "/tmp") < 0) {
		bind->report = NULL;
		return -ENOMEM;
	}
	file = mkstemp(bind->report);
	if (file < 0) {
		int error = errno;

		aspan_terminal_error("%s: cannot be made: %s", bind->report, strerror(error));
		free(bind->report);
		bind->report = NULL;
		return -error;
	}
	close(file);
	return 0;
}

int aspan_record_bind_init(struct aspan_record_bind *bind,
			   const struct aspan_record_options *options, const char *program)
{
	*bind = (struct aspan_record_bind){
		.options = options,
		.is_wanted = options->binding_count > 0 || is_set(ENV_LIST) || is_set(ENV_FILE),
	};
	if (!bind->is_wanted) {
		return 0;
	}
	bind->list = join(options);
	if (!bind->list) {
		aspan_terminal_error("no memory for the bindings");
		return -ENOMEM;
	}
	mention_unknown(options, program);
	return make_report(bind);
}

int aspan_record_bind_add_library(const struct aspan_record_bind *bind, char **preload)
{
	char *library, *both;
	int ret;

	if (!bind->is_wanted) {
		return 0;
	}
	ret = aspan_locate_library(LIBRARY, &library);
	if (ret < 0) {
		aspan_terminal_error("%s not found; build or install allocspan as a whole",
				     library ? library : LIBRARY);
	} else if (asprintf(&both, "%s:%s", *preload, library) < 0) {
		ret = -ENOMEM;
	} else {
		free(*preload);
		*preload = both;
	}
	free(library);
	return ret;
}

unsigned int aspan_record_bind_set_environment(const struct aspan_record_bind *bind,
					       struct aspan_record_variable *environment)
{
	if (!bind->is_wanted) {
		return 0;
	}
	environment[0] = (struct aspan_record_variable){ ENV_LIST, bind->list };
	environment[1] = (struct aspan_record_variable){ ENV_REPORT, bind->report };
	return 2;
}

struct lines {
	char **items;
	size_t count;
};

static void read_lines(struct lines *lines, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (file && (length = getline(&line, &size, file)) > 0) {
		char **moved = reallocarray(lines->items, lines->count + 1, sizeof(char *));

		if (!moved) {
			break;
		}
		lines->items = moved;
		if (line[length - 1] == '\n') {
			line[length - 1] = '\0';
		}
		lines->items[lines->count] = strdup(line);
		lines->count += lines->items[lines->count] != NULL;
	}
	free(line);
	if (file) {
		fclose(file);
	}
}

/* Several processes say the same. */
static bool is_repeated(const struct lines *lines, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(lines->items[i], lines->items[index]) == 0) {
			return true;
		}
	}
	return false;
}

static bool has_line(const struct lines *lines, char kind, const char *event, size_t length)
{
	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->items[i];

		if (line[0] == kind && strncmp(line + 1, event, length) == 0 &&
		    (line[1 + length] == '\0' || line[1 + length] == '\t')) {
			return true;
		}
	}
	return false;
}

/*
 * The message of a line, or NULL if nobody needs to know: that one process does not have an event matters only if no other has
 * it. The kinds of lines are told in lib/bind/tell.h.
 */
static const char *find_message(const struct lines *lines, size_t index)
{
	const char *line = lines->items[index];
	const char *tab = strchr(line, '\t');

	if (is_repeated(lines, index)) {
		return NULL;
	}
	if (line[0] == '!') {
		return line + 1;
	}
	if (line[0] == '-' && tab && !has_line(lines, '+', line + 1, (size_t) (tab - line) - 1)) {
		return tab + 1;
	}
	return NULL;
}

/* A process that is killed, or is not under our library, says nothing. */
static void mention_unheard(const struct lines *lines, const struct aspan_bind_event *event)
{
	char name[ASPAN_BIND_NAME_BYTES];

	snprintf(name, sizeof(name), "%s:%s", event->provider, event->name);
	if (!has_line(lines, '+', name, strlen(name)) &&
	    !has_line(lines, '-', name, strlen(name))) {
		aspan_terminal_note("--bind: %s: no process of the command had this tracepoint",
				    name);
	}
}

/* The begins: without one of them nothing else of a binding is looked for. */
static void mention_all_unheard(const struct aspan_record_bind *bind, const struct lines *lines)
{
	struct aspan_bind_spec spec;
	char message[512];

	for (size_t i = 0; i < bind->options->binding_count; i++) {
		const char *text = bind->options->bindings[i];

		if (aspan_bind_spec_parse(&spec, text, strlen(text), message, sizeof(message)) ==
		    0) {
			for (size_t b = 0; b < spec.begin_count; b++) {
				mention_unheard(lines, &spec.begins[b]);
			}
		}
	}
}

static void mention_lines(const struct lines *lines)
{
	size_t told = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const char *message = find_message(lines, i);

		if (message && told++ < MESSAGES_MAX) {
			aspan_terminal_note("--bind: %s", message);
		}
	}
	if (told > MESSAGES_MAX) {
		aspan_terminal_note("--bind: and %zu more like these", told - MESSAGES_MAX);
	}
}

void aspan_record_bind_tell(const struct aspan_record_bind *bind)
{
	struct lines lines = { .count = 0 };

	if (!bind->report) {
		return;
	}
	read_lines(&lines, bind->report);
	mention_lines(&lines);
	mention_all_unheard(bind, &lines);
	for (size_t i = 0; i < lines.count; i++) {
		free(lines.items[i]);
	}
	free(lines.items);
}

void aspan_record_bind_fini(struct aspan_record_bind *bind)
{
	if (bind->report) {
		unlink(bind->report);
	}
	free(bind->report);
	free(bind->list);
	*bind = (struct aspan_record_bind){ 0 };
}
