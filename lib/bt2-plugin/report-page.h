/* SPDX-License-Identifier: MIT */
/*
 * The page that lib/report-page/CMakeLists.txt joins. It holds "@REPORT@" once, where the JSON of a report goes.
 */
#ifndef ASPAN_BT2_REPORT_PAGE_H
#define ASPAN_BT2_REPORT_PAGE_H

/* Ends with a zero, as a string does. */
extern const char aspan_report_page[];

#endif
