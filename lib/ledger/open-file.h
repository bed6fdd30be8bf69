/* SPDX-License-Identifier: MIT */
/*
 * Opens the file of a ledger, whatever it turns out to be.
 */
#ifndef ASPAN_LEDGER_OPEN_FILE_H
#define ASPAN_LEDGER_OPEN_FILE_H

#include "ledger-error.h"

/* For reading; symbolic links are not followed, and nothing blocks. A descriptor, or negative errno with a line in *error. */
int aspan_ledger_open_file(const char *path, struct aspan_ledger_error *error);

#endif
