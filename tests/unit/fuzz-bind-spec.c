/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer driver of the list of bindings (ALLOCSPAN_BIND, record --bind): each SPEC is read, or refused with one line.
 */
#include "spec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_control_characters(const char *line)
{
	while ((unsigned char) *line >= ' ' && *line != 0x7f) {
		line++;
	}
	return *line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct aspan_bind_spec spec;
	char *list = strndup((const char *) data, size);
	const char *rest = list;
	const char *start;
	char message[300];
	size_t length;

	while ((length = aspan_bind_spec_next(&rest, &start)) > 0) {
		message[0] = '\0';
		if (start < list || start + length > list + strlen(list)) {
			abort();
		}
		if (aspan_bind_spec_parse(&spec, start, length, message, sizeof(message)) != 0 &&
		    (!message[0] || has_control_characters(message) ||
		     strlen(message) >= sizeof(message))) {
			abort();
		}
	}
	free(list);
	return 0;
}
