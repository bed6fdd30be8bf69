/* SPDX-License-Identifier: MIT */
/*
 * What code of this process is called; see symbol.h. It asks the dynamic linker for a moment which objects there are, and never for
 * the lock that dlopen() holds while it runs constructors.
 */
#ifndef ASPAN_BIND_OWN_SYMBOL_H
#define ASPAN_BIND_OWN_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

#include "value-text.h"

/* False if the address is in no object. */
bool aspan_bind_own_symbol_text(char text[ASPAN_BIND_TEXT_BYTES], uint64_t address);

#endif
