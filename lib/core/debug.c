/* SPDX-License-Identifier: MIT */
/*
 * See debug.h.
 */
#include "debug.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_BYTES 512

bool aspan_debug_wanted;

void aspan_debug_print(const char *format, ...)
{
	int saved_errno = errno;
	char line[LINE_BYTES];
	va_list arguments;
	int prefix;
	int text;

	prefix = snprintf(line, sizeof(line), "allocspan[%d]: ", (int) getpid());
	va_start(arguments, format);
	text = vsnprintf(line + prefix, sizeof(line) - (size_t) prefix - 1, format, arguments);
	va_end(arguments);
	if (text >= 0) {
		size_t length = (size_t) prefix + (size_t) text;

		if (length > sizeof(line) - 1) {
			length = sizeof(line) - 2;
		}
		line[length] = '\n';
		if (write(STDERR_FILENO, line, length + 1) < 0) {
			/* Nobody to tell. */
		}
	}
	errno = saved_errno;
}
