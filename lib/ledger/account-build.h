/* SPDX-License-Identifier: MIT */
/*
 * From what was read of a ledger to the account of it.
 */
#ifndef ASPAN_LEDGER_ACCOUNT_BUILD_H
#define ASPAN_LEDGER_ACCOUNT_BUILD_H

#include "account.h"
#include "sections.h"
#include "walk.h"

/* What a ledger has once. */
struct aspan_ledger_parts {
	struct aspan_ledger_sections sections;
	struct aspan_ledger_process process;
	struct aspan_ledger_losses losses;
};

/* 0 and *account; or negative errno, and the image's error is set. Reads the groups' tags. */
int aspan_account_build(struct aspan_account **account, struct aspan_ledger_walk *walk,
			const struct aspan_ledger_parts *parts);

#endif
