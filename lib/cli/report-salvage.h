/* SPDX-License-Identifier: MIT */
/*
 * Makes a damaged trace readable: a copy of its directory without what is not whole.
 */
#ifndef ASPAN_CLI_REPORT_SALVAGE_H
#define ASPAN_CLI_REPORT_SALVAGE_H

#include <stdbool.h>

/*
 * Looks at each stream file of a trace and says which of them are cut short, or have a damaged index.
 * *is_damaged tells whether there is one. 0; or negative errno, and the reason has been printed.
 */
int aspan_report_salvage_inspect(const char *trace, bool *is_damaged);

/*
 * Fills the directory `copy`, which is made, with links to the files of the trace; of stream files that are cut
 * short with copies of their whole packets. 0; or negative errno, and the reason has been printed.
 */
int aspan_report_salvage_copy(const char *trace, const char *copy);

#endif
