/* SPDX-License-Identifier: MIT */
/*
 * See report-facts.h.
 */
#include "report-facts.h"

#include <json-c/json.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FACTS_FILE "allocspan.json"

static bool is_regular(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static enum aspan_report_cover get_cover(struct json_object *facts)
{
	struct json_object *events = NULL, *covers = NULL;

	if (!json_object_object_get_ex(facts, "events", &events) ||
	    !json_object_object_get_ex(events, "covers_all", &covers) ||
	    !json_object_is_type(covers, json_type_boolean)) {
		return ASPAN_REPORT_COVER_UNKNOWN;
	}
	return json_object_get_boolean(covers) ? ASPAN_REPORT_COVER_ALL : ASPAN_REPORT_COVER_PART;
}

enum aspan_report_cover aspan_report_facts_read_cover(const char *directory)
{
	enum aspan_report_cover cover;
	struct json_object *facts = NULL;
	char *path;

	if (asprintf(&path, "%s/" FACTS_FILE, directory) < 0) {
		return ASPAN_REPORT_COVER_UNKNOWN;
	}
	if (is_regular(path)) {
		facts = json_object_from_file(path);
	}
	cover = facts ? get_cover(facts) : ASPAN_REPORT_COVER_UNKNOWN;
	json_object_put(facts);
	free(path);
	return cover;
}
