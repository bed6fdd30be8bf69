/* SPDX-License-Identifier: MIT */
/*
 * What `allocspan record` left in the directory of a trace (record-facts.h).
 */
#ifndef ASPAN_CLI_REPORT_FACTS_H
#define ASPAN_CLI_REPORT_FACTS_H

#include <stdbool.h>

/*
 * Whether all that the processes count was recorded, from their beginnings on. Those with a ledger beside the file are all younger than
 * the recording: it had made the folder for them.
 */
bool aspan_report_facts_cover_all(const char *directory);

#endif
