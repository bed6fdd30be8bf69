/* SPDX-License-Identifier: MIT */
/*
 * What the subcommands share to talk to people: messages, colour, width.
 *
 * Messages go to stderr, one line each, after "allocspan: ". Colour appears only where a terminal reads it
 * and NO_COLOR does not forbid it, so that output into a pipe or a file is plain.
 */
#ifndef ASPAN_CLI_TERMINAL_H
#define ASPAN_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum aspan_terminal_style {
	ASPAN_STYLE_PLAIN, /* ends the others */
	ASPAN_STYLE_BOLD,
	ASPAN_STYLE_DIM,
	ASPAN_STYLE_GOOD,
	ASPAN_STYLE_WARNING,
	ASPAN_STYLE_BAD,
};

/* Where messages go: stderr, also after aspan_terminal_claim_stderr(). */
FILE *aspan_terminal_stream(void);

/* Says what failed, on what, and what to do about it; the newline is added. */
void aspan_terminal_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says something that is no error, also on stderr, so that stdout stays the output. */
void aspan_terminal_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a person watches this stream. */
bool aspan_terminal_is_interactive(FILE *stream);

/* Whether escape sequences for colour may be written to the stream. */
bool aspan_terminal_has_colour(FILE *stream);

/* The columns of the terminal (or COLUMNS, or 80) that the stream writes to; 0 if it is none. */
unsigned int aspan_terminal_get_width(FILE *stream);

/* The escape sequence that begins a style on this stream, or "" where there is no colour. */
const char *aspan_terminal_get_style(FILE *stream, enum aspan_terminal_style style);

/*
 * While a library is called that prints to stderr what the caller says better: nothing gets there. Hand the result to
 * unsilence.
 */
int aspan_terminal_silence(void);
void aspan_terminal_unsilence(int silence);

/*
 * From here on the messages of this command alone reach stderr. What libraries print goes nowhere, up to the process's end, and
 * also where they abort it. With ALLOCSPAN_DEBUG=1 in the environment, all is printed.
 */
void aspan_terminal_claim_stderr(void);

#endif
