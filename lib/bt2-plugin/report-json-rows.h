/* SPDX-License-Identifier: MIT */
/*
 * The part of a report in JSON that has numbers in it: places, rows and the timeline.
 */
#ifndef ASPAN_BT2_REPORT_JSON_ROWS_H
#define ASPAN_BT2_REPORT_JSON_ROWS_H

#include "json-writer.h"
#include "report.h"

/* An item of `places`. */
void aspan_json_write_place(struct aspan_json *json, const struct aspan_report_place *place);

/* The members `timeline`, `total` and `breakdowns`. */
void aspan_report_json_write_breakdowns(struct aspan_json *json, const struct aspan_report *report);

#endif
