/* SPDX-License-Identifier: MIT */
/*
 * Declares the events of LTTng's libc wrapper that do not occur in an exported trace.
 *
 * The names, fields, types and ids are those that the filter would have made (lib/bt2-plugin/libc-events.c, whose event
 * classes have the ids 0 to 5 in this order). sink.ctf.fs writes metadata as plain text, to which text can be added.
 */
#include "export-metadata.h"

#include "terminal.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER "\t\tinteger { size = 64; align = 8; } _"
#define POINTER "\t\tinteger { size = 64; align = 8; base = x; } _"
#define RESULT "\t\tinteger { size = 32; align = 8; signed = true; } _"

static const struct {
	const char *name;
	const char *fields;
} events[] = {
	{ "malloc", NUMBER "size;\n" POINTER "ptr;\n" },
	{ "free", POINTER "ptr;\n" },
	{ "calloc", NUMBER "nmemb;\n" NUMBER "size;\n" POINTER "ptr;\n" },
	{ "realloc", POINTER "in_ptr;\n" NUMBER "size;\n" POINTER "ptr;\n" },
	{ "memalign", NUMBER "alignment;\n" NUMBER "size;\n" POINTER "ptr;\n" },
	{ "posix_memalign",
	  POINTER "out_ptr;\n" NUMBER "alignment;\n" NUMBER "size;\n" RESULT "result;\n" },
};

#define EVENT_COUNT (sizeof(events) / sizeof(events[0]))

/* Sets is_declared of each; 0 or negative errno. */
static int find_declared(FILE *metadata, bool is_declared[EVENT_COUNT])
{
	char *line = NULL;
	size_t size = 0;
	int result;

	while (getline(&line, &size, metadata) >= 0) {
		for (size_t i = 0; i < EVENT_COUNT; i++) {
			char wanted[64];

			snprintf(wanted, sizeof(wanted), "name = \"lttng_ust_libc:%s\";",
				 events[i].name);
			is_declared[i] |= strstr(line, wanted) != NULL;
		}
	}
	result = ferror(metadata) ? -EIO : 0;
	free(line);
	return result;
}

static void declare(FILE *metadata, size_t i)
{
	fprintf(metadata,
		"event {\n\tname = \"lttng_ust_libc:%s\";\n\tstream_id = 0;\n\tid = %zu;\n"
		"\tloglevel = 13;\n\tfields := struct {\n%s\t} align(8);\n};\n\n",
		events[i].name, i, events[i].fields);
}

static int complete(const char *path)
{
	bool is_declared[EVENT_COUNT] = { false };
	FILE *metadata = fopen(path, "r+e");
	int result;

	if (!metadata) {
		return -errno;
	}
	result = find_declared(metadata, is_declared);
	/* Between reading and writing a stream must be told where it is. */
	if (!result && fseek(metadata, 0, SEEK_END) < 0) {
		result = -errno;
	}
	for (size_t i = 0; !result && i < EVENT_COUNT; i++) {
		if (!is_declared[i]) {
			declare(metadata, i);
		}
	}
	if (fclose(metadata) == EOF && !result) {
		result = -errno;
	}
	return result;
}

int aspan_export_metadata_complete(const char *directory, size_t *trace_count)
{
	char *const paths[] = { (char *) (size_t) directory, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int result = tree ? 0 : -errno;

	*trace_count = 0;
	while (!result && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_F && strcmp(entry->fts_name, "metadata") == 0) {
			++*trace_count;
			result = complete(entry->fts_path);
		}
	}
	if (result) {
		aspan_terminal_error("cannot complete the metadata in %s: %s", directory,
				     strerror(-result));
	}
	if (tree) {
		fts_close(tree);
	}
	return result;
}
