/* SPDX-License-Identifier: MIT */
/*
 * What ledgers say of the processes of a trace (lib/ledger/account.h), told to the model.
 */
#ifndef ASPAN_ANALYSIS_LEDGERS_H
#define ASPAN_ANALYSIS_LEDGERS_H

#include "model.h"

#include "account.h"

/*
 * Takes what a ledger says, after the last event and before aspan_model_conclude(). A process that is not in the trace, and a
 * group that is not, are made known. `cover`: what is known beside the trace. 0 or -ENOMEM.
 */
int aspan_model_take_account(struct aspan_model *model, const struct aspan_account *account,
			     enum aspan_ledger_cover cover);

/* A ledger could not be read: what it would have told is not known. */
void aspan_model_note_unread_ledger(struct aspan_model *model);

#endif
