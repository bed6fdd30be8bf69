/* SPDX-License-Identifier: MIT */
/* A program with tracepoints of its own and without allocspan: record-ticker COUNT records as many ticks. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "record-ticker-provider.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	int count = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 1;

	for (int i = 0; i < count; i++) {
		lttng_ust_tracepoint(ticker, tick, i);
	}
	return 0;
}
