// SPDX-License-Identifier: MIT
//
// Columns of tables.

import { bytes, count, duration, exactBytes, moment, share } from "./format.js";
import { hasSeries } from "./series.js";
import { sparkline } from "./sparkline.js";

// What is an estimate where the row is not certain.
const ESTIMATES = new Set(["peak_live_bytes", "bytes_at_total_peak"]);
// And where, besides, another member does not say that it is exact: a ledger may know that, and no peak.
const STATES = new Map([["live_bytes", "exact_live"], ["live_count", "exact_live"],
	["never_freed_bytes", "exact_never_freed"], ["never_freed_count", "exact_never_freed"]]);
// What may be too low where something shows that events are missing.
const COUNTS = new Set(["alloc_bytes", "alloc_count", "free_count", "rate"]);

// The mark that the text report has at the same number.
export function about(key, row) {
	const isEstimate = ESTIMATES.has(key) ? row.certain === false :
		STATES.has(key) ? row.certain === false && row[STATES.get(key)] !== true :
			COUNTS.has(key) && row.doubtful === true;

	return isEstimate ? "~" : "";
}

export function bytesColumn(key, title, help, isBar) {
	return { key, title, help, kind: "number", bar: isBar, value: (row) => row[key],
		text: (row) => about(key, row) + bytes(row[key]), exact: (row) => exactBytes(row[key]) };
}

export function countColumn(key, title, help) {
	return { key, title, help, kind: "number", value: (row) => row[key],
		text: (row) => about(key, row) + count(row[key]) };
}

export function textColumn(key, title, help, text) {
	return { key, title, help, kind: "text", value: text, text };
}

export function durationColumn(key, title, help, value) {
	return { key, title, help, kind: "number", value,
		text: (row) => value(row) === null ? "–" : duration(value(row)) };
}

export function momentColumn(key, title, help, value) {
	return { key, title, help, kind: "number", value,
		text: (row) => value(row) === null ? "before" : moment(value(row)) };
}

// Columns whose answers nobody asked for are left out.
function withAnswers(columns, rows) {
	return columns.filter((column) => column.kind === "text" || column.make ||
		rows.some((row) => column.value(row) !== undefined));
}

function shareColumn(key, title, help, part, whole) {
	return { key, title, help, kind: "number",
		value: (row) => row[part] === undefined ? undefined : row[whole] > 0 ? row[part] / row[whole] : 0,
		text: (row) => row[part] > 0 ? share(row[part], row[whole]) : "0",
		exact: (row) => `${count(row[part])} blocks` };
}

function processColumn(report) {
	return textColumn("process", "Process", "",
		(row) => row.keys[0].index === null ? "–" : report.processOfGroup(row.keys[0].index));
}

function trendColumn(report) {
	return { key: "trend", title: "", help: "", kind: "trend",
		make: (row) => sparkline(report, row) };
}

export function breakdownColumns(report, breakdown) {
	const seconds = report.lengthNs / 1e9;
	const rate = (row) => seconds > 0 ? row.alloc_count / seconds : 0;
	const columns = [
		textColumn("name", report.titleOf(breakdown), "", (row) => report.rowText(breakdown, row)),
		...(report.hasManyProcesses && breakdown.by === "group" ? [processColumn(report)] : []),
		...(hasSeries(breakdown) ? [trendColumn(report)] : []),
		bytesColumn("peak_live_bytes", "Peak", "The most bytes that lived at once", true),
		bytesColumn("bytes_at_total_peak", "At total peak", "What it held when everything together was highest"),
		bytesColumn("live_bytes", "Live", "Bytes that live at the end"),
		countColumn("live_count", "Blocks", "Blocks that live at the end"),
		bytesColumn("never_freed_bytes", "Never freed", "Allocated in the trace and alive at its end"),
		bytesColumn("alloc_bytes", "Allocated", "Bytes that were asked for", true),
		countColumn("alloc_count", "Allocs", "Blocks that were allocated"),
		{ key: "rate", title: "Allocs/s", help: "Allocations a second, over the whole time", kind: "number",
			value: rate, text: (row) => about("rate", row) + count(Math.round(rate(row))) },
		countColumn("free_count", "Frees", "Blocks of it that were freed, by whomever"),
		shareColumn("temporary", "Temporary",
			"Freed at once: within a short time, or before the thread's next allocation", "temporary_count", "alloc_count"),
		countColumn("foreign_free_count", "Foreign", "Freed while another group, or none, was active"),
		countColumn("other_thread_free_count", "Other thread", "Freed on another thread than that which allocated"),
		...(breakdown.rows.some((row) => row.from === "ledger") ?
			[textColumn("from", "From", "", (row) => row.from)] : []),
	];

	return withAnswers(columns, breakdown.rows);
}
