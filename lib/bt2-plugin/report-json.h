/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for tools, as report.schema.json says.
 */
#ifndef ASPAN_BT2_REPORT_JSON_H
#define ASPAN_BT2_REPORT_JSON_H

#include "report.h"

#include <stdio.h>

/* Asks for everything. */
void aspan_report_json_ask(struct aspan_questions *questions);

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_json_write(const struct aspan_report *report, FILE *stream);

#endif
