/* SPDX-License-Identifier: MIT */
/*
 * Writes of a report for tools who the processes are, how they began and ended, and what proves that nothing is missing.
 */
#ifndef ASPAN_BT2_REPORT_JSON_PROCESSES_H
#define ASPAN_BT2_REPORT_JSON_PROCESSES_H

#include "json-writer.h"
#include "report.h"

/* A process of `report->processes`. */
void aspan_json_write_process(struct aspan_json *json, const struct aspan_report_process *process);

/* As the member `coverage`. */
void aspan_json_write_coverage(struct aspan_json *json, const struct aspan_coverage *coverage);

/* Its pid, or null. */
void aspan_json_write_vpid(struct aspan_json *json, const struct aspan_process *process);

/* What the events `misuse` say, by what it was. */
void aspan_json_write_misuses(struct aspan_json *json, const struct aspan_misuses *misuses);

/* `unrecorded` and `unrecorded_more`, of the whole report. */
void aspan_json_write_unrecorded(struct aspan_json *json, const struct aspan_report *report);

#endif
