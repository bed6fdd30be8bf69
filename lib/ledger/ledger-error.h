/* SPDX-License-Identifier: MIT */
/*
 * Why a ledger could not be read, as one line for people: `OBJECT: problem (expected ...)`, with the way out.
 */
#ifndef ASPAN_LEDGER_ERROR_H
#define ASPAN_LEDGER_ERROR_H

#define ASPAN_LEDGER_ERROR_BYTES 512

struct aspan_ledger_error {
	char text[ASPAN_LEDGER_ERROR_BYTES]; /* no end of line, and no control bytes */
};

/*
 * Sets the text to `object: problem`, cut off where it is too long, and returns `code`, a negative errno. A long object
 * loses its beginning: the name of a file is at its end.
 */
__attribute__((format(printf, 4, 5))) int aspan_ledger_fail(struct aspan_ledger_error *error,
							    int code, const char *object,
							    const char *problem, ...);

#endif
