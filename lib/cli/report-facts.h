/* SPDX-License-Identifier: MIT */
/*
 * What `allocspan record` left in the directory of a trace (record-facts.h).
 */
#ifndef ASPAN_CLI_REPORT_FACTS_H
#define ASPAN_CLI_REPORT_FACTS_H

enum aspan_report_cover {
	ASPAN_REPORT_COVER_UNKNOWN, /* it left nothing */
	ASPAN_REPORT_COVER_ALL,
	ASPAN_REPORT_COVER_PART, /* a filter left some out */
};

/*
 * How much of what the processes count was recorded, from their beginnings on. Those with a ledger beside the file are all younger than
 * the recording: it had made the folder for them.
 */
enum aspan_report_cover aspan_report_facts_read_cover(const char *directory);

#endif
