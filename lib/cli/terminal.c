/* SPDX-License-Identifier: MIT */
/*
 * What the subcommands share to talk to people: messages, colour, width.
 *
 * A message is written with one call, so that it stays one line among the output of the recorded
 * command.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FALLBACK_WIDTH 80
#define MAX_WIDTH 10000

static void print_message(const char *style, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void print_message(const char *style, const char *format, va_list arguments)
{
	char *message;

	if (vasprintf(&message, format, arguments) < 0) {
		return;
	}
	fprintf(stderr, "%sallocspan:%s %s\n", style,
		*style ? aspan_terminal_get_style(stderr, ASPAN_STYLE_PLAIN) : "", message);
	free(message);
}

void aspan_terminal_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(aspan_terminal_get_style(stderr, ASPAN_STYLE_BAD), format, arguments);
	va_end(arguments);
}

void aspan_terminal_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(aspan_terminal_get_style(stderr, ASPAN_STYLE_BOLD), format, arguments);
	va_end(arguments);
}

bool aspan_terminal_is_interactive(FILE *stream)
{
	int saved_errno = errno;
	bool is_terminal = isatty(fileno(stream)) == 1;

	errno = saved_errno;
	return is_terminal;
}

bool aspan_terminal_has_colour(FILE *stream)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color && *no_color) {
		return false;
	}
	return aspan_terminal_is_interactive(stream) && term && *term && strcmp(term, "dumb") != 0;
}

unsigned int aspan_terminal_get_width(FILE *stream)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	unsigned long width;

	if (!aspan_terminal_is_interactive(stream)) {
		return 0;
	}
	if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		return size.ws_col;
	}
	width = columns ? strtoul(columns, NULL, 10) : 0;
	return width > 0 && width <= MAX_WIDTH ? (unsigned int) width : FALLBACK_WIDTH;
}

const char *aspan_terminal_get_style(FILE *stream, enum aspan_terminal_style style)
{
	static const char *const sequences[] = {
		[ASPAN_STYLE_PLAIN] = "\033[0m",    [ASPAN_STYLE_BOLD] = "\033[1m",
		[ASPAN_STYLE_DIM] = "\033[2m",	    [ASPAN_STYLE_GOOD] = "\033[32m",
		[ASPAN_STYLE_WARNING] = "\033[33m", [ASPAN_STYLE_BAD] = "\033[31m",
	};

	return aspan_terminal_has_colour(stream) ? sequences[style] : "";
}

int aspan_terminal_silence(void)
{
	int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(stderr);
	if (saved >= 0 && null_fd >= 0) {
		dup2(null_fd, STDERR_FILENO);
	}
	if (null_fd >= 0) {
		close(null_fd);
	}
	return saved;
}

void aspan_terminal_unsilence(int silence)
{
	fflush(stderr);
	if (silence >= 0) {
		dup2(silence, STDERR_FILENO);
		close(silence);
	}
}
