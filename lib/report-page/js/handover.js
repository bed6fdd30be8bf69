// SPDX-License-Identifier: MIT
//
// Memory that is handed over: which group's blocks were freed while which other group was active.

import { h, styled } from "./dom.js";
import { bytes, count, exactBytes, many } from "./format.js";

const SIDE_MAX = 12;
const OTHERS = "others";

// Sides with the most bytes, and a last one for all others.
function sideOf(pairs, keyOf) {
	const sums = new Map();

	for (const pair of pairs) {
		sums.set(keyOf(pair), (sums.get(keyOf(pair)) || 0) + Number(pair.bytes));
	}
	const keys = [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a));

	return { keys: keys.slice(0, SIDE_MAX), hasOthers: keys.length > SIDE_MAX, total: keys.length };
}

function cellsOf(pairs, sources, currents) {
	const cells = new Map();

	for (const pair of pairs) {
		const row = sources.keys.includes(sourceOf(pair)) ? sourceOf(pair) : OTHERS;
		const column = currents.keys.includes(currentOf(pair)) ? currentOf(pair) : OTHERS;
		const key = `${row} ${column}`;
		const cell = cells.get(key) || { count: 0, bytes: 0 };

		cell.count += Number(pair.count);
		cell.bytes += Number(pair.bytes);
		cells.set(key, cell);
	}
	return cells;
}

function sourceOf(pair) {
	return `group ${pair.source}`;
}

// A group that the trace does not tell of has an id only.
function currentOf(pair) {
	return pair.current === null ? `id ${pair.current_id}` : `group ${pair.current}`;
}

function textOf(report, key) {
	const [kind, number] = key.split(" ");

	if (key === OTHERS) {
		return OTHERS;
	}
	if (kind === "group") {
		return report.groupText(Number(number));
	}
	return number === "0" ? "(none)" : `(group ${number})`;
}

export function currentText(report, pair) {
	return textOf(report, currentOf(pair));
}

function cellOf(cell, most, text) {
	if (!cell) {
		return h("td", { class: "empty" });
	}
	return styled(h("td", {
		class: "heat number", "data-value": cell.bytes, "data-count": cell.count,
		title: `${text}: ${many(cell.count, "block")}, ${exactBytes(cell.bytes)}`,
	}, h("span", {}, bytes(cell.bytes))), { "--heat": 0.06 + 0.6 * Math.sqrt(cell.bytes / most) });
}

function matrixOf(report, pairs) {
	const sources = sideOf(pairs, sourceOf);
	const currents = sideOf(pairs, currentOf);
	const cells = cellsOf(pairs, sources, currents);
	const most = Math.max(1, ...[...cells.values()].map((cell) => cell.bytes));
	const rows = [...sources.keys, ...(sources.hasOthers ? [OTHERS] : [])];
	const columns = [...currents.keys, ...(currents.hasOthers ? [OTHERS] : [])];

	return h("table", { class: "matrix" },
		h("thead", {}, h("tr", {},
			h("td", { class: "corner" }, h("span", {}, "allocated by ↓"), h("span", {}, "freed under →")),
			columns.map((key) => h("th", { scope: "col", title: textOf(report, key) },
				h("span", {}, textOf(report, key)))))),
		h("tbody", {}, rows.map((row) => h("tr", {},
			h("th", { scope: "row", title: textOf(report, row) }, textOf(report, row)),
			columns.map((column) => cellOf(cells.get(`${row} ${column}`), most,
				`${textOf(report, row)} → ${textOf(report, column)}`))))));
}

export function handoverPanel(report) {
	const pairs = report.json.handover || [];
	const sum = pairs.reduce((total, pair) => total + Number(pair.bytes), 0);
	const blocks = pairs.reduce((total, pair) => total + Number(pair.count), 0);

	return h("section", { class: "panel", id: "handover" },
		h("div", { class: "panel-head" }, h("h2", {}, "Memory that was handed over"),
			h("p", { class: "range" }, pairs.length > 0 ? `${bytes(sum)} in ${count(blocks)} blocks` : "")),
		pairs.length > 0 ?
			h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Handover matrix" },
				matrixOf(report, pairs)) :
			h("p", { class: "nothing" }, "Every block was freed under the group that had allocated it."));
}
