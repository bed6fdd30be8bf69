/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for tools: JSON of the schema "allocspan-report/1" (report.schema.json).
 *
 * Numbers are exact. Bytes of names and tags that are no UTF-8 become U+FFFD.
 */
#ifndef ASPAN_BT2_REPORT_JSON_H
#define ASPAN_BT2_REPORT_JSON_H

#include "report.h"

#include <stdio.h>

/* 0 or -ENOMEM; errors of the stream are its own (ferror()). */
int aspan_report_json_write(const struct aspan_report *report, FILE *stream);

#endif
