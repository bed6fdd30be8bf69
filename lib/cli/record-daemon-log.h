/* SPDX-License-Identifier: MIT */
/*
 * What a session daemon of our own, and its consumers, wrote to their log.
 */
#ifndef ASPAN_CLI_RECORD_DAEMON_LOG_H
#define ASPAN_CLI_RECORD_DAEMON_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* The last line with `mark` in it: what follows the mark; false if there is none. */
bool aspan_daemon_log_find(const char *home, const char *mark, char *text, size_t size);

#endif
