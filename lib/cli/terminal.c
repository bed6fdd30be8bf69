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
#define ENV_DEBUG "ALLOCSPAN_DEBUG"

/* What stderr was before libraries lost it; NULL if they have it. */
static FILE *claimed_stream;

FILE *aspan_terminal_stream(void)
{
	return claimed_stream ? claimed_stream : stderr;
}

static void print_message(enum aspan_terminal_style style, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void print_message(enum aspan_terminal_style style, const char *format, va_list arguments)
{
	FILE *stream = aspan_terminal_stream();
	char *message;

	if (vasprintf(&message, format, arguments) < 0) {
		return;
	}
	fprintf(stream, "%sallocspan:%s %s\n", aspan_terminal_get_style(stream, style),
		aspan_terminal_get_style(stream, ASPAN_STYLE_PLAIN), message);
	free(message);
}

void aspan_terminal_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(ASPAN_STYLE_BAD, format, arguments);
	va_end(arguments);
}

void aspan_terminal_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(ASPAN_STYLE_BOLD, format, arguments);
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

void aspan_terminal_claim_stderr(void)
{
	const char *debug = getenv(ENV_DEBUG);
	int own;

	if (claimed_stream || (debug && strcmp(debug, "1") == 0)) {
		return;
	}
	own = aspan_terminal_silence();
	if (own < 0) {
		return;
	}
	claimed_stream = fdopen(own, "w");
	if (!claimed_stream) {
		aspan_terminal_unsilence(own);
		return;
	}
	/* As stderr: a message is there before the process may end. */
	setvbuf(claimed_stream, NULL, _IONBF, 0);
}
