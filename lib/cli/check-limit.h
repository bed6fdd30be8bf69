/* SPDX-License-Identifier: MIT */
/*
 * The limits of rules: whole numbers, written with units.
 */
#ifndef ASPAN_CLI_CHECK_LIMIT_H
#define ASPAN_CLI_CHECK_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads a number and its unit, and moves *text behind them. It may have decimals where the unit makes it whole: 1.5KiB.
 * 0; or -EINVAL, and *message says in one line what is wrong.
 */
int aspan_check_limit_parse(const char **text, bool is_bytes, uint64_t *limit, char *message,
			    size_t message_bytes);

/* "67108864 B (64.0 MiB)", "123". Returns `text`. */
#define ASPAN_CHECK_NUMBER_SIZE 64
char *aspan_check_number_format(char text[ASPAN_CHECK_NUMBER_SIZE], uint64_t number, bool is_bytes);

#endif
