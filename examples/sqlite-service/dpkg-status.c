/* SPDX-License-Identifier: MIT */
/*
 * The file is a sequence of stanzas, each ended by an empty line: fields `Name: value`, and lines
 * that begin with a space and go on with the field before.
 */
#include "dpkg-status.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum field {
	FIELD_OTHER,
	FIELD_PACKAGE,
	FIELD_STATUS,
	FIELD_PRIORITY,
	FIELD_SECTION,
	FIELD_INSTALLED_SIZE,
	FIELD_VERSION,
	FIELD_PRE_DEPENDS,
	FIELD_DEPENDS,
	FIELD_DESCRIPTION,
};

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "Package", FIELD_PACKAGE },
	{ "Status", FIELD_STATUS },
	{ "Priority", FIELD_PRIORITY },
	{ "Section", FIELD_SECTION },
	{ "Installed-Size", FIELD_INSTALLED_SIZE },
	{ "Version", FIELD_VERSION },
	{ "Pre-Depends", FIELD_PRE_DEPENDS },
	{ "Depends", FIELD_DEPENDS },
	{ "Description", FIELD_DESCRIPTION },
};

/* The stanza that is being read. */
struct reader {
	struct package *package; /* NULL between stanzas */
	bool installed;
	enum field field; /* what a line that begins with a space goes on with */
};

static void package_destroy(struct package *package)
{
	if (!package) {
		return;
	}
	free(package->name);
	free(package->version);
	free(package->section);
	free(package->priority);
	free(package->summary);
	free(package->description);
	free(package->depends);
	free(package);
}

static struct package *package_create(void)
{
	struct package *package = calloc(1, sizeof(*package));

	if (!package) {
		return NULL;
	}
	package->name = strdup("");
	package->version = strdup("");
	package->section = strdup("");
	package->priority = strdup("");
	package->summary = strdup("");
	package->description = strdup("");
	package->depends = strdup("");
	if (!package->name || !package->version || !package->section || !package->priority ||
	    !package->summary || !package->description || !package->depends) {
		package_destroy(package);
		return NULL;
	}
	return package;
}

/* Adds text to a string, after a separator if there is something before it. */
static int append(char **string, const char *separator, const char *text)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", *string, **string ? separator : "", text) < 0) {
		return -ENOMEM;
	}
	free(*string);
	*string = longer;
	return 0;
}

static enum field field_find(const char *line, size_t name_length)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) == name_length &&
		    strncasecmp(line, fields[i].name, name_length) == 0) {
			return fields[i].field;
		}
	}
	return FIELD_OTHER;
}

static int field_store(struct reader *reader, const char *value)
{
	struct package *package = reader->package;

	switch (reader->field) {
	case FIELD_PACKAGE:
		return append(&package->name, "", value);
	case FIELD_STATUS:
		/* Three words: what is wanted, whether all is well, what is. */
		reader->installed = strstr(value, " installed") != NULL;
		return 0;
	case FIELD_PRIORITY:
		return append(&package->priority, "", value);
	case FIELD_SECTION:
		return append(&package->section, "", value);
	case FIELD_INSTALLED_SIZE:
		package->installed_kib = strtol(value, NULL, 10);
		return 0;
	case FIELD_VERSION:
		return append(&package->version, "", value);
	case FIELD_PRE_DEPENDS:
	case FIELD_DEPENDS:
		return append(&package->depends, ", ", value);
	case FIELD_DESCRIPTION:
		return append(&package->summary, "", value);
	case FIELD_OTHER:
		break;
	}
	return 0;
}

static int line_read(struct reader *reader, char *line)
{
	char *colon;

	if (!reader->package) {
		reader->package = package_create();
		reader->installed = false;
		reader->field = FIELD_OTHER;
		if (!reader->package) {
			return -ENOMEM;
		}
	}
	if (line[0] == ' ') {
		if (reader->field != FIELD_DESCRIPTION) {
			return 0;
		}
		return append(&reader->package->description, "\n", line + 1);
	}
	colon = strchr(line, ':');
	if (!colon) {
		return -EINVAL;
	}
	reader->field = field_find(line, (size_t) (colon - line));
	return field_store(reader, colon + 1 + strspn(colon + 1, " "));
}

static void stanza_end(struct reader *reader, struct package_list *list)
{
	struct package *package = reader->package;

	reader->package = NULL;
	if (!package || !reader->installed || package->name[0] == '\0') {
		package_destroy(package);
		return;
	}
	if (list->last) {
		list->last->next = package;
	} else {
		list->first = package;
	}
	list->last = package;
	list->count++;
}

int dpkg_status_read(const char *path, struct package_list *list)
{
	struct reader reader = { 0 };
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int status = 0;

	if (!file) {
		return -errno;
	}
	while (status == 0 && (length = getline(&line, &size, file)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0') {
			stanza_end(&reader, list);
		} else {
			status = line_read(&reader, line);
		}
	}
	if (status == 0 && ferror(file)) {
		status = -EIO;
	}
	if (status == 0) {
		stanza_end(&reader, list);
		status = list->count > 0 ? 0 : -EINVAL;
	}
	package_destroy(reader.package);
	free(line);
	fclose(file);
	return status;
}

void package_list_fini(struct package_list *list)
{
	struct package *package = list->first;

	while (package) {
		struct package *next = package->next;

		package_destroy(package);
		package = next;
	}
	*list = (struct package_list){ 0 };
}
