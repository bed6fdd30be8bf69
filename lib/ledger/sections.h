/* SPDX-License-Identifier: MIT */
/*
 * The header of a ledger and the structures that it has once: checked, and copied out of the image.
 */
#ifndef ASPAN_LEDGER_SECTIONS_H
#define ASPAN_LEDGER_SECTIONS_H

#include "image.h"
#include "layout-rings.h"
#include "layout.h"

struct aspan_ledger_sections {
	struct aspan_ledger_header header;
	/* Into the header; each is there. */
	const struct aspan_ledger_section *extents, *process, *losses, *groups, *threads, *transfer;
	/* NULL if there is none. */
	const struct aspan_ledger_section *rings, *clock;
};

/* Takes the header at `address` (of a file: 0), and the extents of a file. 0 or negative errno. */
int aspan_ledger_sections_read(struct aspan_ledger_sections *sections,
			       struct aspan_ledger_image *image, uint64_t address);

/* What they have once. 0 or negative errno. */
int aspan_ledger_sections_take_process(const struct aspan_ledger_sections *sections,
				       struct aspan_ledger_image *image,
				       struct aspan_ledger_process *process);
int aspan_ledger_sections_take_losses(const struct aspan_ledger_sections *sections,
				      struct aspan_ledger_image *image,
				      struct aspan_ledger_losses *losses);
int aspan_ledger_sections_take_transfer(const struct aspan_ledger_sections *sections,
					struct aspan_ledger_image *image,
					struct aspan_ledger_transfer *transfer);

/* These must be there. */
int aspan_ledger_sections_take_rings(const struct aspan_ledger_sections *sections,
				     struct aspan_ledger_image *image,
				     struct aspan_ledger_rings *rings);
int aspan_ledger_sections_take_clock(const struct aspan_ledger_sections *sections,
				     struct aspan_ledger_image *image,
				     struct aspan_ledger_clock *clock);

#endif
