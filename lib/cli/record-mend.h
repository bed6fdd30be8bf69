/* SPDX-License-Identifier: MIT */
/*
 * Cuts a trace back to what is whole of it, after LTTng could not write all of a packet.
 */
#ifndef ASPAN_CLI_RECORD_MEND_H
#define ASPAN_CLI_RECORD_MEND_H

/* LTTng must be done with the trace. How many of its files were cut, or negative errno. */
int aspan_record_mend(const char *output);

#endif
