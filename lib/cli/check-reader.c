/* SPDX-License-Identifier: MIT */
/*
 * Reads the words of a rule.
 */
#include "check-reader.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int aspan_check_reader_complain(struct aspan_check_reader *reader, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reader->message, reader->message_bytes, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

void aspan_check_reader_skip_space(struct aspan_check_reader *reader)
{
	while (isspace((unsigned char) *reader->at)) {
		reader->at++;
	}
}

void aspan_check_reader_read_word(struct aspan_check_reader *reader,
				  char word[ASPAN_CHECK_WORD_SIZE])
{
	size_t length = 0;

	aspan_check_reader_skip_space(reader);
	while (isalnum((unsigned char) *reader->at) || *reader->at == '_' || *reader->at == '-') {
		if (length < ASPAN_CHECK_WORD_SIZE - 1) {
			word[length++] = *reader->at;
		}
		reader->at++;
	}
	word[length] = '\0';
}

char *aspan_check_reader_read_name(struct aspan_check_reader *reader, const char *ends)
{
	bool is_quoted;
	char *name, *out;

	aspan_check_reader_skip_space(reader);
	is_quoted = *reader->at == '"';
	reader->at += is_quoted;
	name = out = malloc(strlen(reader->at) + 1);
	while (name && *reader->at &&
	       (is_quoted ? *reader->at != '"' : !strchr(ends, *reader->at))) {
		if (is_quoted && *reader->at == '\\' && reader->at[1]) {
			reader->at++;
		}
		*out++ = *reader->at++;
	}
	reader->at += is_quoted && *reader->at == '"';
	while (name && !is_quoted && out > name && isspace((unsigned char) out[-1])) {
		out--;
	}
	if (name) {
		*out = '\0';
	}
	return name;
}
