/* SPDX-License-Identifier: MIT */
/*
 * The files allocspan.json that `allocspan record` leaves with traces: what they tell of processes that were not recorded goes
 * to the report. allocspan-record(1) has their members.
 *
 * Nothing in a file is trusted. One that cannot be read, or is not as it should be, is a line of the report's notes.
 */
#ifndef ASPAN_BT2_RECORDING_FILES_H
#define ASPAN_BT2_RECORDING_FILES_H

#include "report.h"

#include <babeltrace2/babeltrace.h>

/* Reads each file of an array of paths, which may be NULL, and adds to a report that was made. 0 or -ENOMEM. */
int aspan_recording_files_read(const bt_value *paths, struct aspan_report *report);

#endif
