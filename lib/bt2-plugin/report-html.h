/* SPDX-License-Identifier: MIT */
/*
 * Writes a report for people with a browser: one HTML file that holds its script, its style and the report as JSON, and
 * needs nothing else.
 *
 * The page is made of lib/report-page when the plugin is built. The JSON is that of report-json.h.
 */
#ifndef ASPAN_BT2_REPORT_HTML_H
#define ASPAN_BT2_REPORT_HTML_H

#include "report.h"

#include <stdio.h>

/* Asks for everything. */
void aspan_report_html_ask(struct aspan_questions *questions);

/* 0 or negative errno, that of the stream where it could not take the page. */
int aspan_report_html_write(const struct aspan_report *report, FILE *stream);

#endif
