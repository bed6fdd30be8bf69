// SPDX-License-Identifier: MIT
//
// The top of the page: what may be missing, before any number; then the key figures.

import { about } from "./columns.js";
import { byId, h } from "./dom.js";
import { bytes, count, date, duration, exactBytes, many, moment, name, share } from "./format.js";

export function subjectOf(report) {
	const { processes } = report.json;
	const first = processes.length > 0 ? name(processes[0].text) : "no process";
	const others = processes.length - 1;

	return others > 0 ? `${first} and ${count(others)} other${others === 1 ? "" : "s"}` : first;
}

function lossText(json) {
	const parts = [];

	if (json.discarded_events > 0) {
		parts.push(`the tracer discarded ${many(json.discarded_events, "event")}`);
	}
	if (json.discarded_packets > 0) {
		parts.push(`${many(json.discarded_packets, "packet")} of events were overwritten before they were read`);
	}
	return parts.length > 0 ? parts.join(", and ") : "see below what is missing";
}

// Complete, or not; and what the trace lacks.
export function lossBanner(report) {
	const { json } = report;
	const isFine = json.complete && report.total.certain;
	const notes = json.notes.map((note) => h("li", {}, name(note)));
	const head = isFine ? "Complete: nothing that happened while the tracer ran is missing." :
		json.complete ? "Complete, but some numbers are not certain; they are marked ~." :
			`Not complete: ${lossText(json)}. What is marked ~ is an estimate.`;

	return h("div", { class: `banner ${isFine ? "fine" : "warn"}`, id: "losses", role: isFine ? "status" : "alert" },
		h("p", {}, h("strong", {}, head)), notes.length > 0 ? h("ul", {}, notes) : null);
}

function figure(key, title, value, detail, exact) {
	return h("div", { class: "figure", "data-figure": key, title: exact },
		h("dt", {}, title), h("dd", {}, value), h("dd", { class: "detail" }, detail));
}

export function figures(report) {
	const { total } = report;
	const seconds = report.lengthNs / 1e9;
	const items = [
		figure("peak", "Peak", about("peak_live_bytes", total) + bytes(total.peak_live_bytes),
			total.peak_live_bytes > 0 ? `at ${moment(report.offset(total.peak_time_ns))}` : "", exactBytes(total.peak_live_bytes)),
		figure("live", "Live at the end", about("live_bytes", total) + bytes(total.live_bytes),
			many(total.live_count, "block"), exactBytes(total.live_bytes)),
		figure("allocated", "Allocated", about("alloc_bytes", total) + bytes(total.alloc_bytes),
			many(total.alloc_count, "block"), exactBytes(total.alloc_bytes)),
		figure("rate", "Rate", seconds > 0 ? `${about("rate", total)}${count(Math.round(total.alloc_count / seconds))}/s` : "–",
			seconds > 0 ? `${bytes(Math.round(total.alloc_bytes / seconds))}/s` : "", null),
	];

	for (const [key, title, part, whole] of [
		["never_freed", "Never freed", "never_freed", "alloc"],
		["temporary", "Temporary", "temporary", "alloc"],
		["foreign", "Foreign frees", "foreign_free", "free"],
		["other_thread", "Cross-thread frees", "other_thread_free", "free"],
	]) {
		if (total[`${part}_bytes`] !== undefined) {
			items.push(figure(key, title, about(`${part}_bytes`, total) + bytes(total[`${part}_bytes`]),
				`${share(total[`${part}_count`], total[`${whole}_count`])} of ` +
				(whole === "free" ? "frees" : "blocks"),
				`${many(total[`${part}_count`], "block")}, ${exactBytes(total[`${part}_bytes`])}`));
		}
	}
	return h("dl", { class: "figures" }, items);
}

export function aboutTrace(report) {
	const { json } = report;
	const events = Object.entries(json.events).filter(([, number]) => number > 0)
		.map(([type, number]) => `${count(number)} ${type}`).join(", ");

	return h("p", { class: "about" },
		`${date(json.window.begin_ns)}, ${duration(report.lengthNs)} · ${events}`);
}

// The text report's line: whether it is proved of all that nothing is missing, and by what.
export function proofLine(report) {
	const processes = report.json.processes.filter((process) => process.proof !== undefined);
	const complete = processes.filter((process) => process.complete);
	const kinds = ["ledger", "process_end", "checkpoint", "none"]
		.map((proof) => [proof, complete.filter((process) => process.proof === proof).length])
		.filter(([, number]) => number > 0)
		.map(([proof, number], i) => `${proof} (${count(number)}${i > 0 ? "" : number === 1 ? " process" : " processes"})`).join(", ");
	const all = processes.reduce((sum, process) => sum + Number(process.missing_children), processes.length);

	if (processes.length === 0) {
		return null;
	}
	return h("p", { class: "about", id: "proof" }, "Completeness: ", report.json.complete ? `proved by ${kinds}` :
		`proved for ${count(complete.length)} of ${count(all)} processes${kinds === "" ? "" : `, by ${kinds}`}`);
}

export function nameThePage(report) {
	const subject = subjectOf(report);

	byId("subject").textContent = subject;
	document.title = `${subject} – allocspan report`;
}

const COVERAGE_REASONS = {
	overwritten: (json) => `${many(json.overwritten_packets, "earlier packet")} of events ${Number(json.overwritten_packets) === 1 ? "is" : "are"} not in the trace`,
	restarted: () => "the session was started again then",
};

// Where the trace does not have all from its beginning: from when on it does.
export function coverageLine(report) {
	const { coverage } = report.json;
	const why = coverage === undefined ? undefined : COVERAGE_REASONS[coverage.reason];

	return why === undefined ? null : h("p", { class: "about", id: "coverage" },
		`Coverage: from ${moment(report.offset(coverage.begin_ns))} on; ${why(report.json)}`);
}
