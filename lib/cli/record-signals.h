/* SPDX-License-Identifier: MIT */
/*
 * Signals while a command is recorded: blocked from the beginning, and taken one by one.
 *
 * So nothing is interrupted half-way, and no handler runs. Signals that were ignored when `allocspan` was
 * started (nohup) stay ignored.
 */
#ifndef ASPAN_CLI_RECORD_SIGNALS_H
#define ASPAN_CLI_RECORD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Once, before anything is started. */
void aspan_record_signals_block(void);

/* In a child, before exec: all as `allocspan` was started with. What is pending comes now. */
void aspan_record_signals_restore(void);

/* Waits for the next of them; timeout_ms < 0 waits for ever. The signal's number, or 0. */
int aspan_record_signals_take(siginfo_t *info, int timeout_ms);

/* Waits this long; true if the user wants an end instead (Ctrl-C, SIGTERM, ...). */
bool aspan_record_signals_interrupted(int timeout_ms);

#endif
