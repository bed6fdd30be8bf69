/* SPDX-License-Identifier: MIT */
/*
 * What time the stamp of a record is: as the process itself would have said (lib/core/packed-clock.h).
 */
#ifndef ASPAN_LEDGER_WAITING_TIME_H
#define ASPAN_LEDGER_WAITING_TIME_H

#include <stdint.h>

#include "layout-rings.h"

/* Nanoseconds of CLOCK_MONOTONIC; 0 if the clock says nothing. */
uint64_t aspan_waiting_time(const struct aspan_ledger_clock *clock, uint64_t stamp);

#endif
