/* SPDX-License-Identifier: MIT */
/*
 * Where in a source is what (layout-rings.h), checked: each member lies in it.
 */
#ifndef ASPAN_LEDGER_WAITING_LAYOUT_H
#define ASPAN_LEDGER_WAITING_LAYOUT_H

#include "image.h"
#include "layout-rings.h"

/* Room for a thread's name, and its end. */
#define ASPAN_WAITING_NAME_BYTES 64

/* 0, or negative errno and the image's error is set. */
int aspan_waiting_layout_check(struct aspan_ledger_image *image,
			       const struct aspan_ledger_source_layout *layout);

#endif
