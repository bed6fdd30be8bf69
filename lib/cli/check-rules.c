/* SPDX-License-Identifier: MIT */
/*
 * The rules that a run of `allocspan check` was given.
 */
#include "check-rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REASON 512

int aspan_check_rules_add(struct aspan_check_rules *rules, const char *text, char *message,
			  size_t message_bytes)
{
	struct aspan_check_rule *moved =
		reallocarray(rules->items, rules->count + 1, sizeof(*moved));
	int result;

	if (!moved) {
		snprintf(message, message_bytes, "no memory");
		return -ENOMEM;
	}
	rules->items = moved;
	result = aspan_check_rule_parse(&moved[rules->count], text, message, message_bytes);
	rules->count += !result;
	return result;
}

static bool is_rule(const char *line)
{
	line += strspn(line, " \t\r\n");
	return *line && *line != '#';
}

static int add_lines(struct aspan_check_rules *rules, FILE *file, const char *path, char *message,
		     size_t message_bytes)
{
	char *line = NULL, reason[MAX_REASON];
	size_t capacity = 0;
	int result = 0;

	for (unsigned int number = 1; !result && getline(&line, &capacity, file) >= 0; number++) {
		if (!is_rule(line)) {
			continue;
		}
		result = aspan_check_rules_add(rules, line, reason, sizeof(reason));
		if (result) {
			snprintf(message, message_bytes, "%s:%u: %s", path, number, reason);
		}
	}
	free(line);
	if (!result && ferror(file)) {
		snprintf(message, message_bytes, "cannot read %s: %s", path, strerror(errno));
		result = -EIO;
	}
	return result;
}

int aspan_check_rules_add_file(struct aspan_check_rules *rules, const char *path, char *message,
			       size_t message_bytes)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	int result;

	if (!file) {
		result = -errno;
		snprintf(message, message_bytes, "cannot read %s: %s", path, strerror(errno));
		return result;
	}
	result = add_lines(rules, file, path, message, message_bytes);
	if (file != stdin) {
		fclose(file);
	}
	return result;
}

void aspan_check_rules_fini(struct aspan_check_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		aspan_check_rule_fini(&rules->items[i]);
	}
	free(rules->items);
	*rules = (struct aspan_check_rules){ 0 };
}
