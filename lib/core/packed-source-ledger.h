/* SPDX-License-Identifier: MIT */
/*
 * Packed sources as parts of the ledger (lib/ledger/layout-rings.h): where in a source is what, and which pages of it are reserved when.
 */
#ifndef ASPAN_CORE_PACKED_SOURCE_LEDGER_H
#define ASPAN_CORE_PACKED_SOURCE_LEDGER_H

#include <stdint.h>

#include "packed-source.h"

extern ASPAN_HIDDEN const struct aspan_ledger_source_layout aspan_packed_source_layout;

/* What an idle thread needs, of a new one: the rest is for those that record much. */
void aspan_packed_source_reserve_first(struct aspan_packed_source *source);

/* For the consumer: makes all places of the ring usable, if the first ones have been used up to `position`. */
void aspan_packed_source_make_usable(struct aspan_packed_source *source, uint64_t position);

#endif
