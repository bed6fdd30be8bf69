/* SPDX-License-Identifier: MIT */
/*
 * The formats of a report by name, for those who write them and for the command, which only passes the name on.
 */
#ifndef ASPAN_BT2_REPORT_FORMAT_LIST_H
#define ASPAN_BT2_REPORT_FORMAT_LIST_H

/* X(name, function that adds what the format shows to what was asked for; or NULL) */
#define ASPAN_REPORT_FORMATS(X)                                                                    \
	X(text, NULL)                                                                              \
	X(json, aspan_report_json_ask)                                                             \
	X(html, aspan_report_html_ask)                                                             \
	X(csv, aspan_report_csv_ask)                                                               \
	X(folded, aspan_stacks_ask)                                                                \
	X(pprof, aspan_report_pprof_ask)                                                           \
	X(speedscope, aspan_stacks_ask)

/* Those that are written while the trace is read. */
#define ASPAN_REPORT_LIVE_FORMATS(X) X(perfetto, aspan_report_perfetto_ask)

/* The names, a space after each. */
#define ASPAN_REPORT_FORMAT_WORD(name, function) #name " "
#define ASPAN_REPORT_FORMAT_WORDS                                                                  \
	ASPAN_REPORT_FORMATS(ASPAN_REPORT_FORMAT_WORD)                                             \
	ASPAN_REPORT_LIVE_FORMATS(ASPAN_REPORT_FORMAT_WORD)

#endif
