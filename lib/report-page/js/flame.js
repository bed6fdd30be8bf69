// SPDX-License-Identifier: MIT
//
// The flame graph of spans, root at the top: the width of a frame is its share of the metric.
//
// Frames are elements and not a drawing, so that their names end in an ellipsis, and a reader of screens can walk the
// tree: one of them takes part in the order of tabs, and arrow keys lead from there.

import { choice, h, select, styled } from "./dom.js";
import { many, share } from "./format.js";
import { METRICS, leavesOf, treeOf } from "./flame-tree.js";
import { hideTip, showTip, showTipAt } from "./tip.js";

// Narrower frames than this part of the whole nobody sees, and thousands of them would be slow.
const LEAST_PART = 0.0008;
const FRAMES_MAX = 1500;
// In a narrower frame no letter can be read.
const THIN_PX = 26;
const ROW_REM = 1.45;
const HUES = 8;

// The same name has the same colour everywhere.
function hueOf(name) {
	let hash = 7;

	for (const character of name) {
		hash = (hash * 31 + character.codePointAt(0)) >>> 0;
	}
	return hash % HUES;
}

export class Flame {
	constructor(report) {
		this.report = report;
		this.leaves = leavesOf(report);
		this.leaf = report.hasStacks ? "stack" : report.hasCallsites ? "callsite" : "group";
		this.metric = METRICS[0];
		this.wanted = "";
		this.build();
		this.load();
	}

	build() {
		const search = h("input", { type: "search", placeholder: "Find a frame", "aria-label":
			"Find frames by name", oninput: (event) => this.find(event.target.value) });

		this.stage = h("div", { class: "flame", role: "tree", "aria-label": "Spans, by what they allocate",
			onclick: (event) => this.clicked(event), onkeydown: (event) => this.key(event),
			onpointermove: (event) => this.hovered(event), onpointerleave: hideTip,
			onfocusin: (event) => this.focused(event), onfocusout: hideTip });
		this.status = h("output", { class: "range", "aria-live": "polite" });
		new ResizeObserver(() => this.fit()).observe(this.stage);
		this.element = h("section", { class: "panel", id: "flame" },
			h("div", { class: "panel-head" }, h("h2", {}, "Where it was allocated"),
				h("div", { class: "controls" },
					choice("Width", METRICS.map((one) => [one.key, one.title]), this.metric.key,
						(key) => this.setMetric(key)),
					select("Below the spans", this.leaves, this.leaf, (leaf) => this.setLeaf(leaf)),
					search)),
			this.stage,
			h("p", { class: "hint" }, this.status));
	}

	setMetric(key) {
		this.metric = METRICS.find((one) => one.key === key);
		this.load();
	}

	setLeaf(leaf) {
		this.leaf = leaf;
		this.load();
	}

	load() {
		this.root = treeOf(this.report, this.metric.key, this.leaf);
		this.shown = this.root;
		this.draw();
	}

	// Drawing changes the height of the stage, which is no reason to draw.
	fit() {
		if (this.stage.clientWidth !== this.width) {
			this.width = this.stage.clientWidth;
			this.draw();
		}
	}

	// Those that are wide enough, from the top down, level by level.
	visible() {
		const length = this.shown.x1 - this.shown.x0;

		return this.shown.descendants()
			.filter((node) => (node.x1 - node.x0) / length >= LEAST_PART).slice(0, FRAMES_MAX);
	}

	draw() {
		const ancestors = this.shown.ancestors().reverse().slice(0, -1);
		const nodes = this.root.value > 0 ? this.visible() : [];
		const depth = Math.max(0, ...nodes.map((node) => node.depth)) + 1;

		this.frames = new Map();
		this.stage.replaceChildren(
			...(nodes.length > 0 ? ancestors.map((node) => this.frame(node, 0, 1)) : []),
			...nodes.map((node) => this.frame(node, ...this.spread(node))));
		styled(this.stage, { height: `${depth * ROW_REM}rem` });
		this.setFocusable(this.shown);
		this.say(nodes.length);
	}

	spread(node) {
		const length = this.shown.x1 - this.shown.x0;

		return [(node.x0 - this.shown.x0) / length, (node.x1 - node.x0) / length];
	}

