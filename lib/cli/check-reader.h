/* SPDX-License-Identifier: MIT */
/*
 * Reads the words of a rule of `allocspan check`, from left to right.
 */
#ifndef ASPAN_CLI_CHECK_READER_H
#define ASPAN_CLI_CHECK_READER_H

#include <stddef.h>

#define ASPAN_CHECK_WORD_SIZE 32

struct aspan_check_reader {
	const char *at; /* what is not read yet */
	char *message; /* what is wrong, in one line */
	size_t message_bytes;
};

/* Says what is wrong. Always -EINVAL. */
int aspan_check_reader_complain(struct aspan_check_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void aspan_check_reader_skip_space(struct aspan_check_reader *reader);

/* Letters, digits, `_` and `-`; a longer word is cut. */
void aspan_check_reader_read_word(struct aspan_check_reader *reader,
				  char word[ASPAN_CHECK_WORD_SIZE]);

/* In quotes, or up to one of `ends`, without spaces around. The caller frees it; NULL without memory. */
char *aspan_check_reader_read_name(struct aspan_check_reader *reader, const char *ends);

#endif
