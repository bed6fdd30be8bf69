// SPDX-License-Identifier: MIT
//
// The report as the pictures want it: names for what the JSON has as indices, and times as ns after the begin.
//
// Everything else of the JSON stays as it is; report.schema.json says what it means.

import { nsSince, parseExactly } from "./exact.js";
import { name } from "./format.js";

const TITLES = {
	group: ["Group", "Groups"],
	tag: ["Tag", "Tags"],
	span: ["Span", "Spans"],
	thread: ["Thread", "Threads"],
	process: ["Process", "Processes"],
	host: ["Host", "Hosts"],
	callsite: ["Call site", "Call sites"],
};

export class Report {
	constructor(text) {
		this.json = parseExactly(text);
		this.begin = this.json.window.begin_ns;
		this.lengthNs = nsSince(this.begin, this.json.window.end_ns);
		this.total = this.json.total;
		this.breakdowns = this.json.breakdowns.filter((breakdown) => breakdown.rows.length > 0);
		this.hasManyProcesses = this.json.processes.length > 1;
		this.textUses = this.countTexts();
		this.moments = this.readMoments();
	}

	// ns after the begin of the window
	offset(ns) {
		return nsSince(this.begin, ns);
	}

	readMoments() {
		const moments = this.json.timeline ? this.json.timeline.moments : [];

		return moments.map(([ns, bytes]) => ({ at: this.offset(ns), bytes: Number(bytes) }));
	}

	// "Group", "tenant", "tenant × span"
	titleOf(breakdown, isPlural) {
		return breakdown.keys.map((key) => key.dimension === "tag" ?
			name(key.tag) : TITLES[key.dimension][isPlural ? 1 : 0]).join(" × ");
	}

	keyText(key, dimension) {
		const text = name(key.text);

		return dimension === "group" && key.index !== null ? this.withProcess(text, key.index) : text;
	}

	countTexts() {
		const uses = new Map();

		for (const { text } of this.json.groups) {
			uses.set(text, (uses.get(text) || 0) + 1);
		}
		return uses;
	}

	// Groups of different processes can have the same text.
	withProcess(text, groupIndex) {
		return this.textUses.get(this.json.groups[groupIndex].text) > 1 ?
			`${text} in ${this.processOfGroup(groupIndex)}` : text;
	}

	processOfGroup(index) {
		return name(this.json.processes[this.json.groups[index].process].text);
	}

	rowText(breakdown, row) {
		return row.keys.map((key, i) => this.keyText(key, breakdown.keys[i].dimension)).join(" × ");
	}

	nameOf(text) {
		return name(text);
	}

	groupText(index) {
		return this.withProcess(name(this.json.groups[index].text), index);
	}

	threadText(index) {
		return index === null ? null : name(this.json.threads[index].text);
	}

	callsiteText(index) {
		return index === null ? null : name(this.json.callsites[index].text);
	}

	nodeName(index) {
		const text = this.json.nodes[index].name;

		return text === null ? "(unknown span)" : name(text);
	}

	// "request › parse" of a node; nobody's path is the root's.
	pathText(index) {
		const names = [];

		if (index === null) {
			return null;
		}
		for (let node = index; node !== null && this.json.nodes[node].parent !== null;
			node = this.json.nodes[node].parent) {
			names.unshift(this.nodeName(node));
		}
		return names.length > 0 ? names.join(" › ") : "(no span)";
	}

	placeOf([index, bytes]) {
		const place = this.json.places[index];

		return {
			bytes,
			group: this.groupText(place.group),
			path: place.unseen ? "(not seen allocated)" : this.pathText(place.node),
			thread: this.threadText(place.thread),
			callsite: this.callsiteText(place.callsite),
		};
	}

	// A function, whichever of its lines the call is in; where none is known, the place in the file.
	callText(index) {
		const { function: called, text } = this.json.callsites[index];

		return name(called === null ? text : called);
	}

	// What a call site's function was inlined into, from the innermost out.
	inlinedTexts(index) {
		const texts = [];

		for (let into = this.json.callsites[index].inlined_into; into !== null && into !== undefined;
			into = this.json.callsites[into].inlined_into) {
			texts.push(this.callText(into));
		}
		return texts;
	}

	// The frames of a place from the outermost in, as folded stacks have them; the last is the call site.
	stackTexts(place) {
		const texts = [this.callsiteText(place.callsite), ...this.inlinedTexts(place.callsite)];

		for (let node = this.json.stacks[place.stack].parent; node !== 0; node = this.json.stacks[node].parent) {
			const { callsite } = this.json.stacks[node];

			texts.push(this.callText(callsite), ...this.inlinedTexts(callsite));
		}
		return texts.reverse();
	}

	get hasStacks() {
		return this.json.places.some((place) => place.stack !== null && place.stack !== undefined);
	}

	get hasCallsites() {
		return this.json.places.some((place) => place.callsite !== null);
	}
}
