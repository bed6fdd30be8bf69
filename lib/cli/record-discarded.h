/* SPDX-License-Identifier: MIT */
/*
 * How many events found the buffers full, as the trace has it.
 */
#ifndef ASPAN_CLI_RECORD_DISCARDED_H
#define ASPAN_CLI_RECORD_DISCARDED_H

#include <stdint.h>

/* Of all streams under the directory, up to the last packet of each; 0 if there is none that can be read. */
uint64_t aspan_record_discarded_count(char *directory);

#endif
