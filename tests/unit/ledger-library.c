/* SPDX-License-Identifier: MIT */
/*
 * A library with liballocspan's name and nothing of it but the symbol at which a process's ledger is found.
 */
#include "layout.h"

extern struct aspan_ledger_locator allocspan_ledger;

__attribute__((visibility("default"))) struct aspan_ledger_locator allocspan_ledger;
