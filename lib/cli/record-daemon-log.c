/* SPDX-License-Identifier: MIT */
/*
 * What a session daemon of our own, and its consumers, wrote to their log.
 */
#include "record-daemon-log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool aspan_daemon_log_find(const char *home, const char *mark, char *text, size_t size)
{
	char *path, *line = NULL;
	size_t line_size = 0;
	bool is_found = false;
	FILE *log = NULL;

	if (asprintf(&path, "%s/log", home) > 0) {
		log = fopen(path, "re");
		free(path);
	}
	while (log && getline(&line, &line_size, log) > 0) {
		const char *found = strstr(line, mark);

		if (found) {
			is_found = true;
			found += strlen(mark);
			snprintf(text, size, "%.*s", (int) strcspn(found, "\n"), found);
		}
	}
	free(line);
	if (log) {
		fclose(log);
	}
	return is_found;
}
