/* SPDX-License-Identifier: MIT */
/*
 * See report-facts.h.
 */
#include "report-facts.h"

#include <json-c/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FACTS_FILE "allocspan.json"

static bool is_regular(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool covers_all(struct json_object *facts)
{
	struct json_object *events = NULL, *covers = NULL;

	return json_object_object_get_ex(facts, "events", &events) &&
	       json_object_object_get_ex(events, "covers_all", &covers) &&
	       json_object_is_type(covers, json_type_boolean) && json_object_get_boolean(covers);
}

bool aspan_report_facts_cover_all(const char *directory)
{
	struct json_object *facts = NULL;
	bool does_cover;
	char *path;

	if (asprintf(&path, "%s/" FACTS_FILE, directory) < 0) {
		return false;
	}
	if (is_regular(path)) {
		facts = json_object_from_file(path);
	}
	does_cover = facts && covers_all(facts);
	json_object_put(facts);
	free(path);
	return does_cover;
}
