// SPDX-License-Identifier: MIT
//
// Sizes and lifetimes, by powers of two.

import { choice, h, styled } from "./dom.js";
import { bytes, count, duration, exactBytes, share } from "./format.js";

export const SIZES = { key: "sizes", title: "Sizes of allocations", edge: bytes };
export const LIFETIMES = { key: "lifetimes", title: "Lifetimes of freed blocks", edge: duration };
// With more bars, only some have their names below.
const NAMES_MAX = 13;

// Buckets without anything are left out of the JSON; in a picture they are gaps.
function withGaps(buckets) {
	const found = new Map(buckets.map((bucket) => [Number(bucket.from), bucket]));
	const last = Number(buckets[buckets.length - 1].from);
	const all = [];

	for (let from = Number(buckets[0].from); from <= last; from = from === 0 ? 1 : from * 2) {
		all.push(found.get(from) || { from, to: from * 2 - 1, count: 0, bytes: 0 });
	}
	return all;
}

function barOf(bucket, by, most, sum, edge) {
	const value = Number(bucket[by]);
	const text = `${edge(Number(bucket.from))} to ${edge(Number(bucket.to))}: ${count(bucket.count)} blocks, ` +
		`${exactBytes(bucket.bytes)} (${share(value, sum)})`;

	return h("li", { title: text, "data-value": bucket[by], "data-from": bucket.from },
		h("span", { class: "track" },
			styled(h("i", { class: "bar" }), { height: `${value > 0 ? Math.max(1.5, 100 * value / most) : 0}%` })),
		h("span", { class: "edge" }, edge(Number(bucket.from)).replace(/\.\d+/, "")),
		h("span", { class: "heard" }, text));
}

export function histogram(row, kind, by) {
	const buckets = row[kind.key] || [];

	if (buckets.length === 0) {
		return h("p", { class: "nothing" }, "none");
	}
	const all = withGaps(buckets);
	const most = Math.max(...all.map((bucket) => Number(bucket[by])), 1);
	const sum = all.reduce((total, bucket) => total + Number(bucket[by]), 0);

	const crowd = all.length > 2 * NAMES_MAX ? " tighter" : all.length > NAMES_MAX ? " tight" : "";

	return h("ol", { class: `histogram${crowd}`, "data-kind": kind.key },
		all.map((bucket) => barOf(bucket, by, most, sum, kind.edge)));
}

export function histogramPanel(report) {
	const places = [SIZES, LIFETIMES].map((kind) => ({ kind, element: h("div", {}) }));

	function draw(by) {
		for (const { kind, element } of places) {
			element.replaceChildren(h("h3", {}, kind.title), histogram(report.total, kind, by));
		}
	}
	draw("count");
	return h("section", { class: "panel", id: "sizes" },
		h("div", { class: "panel-head" }, h("h2", {}, "Sizes and lifetimes"),
			h("div", { class: "controls" },
				choice("Height", [["count", "Blocks"], ["bytes", "Bytes"]], "count", draw))),
		h("div", { class: "pair" }, places.map((place) => place.element)));
}
