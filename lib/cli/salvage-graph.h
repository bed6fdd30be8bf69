/* SPDX-License-Identifier: MIT */
/*
 * The babeltrace2 graph of salvage: source.allocspan.waiting and sink.ctf.fs.
 */
#ifndef ASPAN_CLI_SALVAGE_GRAPH_H
#define ASPAN_CLI_SALVAGE_GRAPH_H

#include <stddef.h>

/* Writes what waits in ledgers as a trace into a directory. 0; or negative errno, and the reason has been printed. */
int aspan_salvage_graph_run(char *const ledgers[], size_t count, const char *directory);

#endif
