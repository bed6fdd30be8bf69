/* SPDX-License-Identifier: MIT */
/*
 * See tell.h.
 */
#include "tell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENV_DEBUG "ALLOCSPAN_DEBUG"
#define ENV_REPORT "ALLOCSPAN_BIND_REPORT"
#define LINE_BYTES 1024

static bool is_wanted;
static const char *report_file;

void aspan_bind_tell_init(void)
{
	const char *debug = secure_getenv(ENV_DEBUG);

	is_wanted = debug && strcmp(debug, "") != 0 && strcmp(debug, "0") != 0;
	report_file = secure_getenv(ENV_REPORT);
}

/* One write each, so that lines of several threads and processes do not mix. */
static void write_line(int file, const char *line, size_t length)
{
	if (write(file, line, length) < 0) {
		/* Nobody to tell. */
	}
}

void aspan_bind_tell(const char *format, ...)
{
	int saved_errno = errno;
	char line[LINE_BYTES];
	va_list arguments;
	int prefix;
	int length;

	if (!is_wanted && !report_file) {
		return;
	}
	prefix = snprintf(line, sizeof(line), "allocspan[%d]: ", (int) getpid());
	va_start(arguments, format);
	length = vsnprintf(line + prefix, sizeof(line) - (size_t) prefix - 1, format, arguments);
	va_end(arguments);
	length += prefix;
	if (length > LINE_BYTES - 2) {
		length = LINE_BYTES - 2;
	}
	line[length++] = '\n';
	if (is_wanted) {
		write_line(STDERR_FILENO, line, (size_t) length);
	}
	if (report_file) {
		int file = open(report_file, O_WRONLY | O_APPEND | O_CLOEXEC);

		if (file >= 0) {
			write_line(file, line, (size_t) length);
			close(file);
		}
	}
	errno = saved_errno;
}
