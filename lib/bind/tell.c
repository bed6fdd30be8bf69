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

__attribute__((format(printf, 2, 3))) static void print_to(int file, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	if (length > LINE_BYTES - 2) {
		length = LINE_BYTES - 2;
	}
	line[length++] = '\n';
	write_line(file, line, (size_t) length);
}

static void print_to_people(const char *message)
{
	if (is_wanted) {
		print_to(STDERR_FILENO, "allocspan[%d]: %s", (int) getpid(), message);
	}
}

static void print_to_file(const char *kind, const char *event, const char *message)
{
	int file = report_file ? open(report_file, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;

	if (file >= 0) {
		print_to(file, "%s%s%s", kind, event, message);
		close(file);
	}
}

void aspan_bind_tell(const char *format, ...)
{
	int saved_errno = errno;
	char message[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	print_to_people(message);
	print_to_file("!", "", message);
	errno = saved_errno;
}

void aspan_bind_tell_present(const char *event)
{
	int saved_errno = errno;

	print_to_file("+", event, "");
	errno = saved_errno;
}

void aspan_bind_tell_absent(const char *event, const char *message)
{
	int saved_errno = errno;
	char rest[LINE_BYTES];

	snprintf(rest, sizeof(rest), "\t%s", message);
	print_to_people(message);
	print_to_file("-", event, rest);
	errno = saved_errno;
}
