/* SPDX-License-Identifier: MIT */
/*
 * Says in one line why babeltrace2 failed.
 *
 * libbabeltrace2 keeps a stack of causes for the thread. Those of our sink are written for people and are
 * printed as they are; of others the first cause says most, without its addresses and sizes.
 */
#ifndef ASPAN_CLI_REPORT_ERRORS_H
#define ASPAN_CLI_REPORT_ERRORS_H

#include <stdbool.h>

/*
 * Prints one line: the sink's own cause, or "WHAT: first cause". Takes the thread's error. With is_verbose
 * all causes follow.
 */
void aspan_report_errors_print(const char *what, bool is_verbose);

#endif