	frame(node, left, width) {
		const { name, kind } = node.data;
		const isThin = width * this.stage.clientWidth < THIN_PX;
		const element = h("div", {
			class: `frame ${kind}${this.isMatch(node) ? " match" : ""}${isThin ? " thin" : ""}`, role: "treeitem",
			"aria-level": node.depth + 1, "aria-label": `${name}: ${this.valueText(node)}`,
			"data-name": name, "data-value": node.value, "data-hue": hueOf(name), tabindex: -1,
		}, name);

		styled(element, { left: `${left * 100}%`, width: `${width * 100}%`, top: `${node.depth * ROW_REM}rem` });
		this.frames.set(element, node);
		return element;
	}

	say(frameCount) {
		const hidden = this.shown.descendants().length - frameCount;
		const found = this.wanted && this.root.value > 0 ? `Found: ${this.metric.text(this.sumOfMatches())}, ` +
			`${share(this.sumOfMatches(), this.root.value)}. ` : "";
		const narrow = hidden > 0 && this.root.value > 0 ? ` ${many(hidden, "frame")} too narrow to draw.` : "";

		this.status.textContent = this.root.value === 0 ? `There is nothing to show: 0 ${this.metric.unit}.` :
			`${found}${this.pathText(this.shown)}: ${this.valueText(this.shown)}.${narrow} ` +
			"Click a frame, or arrow keys and Enter, to go into it; Escape to come back.";
	}

	valueText(node) {
		return `${this.metric.text(node.value)}, ${share(node.value, this.root.value)}`;
	}

	pathText(node) {
		return node.ancestors().reverse().map((one) => one.data.name).join(" › ");
	}

	isMatch(node) {
		return this.wanted !== "" && node.data.name.toLowerCase().includes(this.wanted);
	}

	// What is below a match is in it already.
	sumOfMatches() {
		return this.root.descendants().filter((node) => this.isMatch(node) &&
			!node.ancestors().slice(1).some((one) => this.isMatch(one)))
			.reduce((sum, node) => sum + node.value, 0);
	}

	find(text) {
		this.wanted = text.trim().toLowerCase();
		this.draw();
	}

	go(node) {
		this.shown = node;
		this.draw();
	}

	clicked(event) {
		const node = this.frames.get(event.target);

		if (node) {
			hideTip();
			this.go(node);
		}
	}

	tipOf(node) {
		const own = node.data.own;

		return [h("b", {}, this.pathText(node)), h("span", {}, this.valueText(node)),
			node.children && own > 0 ? h("span", {}, `itself ${this.metric.text(own)}`) : null].filter(Boolean);
	}

	hovered(event) {
		const node = this.frames.get(event.target);

		if (node) {
			showTip(this.tipOf(node), event.clientX, event.clientY);
		} else {
			hideTip();
		}
	}

	focused(event) {
		const node = this.frames.get(event.target);

		if (node && event.target.matches(":focus-visible")) {
			showTipAt(this.tipOf(node), event.target);
		}
	}

	elementOf(node) {
		return [...this.frames.keys()].find((element) => this.frames.get(element) === node);
	}

	setFocusable(node, takesFocus) {
		const element = this.elementOf(node);

		this.stage.querySelectorAll('[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
		if (element) {
			element.tabIndex = 0;
			if (takesFocus) {
				element.focus();
			}
		}
	}

	beside(node, step) {
		const row = [...this.frames.values()].filter((one) => one.depth === node.depth);

		return row[row.indexOf(node) + step];
	}

	key(event) {
		const node = this.frames.get(document.activeElement);
		const first = node && node.children && node.children.find((one) => this.elementOf(one));
		const next = node && {
			ArrowDown: first, ArrowUp: node.parent,
			ArrowRight: this.beside(node, 1), ArrowLeft: this.beside(node, -1), Home: this.root,
		}[event.key];

		if (next) {
			this.setFocusable(next, true);
		} else if (node && (event.key === "Enter" || event.key === " ")) {
			this.go(node);
			this.setFocusable(node, true);
		} else if (event.key === "Escape" && this.shown.parent) {
			const left = this.shown;

			this.go(this.shown.parent);
			this.setFocusable(left, true);
		} else {
			return;
		}
		event.preventDefault();
	}
}
