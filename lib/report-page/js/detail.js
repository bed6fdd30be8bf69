// SPDX-License-Identifier: MIT
//
// Everything else about one row: who made up its peak, what of it was never freed, how large its blocks are and how
// long they live.

import { h } from "./dom.js";
import { bytes, count, duration, exactBytes, many, moment, share } from "./format.js";
import { LIFETIMES, SIZES, histogram } from "./histogram.js";

const PARTS_MAX = 8;

// Only what tells places apart.
function columnsOf(places) {
	const known = [["group", "Group"], ["path", "Span"], ["thread", "Thread"], ["callsite", "Call site"]]
		.filter(([key]) => places.some((place) => place[key] !== null));
	const telling = known.filter(([key]) => places.some((place) => place[key] !== places[0][key]));

	return telling.length > 0 ? telling : known;
}

function textCell(text) {
	return h("td", { class: "text", title: text }, text === null ? "–" : text);
}

export function partsTable(report, parts, whole) {
	const places = parts.slice(0, PARTS_MAX).map((part) => report.placeOf(part));
	const columns = columnsOf(places);
	const left = parts.length - places.length;

	if (places.length === 0) {
		return h("p", { class: "nothing" }, "none");
	}
	return h("table", { class: "parts" },
		h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, "Bytes"),
			h("th", { scope: "col", class: "number" }, "Share"),
			columns.map(([, title]) => h("th", { scope: "col" }, title)))),
		h("tbody", {}, places.map((place) => h("tr", {},
			h("td", { class: "number", "data-value": place.bytes, title: exactBytes(place.bytes) }, bytes(place.bytes)),
			h("td", { class: "number" }, share(place.bytes, whole)),
			columns.map(([key]) => textCell(place[key]))))),
		left > 0 ? h("tfoot", {}, h("tr", {}, h("td", { colspan: columns.length + 2 },
			`and ${many(left, "more place")}`))) : null);
}

function growthText({ step_count, grow_count, moved_count, copied_bytes, longest_step_count,
	longest_first_bytes, longest_last_bytes }) {
	if (Number(step_count) === 0) {
		return null;
	}
	return `realloc changed sizes ${count(step_count)} times, ${count(grow_count)} of them to a larger one, moved ` +
		`${many(moved_count, "block")} and copied ${bytes(copied_bytes)}. The longest chain has ` +
		`${many(longest_step_count, "step")}, from ${bytes(longest_first_bytes)} to ${bytes(longest_last_bytes)}.`;
}

function lossText(row) {
	const lost = Number(row.lost_alloc_count) + Number(row.lost_free_count);

	return lost + Number(row.unsure_free_count) === 0 ? null :
		`Events were lost: ${many(row.lost_alloc_count, "allocation")} and ${many(row.lost_free_count, "free")} are known ` +
		`from group_stats only, and up to ${many(row.unsure_free_count, "block")} more ` +
		`(${bytes(row.unsure_free_bytes)}) may be freed.`;
}

function facts(report, row) {
	const peakTime = row.peak_live_bytes > 0 ? ` at ${moment(report.offset(row.peak_time_ns))}` : "";
	const frees = row.other_thread_free_count === undefined ? "" :
		`, ${count(row.other_thread_free_count)} (${bytes(row.other_thread_free_bytes)}) on another thread`;
	const oldest = row.oldest_never_freed_ns === null || row.oldest_never_freed_ns === undefined ? null :
		`The oldest block that was never freed is of ${moment(report.offset(row.oldest_never_freed_ns))}: ` +
		`${duration(report.lengthNs - report.offset(row.oldest_never_freed_ns))} old.`;

	return [
		`Peak ${exactBytes(row.peak_live_bytes)}${peakTime}. Freed ${bytes(row.free_bytes)} in ${many(row.free_count, "block")}: ` +
		`${count(row.foreign_free_count)} (${bytes(row.foreign_free_bytes)}) under another group${frees}.`,
		oldest, row.growth ? growthText(row.growth) : null, lossText(row),
	].filter((text) => text !== null).map((text) => h("p", {}, text));
}

function card(title, content) {
	return h("section", {}, h("h3", {}, title), content);
}

export function detailOf(report, row) {
	return h("div", { class: "detail-body" },
		h("div", { class: "facts" }, facts(report, row)),
		h("div", { class: "pair" },
			row.peak_parts ? card("Who made up its peak", partsTable(report, row.peak_parts, row.peak_live_bytes)) : null,
			row.never_freed_parts ? card("Never freed", partsTable(report, row.never_freed_parts, row.never_freed_bytes)) : null,
			row.sizes ? card(SIZES.title, histogram(row, SIZES, "count")) : null,
			row.lifetimes ? card(LIFETIMES.title, histogram(row, LIFETIMES, "count")) : null));
}
