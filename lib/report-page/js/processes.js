// SPDX-License-Identifier: MIT
//
// Tables of processes: what proves that nothing of each is missing, or what is; and which were not recorded at all.

import { countColumn, textColumn } from "./columns.js";
import { bytes, count, exactBytes, many, moment } from "./format.js";
import { Table } from "./table.js";

function boundsText(least, most) {
	return least === most ? count(least) : most === null && Number(least) === 0 ? "not known" :
		most === null ? `at least ${count(least)}` : Number(least) === 0 ? `at most ${count(most)}` :
			`${count(least)} to ${count(most)}`;
}

// Sorted by what is missing at least.
function missingColumn(key, title) {
	return { key, title, help: "", kind: "number", value: (row) => row.missing[key].least,
		text: (row) => boundsText(row.missing[key].least, row.missing[key].most) };
}

function inheritedColumn() {
	const held = (row) => row.inherited === null ? null : row.inherited.live_bytes;

	return { key: "inherited", title: "Inherited", kind: "number",
		help: "What its parent held when it was forked: in no number of this process", value: held,
		text: (row) => row.inherited === null ? "–" : `${row.inherited.certain ? "" : "~"}${bytes(held(row))} in ` +
			many(row.inherited.live_count, "block"),
		exact: (row) => row.inherited === null ? null : exactBytes(held(row)) };
}

function completeText(report, row) {
	return row.complete ? "yes" : row.complete_until_ns === null ? "not proved" :
		`until ${moment(report.offset(row.complete_until_ns))}`;
}

export function proofsTable(report) {
	const rows = report.json.processes.filter((process) => process.proof !== undefined);
	const name = (row) => report.nameOf(row.text);
	const title = "Completeness";

	return {
		id: "proofs", title, rowCount: rows.length,
		make: () => new Table({
			caption: title, rows, sort: ["allocs", "descending"], textOf: name,
			columns: [
				textColumn("name", "Process", "", name),
				textColumn("complete", "Complete", "", (row) => completeText(report, row)),
				textColumn("proof", "By", "Against what the events were held", (row) => row.proof),
				missingColumn("allocs", "Missing allocations"),
				missingColumn("frees", "Missing frees"),
				textColumn("from", "Figures from", "Who tells what its groups allocated, freed and hold", (row) => row.from),
				textColumn("end", "Ended", "", (row) => row.end === null ? "–" : row.end),
				inheritedColumn(),
				countColumn("missing_children", "Children not seen", "Processes that it forked, of which nothing tells"),
				countColumn("misuse_count", "Misuses", "Of guards, tokens or spans"),
			],
		}),
	};
}

export function unrecordedTable(report) {
	const rows = report.json.unrecorded || [];
	const text = (key) => (row) => row[key] === null ? "–" : report.nameOf(row[key]);
	const title = "Not recorded";

	return {
		id: "unrecorded", title, rowCount: rows.length,
		make: () => new Table({
			caption: title, rows, sort: ["name", "ascending"],
			textOf: (row) => `${text("name")(row)} ${text("command")(row)} ${row.pid}`,
			columns: [
				textColumn("name", "Process", "", text("name")),
				{ key: "pid", title: "Pid", help: "", kind: "number", value: (row) => row.pid, text: (row) => String(row.pid) },
				textColumn("why", "Why", "", (row) => text(row.text === null ? "why" : "text")(row)),
				textColumn("command", "Command", "", text("command")),
			],
		}),
	};
}
