// SPDX-License-Identifier: MIT
//
// All tables, one at a time, under tabs. On paper there are no tabs: each has its heading.

import { h } from "./dom.js";
import { count } from "./format.js";
import { breakdownColumns, bytesColumn, countColumn, durationColumn, momentColumn, textColumn } from "./columns.js";
import { detailOf } from "./detail.js";
import { currentText } from "./handover.js";
import { proofsTable, unrecordedTable } from "./processes.js";
import { Table } from "./table.js";

function breakdownTable(report, breakdown) {
	return {
		id: breakdown.by,
		title: report.titleOf(breakdown, true),
		rowCount: breakdown.rows.length,
		make: () => new Table({
			caption: report.titleOf(breakdown, true),
			columns: breakdownColumns(report, breakdown),
			rows: breakdown.rows,
			textOf: (row) => report.rowText(breakdown, row),
			sort: ["peak_live_bytes", "descending"],
			detail: (row) => detailOf(report, row),
			total: report.total,
		}),
	};
}

// [place, bytes] as rows
function partsTable(report, id, title, parts, help) {
	const places = (parts || []).map((part) => report.placeOf(part));
	const columns = [["group", "Group"], ["path", "Span"], ["thread", "Thread"], ["callsite", "Call site"]]
		.filter(([key]) => places.some((place) => place[key] !== null))
		.map(([key, name]) => textColumn(key, name, "", (place) => place[key] === null ? "–" : place[key]));

	return {
		id, title, rowCount: places.length,
		make: () => new Table({ caption: title, rows: places, sort: ["bytes", "descending"],
			columns: [...columns, bytesColumn("bytes", "Bytes", help, true)],
			textOf: (place) => columns.map((column) => column.text(place)).join(" ") }),
	};
}

function spanName(report, row) {
	return row.name === null ? "(unknown span)" : report.nameOf(row.name);
}

// What span_exit itself says, nested spans included.
function spansTable(report) {
	const rows = report.json.spans || [];
	const average = (row) => row.timed_count > 0 ? row.duration_ns / row.timed_count : null;

	return {
		id: "spans", title: "Span totals", rowCount: rows.length,
		make: () => new Table({
			caption: "Span totals", rows, sort: ["alloc_bytes", "descending"],
			textOf: (row) => spanName(report, row),
			columns: [
				textColumn("name", "Span", "", (row) => spanName(report, row)),
				countColumn("entry_count", "Entries", "How often it was entered and left"),
				countColumn("open_count", "Open", "Entered, and not left when the trace ended"),
				bytesColumn("alloc_bytes", "Allocated inside", "Spans within it included", true),
				countColumn("alloc_count", "Allocs", "Blocks allocated inside"),
				bytesColumn("free_bytes", "Freed inside", "Whoever had allocated it"),
				countColumn("free_count", "Frees", "Blocks freed inside"),
				netColumn(),
				durationColumn("average", "Average", "Time from enter to exit", (row) => average(row) === null ? null : Math.round(average(row))),
				durationColumn("longest", "Longest", "The longest time from enter to exit", (row) => row.timed_count > 0 ? row.longest_ns : null),
			],
		}),
	};
}

function netColumn() {
	const column = bytesColumn("net", "Net", "Allocated minus freed inside");
	const net = (row) => row.alloc_bytes - row.free_bytes;

	return { ...column, value: net, text: (row) => column.text({ net: net(row) }),
		exact: (row) => `${count(net(row))} B` };
}

// The lists by bytes and by net overlap.
function worstEntries(report) {
	const { by_bytes: byBytes = [], by_net: byNet = [] } = report.json.worst_entries || {};
	const found = new Map([...byBytes, ...byNet].map((entry) => [JSON.stringify(entry), entry]));

	return [...found.values()];
}

function entriesTable(report) {
	const rows = worstEntries(report);
	const enter = (row) => row.enter_ns === null ? null : report.offset(row.enter_ns);
	const length = (row) => row.enter_ns === null ? null : report.offset(row.exit_ns) - enter(row);

	return {
		id: "entries", title: "Worst span entries", rowCount: rows.length,
		make: () => new Table({
			caption: "Worst span entries", rows, sort: ["alloc_bytes", "descending"],
			textOf: (row) => `${spanName(report, row)} ${report.threadText(row.thread) || ""}`,
			columns: [
				textColumn("name", "Span", "", (row) => spanName(report, row)),
				textColumn("thread", "Thread", "", (row) => report.threadText(row.thread) || "–"),
				momentColumn("enter", "Entered", "After the begin of the trace", enter),
				durationColumn("length", "Took", "From enter to exit", length),
				bytesColumn("alloc_bytes", "Allocated inside", "Spans within it included", true),
				countColumn("alloc_count", "Allocs", "Blocks allocated inside"),
				bytesColumn("free_bytes", "Freed inside", "Whoever had allocated it"),
				countColumn("free_count", "Frees", "Blocks freed inside"),
				netColumn(),
			],
		}),
	};
}

