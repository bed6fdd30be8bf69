// SPDX-License-Identifier: MIT
//
// The tree of the flame graph: span paths, and below them whatever else places are told apart by.
//
// A frame's value is the sum of its places, those of the spans within it included, so widths add up to the total.

import { hierarchy, partition } from "d3-hierarchy";

import { bytes, count } from "./format.js";

export const METRICS = [
	{ key: "alloc_bytes", title: "Allocated bytes", text: bytes, unit: "bytes allocated" },
	{ key: "alloc_count", title: "Allocations", text: count, unit: "allocations" },
	{ key: "bytes_at_total_peak", title: "Held at the peak", text: bytes, unit: "bytes at the peak" },
	{ key: "live_bytes", title: "Live at the end", text: bytes, unit: "bytes live at the end" },
	{ key: "never_freed_bytes", title: "Never freed", text: bytes, unit: "bytes never freed" },
];

// What comes below the spans.
export function leavesOf(report) {
	const leaves = [["none", "spans only"], ["group", "groups"]];

	if (report.hasManyProcesses) {
		leaves.push(["process", "processes"]);
	}
	if (report.json.places.some((place) => place.thread !== null)) {
		leaves.push(["thread", "threads"]);
	}
	if (report.hasCallsites) {
		leaves.push(["callsite", "call sites"]);
	}
	if (report.hasStacks) {
		leaves.push(["stack", "call stacks"]);
	}
	return leaves;
}

function callsiteText(report, place) {
	return report.callsiteText(place.callsite) || "(unknown call site)";
}

const LEAF_TEXT = {
	none: () => null,
	group: (report, place) => report.groupText(place.group),
	process: (report, place) => report.processOfGroup(place.group),
	thread: (report, place) => report.threadText(place.thread) || "(unknown thread)",
	callsite: callsiteText,
};

// The names of the frames below the spans, from the outermost in. No stack is known of some places.
function leafTexts(report, place, leaf) {
	if (leaf === "stack") {
		return place.stack ? report.stackTexts(place) : [callsiteText(report, place)];
	}
	return [LEAF_TEXT[leaf](report, place)].filter((text) => text !== null);
}

function child(parent, name, kind) {
	const key = `${kind}:${name}`;

	if (!parent.byKey.has(key)) {
		parent.byKey.set(key, { name, kind, own: 0, byKey: new Map() });
	}
	return parent.byKey.get(key);
}

// The frame of a span path; places of nobody's span are right below the root.
function frameOf(report, root, place) {
	const path = [];

	if (place.unseen) {
		return child(root, "(not seen allocated)", "unseen");
	}
	for (let node = place.node; node !== null && report.json.nodes[node].parent !== null;
		node = report.json.nodes[node].parent) {
		path.unshift(report.nodeName(node));
	}
	if (path.length === 0) {
		return child(root, "(no span)", "none");
	}
	return path.reduce((frame, name) => child(frame, name, "span"), root);
}

// An unseen place can be below zero: so much of what the group's others hold has been freed. It is taken from them,
// from the largest first, as folded stacks do; then no width is negative and a group's sum is right.
function settledValues(places, metric) {
	const values = places.map((place) => Number(place[metric]));
	const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
	const owed = new Map();

	places.forEach((place, i) => {
		if (values[i] < 0) {
			owed.set(place.group, (owed.get(place.group) || 0) - values[i]);
			values[i] = 0;
		}
	});
	for (const i of order) {
		const taken = Math.min(values[i], owed.get(places[i].group) || 0);

		if (taken > 0) {
			values[i] -= taken;
			owed.set(places[i].group, owed.get(places[i].group) - taken);
		}
	}
	return values;
}

export function treeOf(report, metric, leaf) {
	const root = { name: "everything", kind: "root", own: 0, byKey: new Map() };

	const values = settledValues(report.json.places, metric);

	report.json.places.forEach((place, i) => {
		if (values[i] > 0) {
			leafTexts(report, place, leaf).reduce((frame, text) => child(frame, text, leaf),
				frameOf(report, root, place)).own += values[i];
		}
	});
	return partition()(hierarchy(root, (frame) => [...frame.byKey.values()])
		.sum((frame) => frame.own)
		.sort((a, b) => b.value - a.value || (a.data.name < b.data.name ? -1 : 1)));
}
