/* SPDX-License-Identifier: MIT */
/*
 * Writes one table of a report as CSV (RFC 4180): a header, then a record for each row of the breakdown that was asked
 * for first.
 *
 * Each key of the breakdown has two columns: its text, empty where there is none, and `NAME_state`: "value", "none" or
 * "unseen", as in the JSON. Then come all the row's numbers, under the names that they have in the JSON; what nobody
 * knows is empty. The text is UTF-8.
 */
#ifndef ASPAN_ANALYSIS_REPORT_CSV_H
#define ASPAN_ANALYSIS_REPORT_CSV_H

#include "report.h"

#include <stdio.h>

/* Asks for all that a row can tell. */
void aspan_report_csv_ask(struct aspan_questions *questions);

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_csv_write(const struct aspan_report *report, FILE *stream);

#endif
