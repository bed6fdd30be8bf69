/* SPDX-License-Identifier: MIT */
/*
 * Which addresses are where in a ledger file: checked, so that each address is at one place and each place at one address.
 */
#ifndef ASPAN_LEDGER_EXTENTS_H
#define ASPAN_LEDGER_EXTENTS_H

#include "image.h"
#include "layout.h"

/*
 * Takes a file's extents into the image. `section` tells their address, `begin` that of the header, where the file begins.
 * 0 or negative errno.
 */
int aspan_ledger_extents_take(struct aspan_ledger_image *image,
			      const struct aspan_ledger_section *section, uint64_t begin);

/* Sets the error of a ledger that lacks what every complete one has, and returns -ENODATA. */
int aspan_ledger_fail_as_not_yet(struct aspan_ledger_image *image);

#endif