function handoverTable(report) {
	const rows = report.json.handover || [];
	const source = (row) => report.groupText(row.source);
	const current = (row) => currentText(report, row);

	return {
		id: "handed", title: "Handed over", rowCount: rows.length,
		make: () => new Table({
			caption: "Handed over", rows, sort: ["bytes", "descending"],
			textOf: (row) => `${source(row)} ${current(row)}`,
			columns: [
				textColumn("source", "Allocated by", "", source),
				textColumn("current", "Freed under", "The group that was active", current),
				bytesColumn("bytes", "Bytes", "", true),
				countColumn("count", "Blocks", ""),
			],
		}),
	};
}

function growthTable(report) {
	const breakdown = report.breakdowns[0];
	const rows = (breakdown ? breakdown.rows : []).filter((row) => row.growth && row.growth.step_count > 0);
	const of = (column) => ({ ...column, value: (row) => row.growth[column.key],
		text: (row) => column.text(row.growth), exact: column.exact && ((row) => column.exact(row.growth)) });

	return {
		id: "growth", title: "Realloc chains", rowCount: rows.length,
		make: () => new Table({
			caption: "Realloc chains", rows, sort: ["copied_bytes", "descending"],
			textOf: (row) => report.rowText(breakdown, row),
			columns: [
				textColumn("name", report.titleOf(breakdown), "", (row) => report.rowText(breakdown, row)),
				of(countColumn("step_count", "Steps", "realloc calls that changed a size")),
				of(countColumn("grow_count", "Growing", "Those to a larger size")),
				of(countColumn("moved_count", "Moved", "Those that moved the block")),
				of(bytesColumn("copied_bytes", "Copied", "What moving copied", true)),
				of(countColumn("longest_step_count", "Longest chain", "Steps of the block with the most")),
				of(bytesColumn("longest_first_bytes", "From", "Its first size")),
				of(bytesColumn("longest_last_bytes", "To", "Its last size")),
			],
		}),
	};
}

function listTables(report) {
	const { total } = report;

	return [
		...report.breakdowns.map((breakdown) => breakdownTable(report, breakdown)),
		partsTable(report, "never-freed", "Never freed", total.never_freed_parts, "Allocated in the trace and alive at its end"),
		partsTable(report, "at-peak", "At the peak", total.peak_parts, "Held when everything together was highest"),
		entriesTable(report), spansTable(report), handoverTable(report), growthTable(report),
		proofsTable(report), unrecordedTable(report),
	].filter((table) => table.rowCount > 0);
}

export class Tables {
	constructor(report) {
		this.tables = listTables(report);
		this.tabs = this.tables.map((table, i) => h("button", {
			type: "button", role: "tab", id: `tab-${i}`, "aria-controls": `table-${i}`, "data-table": table.id,
			onclick: () => this.choose(i),
		}, table.title, h("span", { class: "badge" }, count(table.rowCount))));
		this.panels = this.tables.map((table, i) => h("div", {
			role: "tabpanel", id: `table-${i}`, "aria-labelledby": `tab-${i}`, class: "table-panel", hidden: true,
		}, h("h3", { class: "paper-only" }, table.title)));
		this.element = h("section", { class: "panel", id: "tables" },
			h("div", { class: "panel-head" }, h("h2", {}, "Tables")),
			h("div", { class: "tabs", role: "tablist", "aria-label": "Tables", onkeydown: (event) => this.key(event) },
				this.tabs),
			this.panels);
		this.choose(0);
	}

	// A table is made when somebody looks at it.
	fill(index) {
		const panel = this.panels[index];

		if (panel && panel.children.length === 1) {
			panel.append(this.tables[index].make().element);
		}
	}

	fillAll() {
		this.tables.forEach((_, i) => this.fill(i));
	}

	choose(index) {
		this.fill(index);
		this.tabs.forEach((tab, i) => {
			tab.setAttribute("aria-selected", i === index);
			tab.tabIndex = i === index ? 0 : -1;
			this.panels[i].hidden = i !== index;
		});
	}

	key(event) {
		const at = this.tabs.indexOf(document.activeElement);
		const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.tabs.length - 1 }[event.key];

		if (at >= 0 && to !== undefined) {
			const index = (to + this.tabs.length) % this.tabs.length;

			event.preventDefault();
			this.choose(index);
			this.tabs[index].focus();
		}
	}
}
