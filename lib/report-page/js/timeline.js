// SPDX-License-Identifier: MIT
//
// Live memory over time: which breakdown, which part of the time, which series; and who made up the peak.
//
// The range and the cursor can be moved with the pointer and with the keyboard alike.

import { h, select, styled } from "./dom.js";
import { bytes, duration, exactBytes, moment, share } from "./format.js";
import { hasSeries, peakIndex, seriesOf } from "./series.js";
import { TimelineChart } from "./timeline-chart.js";

const KEYS_HELP = "Drag to zoom, double-click for all. Keys: + and − zoom, ← and → move, " +
	"Shift with ← and → moves the cursor, P shows the peak, 0 shows all.";
// So many moments are always shown.
const LEAST_MOMENTS = 3;

export class Timeline {
	constructor(report) {
		this.report = report;
		this.moments = report.moments;
		this.peak = peakIndex(this.moments);
		this.length = Math.max(report.lengthNs, this.moments[this.moments.length - 1].at, 1);
		this.range = [0, this.length];
		this.cursor = null;
		this.solo = null;
		this.highlight = null;
		this.chart = new TimelineChart(this.moments, this.length, {
			zoom: (range) => this.zoom(range),
			hover: (index) => this.setCursor(index),
			reset: () => this.reset(),
		});
		this.choices = report.breakdowns.map((one, i) => [i, report.titleOf(one)])
			.filter(([i]) => hasSeries(report.breakdowns[i]));
		this.build();
		this.setBreakdown(this.choices[0][0]);
	}

	build() {
		this.legend = h("div", { class: "legend" });
		this.rangeText = h("output", { class: "range", "aria-live": "polite" });
		this.frame = h("div", {
			class: "chart-frame", tabindex: 0, role: "application", "aria-label": this.describe(),
			"aria-describedby": "timeline-help", onkeydown: (event) => this.key(event),
		}, this.chart.element);
		this.element = h("section", { class: "panel", id: "time" },
			h("div", { class: "panel-head" },
				h("h2", {}, "Live memory over time"), this.controls()),
			h("div", { class: "timeline-grid" }, this.frame, this.legend),
			h("p", { class: "hint", id: "timeline-help" }, KEYS_HELP));
		new ResizeObserver(() => this.fit()).observe(this.frame);
	}

	describe() {
		const at = this.moments[this.peak];

		return `Live bytes over ${duration(this.length)}, stacked; the peak is ` +
			`${bytes(at.bytes)} at ${moment(at.at)}. The table beside says who made it up.`;
	}

	controls() {
		const button = (text, label, action) => h("button",
			{ type: "button", class: "quiet", title: label, "aria-label": label, onclick: action }, text);

		return h("div", { class: "controls" }, this.rangeText,
			button("−", "Zoom out", () => this.scale(2)),
			button("+", "Zoom in", () => this.scale(0.5)),
			button("Peak", "Zoom to the peak", () => this.showPeak()),
			button("All", "Show all of the time", () => this.reset()),
			select("Stacked by", this.choices, this.choices[0][0], (value) => this.setBreakdown(Number(value))));
	}

	setBreakdown(index) {
		this.breakdown = this.report.breakdowns[index];
		this.series = seriesOf(this.report, this.breakdown);
		this.solo = null;
		this.draw();
	}

	fit() {
		this.draw(Math.floor(this.frame.clientWidth));
	}

	// A series alone is drawn with all its own peaks; in the stack at the moments of everything.
	shownSeries() {
		if (this.solo === null) {
			return this.series.map((one) => ({ ...one, drawn: one.values }));
		}
		return this.series.filter((one) => one.key === this.solo)
			.map((one) => ({ ...one, drawn: one.most }));
	}

	peakOf(shown) {
		const { total } = this.report;

		if (this.solo !== null && shown[0].row) {
			const { row } = shown[0];

			return { at: this.report.offset(row.peak_time_ns), bytes: row.peak_live_bytes,
				isCertain: row.certain };
		}
		return { at: this.report.offset(total.peak_time_ns), bytes: Number(total.peak_live_bytes),
			isCertain: total.certain };
	}

	draw(width = this.width) {
		const shown = this.shownSeries();
		const peak = this.peakOf(shown);

		if (!width) {
			return;
		}
		if (width !== this.width) {
			this.width = width;
			this.chart.setWidth(width);
		}
		this.chart.draw({
			series: shown,
			range: this.range,
			highlight: this.highlight,
			peakAt: peak.at,
			peakBytes: peak.bytes,
			peakText: `peak ${peak.isCertain ? "" : "~"}${bytes(peak.bytes)} at ${moment(peak.at)}`,
		});
		this.chart.drawCursor(this.cursor);
		this.rangeText.textContent = this.describeRange();
		this.drawLegend();
	}

	describeRange() {
		const [from, to] = this.range;

		return from <= 0 && to >= this.length ? `all ${duration(this.length)}` :
			`${moment(Math.round(from))} to ${moment(Math.round(to))}`;
	}

	zoom([from, to]) {
		const least = Math.min(this.length, LEAST_MOMENTS * this.length / this.moments.length);
		const length = Math.min(Math.max(to - from, least), this.length);
		const middle = (from + to) / 2;
		const begin = Math.min(Math.max(0, middle - length / 2), this.length - length);

		this.range = [begin, begin + length];
		this.draw();
	}

	reset() {
		this.zoom([0, this.length]);
	}

	scale(factor, middle = this.middle()) {
		const half = (this.range[1] - this.range[0]) * factor / 2;

		this.zoom([middle - half, middle + half]);
	}

	middle() {
		return this.cursor === null ? (this.range[0] + this.range[1]) / 2 :
			this.moments[this.cursor].at;
	}

	move(part) {
		const by = (this.range[1] - this.range[0]) * part;

		this.zoom([this.range[0] + by, this.range[1] + by]);
	}

	showPeak() {
		const { at } = this.moments[this.peak];

		this.zoom([at - this.length / 16, at + this.length / 16]);
	}

	key(event) {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		const actions = {
			"+": () => this.scale(0.5), "=": () => this.scale(0.5), "-": () => this.scale(2),
			0: () => this.reset(), Escape: () => this.reset(), p: () => this.showPeak(),
			Home: () => this.move(-1e9), End: () => this.move(1e9),
		};

		if (event.ctrlKey || event.metaKey || event.altKey) {
			return;
		}
		if (step && event.shiftKey) {
			this.stepCursor(step);
		} else if (step) {
			this.move(step / 8);
		} else if (actions[event.key]) {
			actions[event.key]();
		} else {
			return;
		}
		event.preventDefault();
	}

	stepCursor(step) {
		const from = this.cursor === null ? this.peak : this.cursor;

		this.setCursor(Math.min(Math.max(from + step, 0), this.moments.length - 1));
	}

	setCursor(index) {
		if (index !== this.cursor) {
			this.cursor = index;
			this.chart.drawCursor(index);
			this.drawLegend();
		}
	}

	setHighlight(key) {
		this.highlight = key;
		this.frame.querySelectorAll(".area").forEach((path) =>
			path.classList.toggle("faded", key !== null && path.dataset.key !== key));
	}

	setSolo(key) {
		this.solo = this.solo === key ? null : key;
		this.highlight = null;
		this.draw();
		this.legend.querySelector(`[data-key="${key}"] button`).focus();
	}

	// At the peak the report's own numbers; elsewhere those of the picture.
	heldBy(one, index) {
		return index === this.peak && one.row && one.row.bytes_at_total_peak !== undefined ?
			one.row.bytes_at_total_peak : one.values[index];
	}

	drawLegend() {
		const index = this.cursor === null ? this.peak : this.cursor;
		const total = this.moments[index].bytes;
		const table = h("table", {},
			h("thead", {}, h("tr", {},
				h("th", { scope: "col" }, this.report.titleOf(this.breakdown)),
				h("th", { scope: "col", class: "number" },
					index === this.peak ? "At the peak" : `At ${moment(this.moments[index].at)}`),
				h("th", { scope: "col", class: "number" }, "Share"))),
			h("tbody", {}, this.series.map((one) => this.legendRow(one, index, total))),
			h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "Together"),
				h("td", { class: "number", title: exactBytes(total) }, bytes(total)),
				h("td", { class: "number" }, total > 0 ? "100.0 %" : "–"))));

		// What is under the pointer must stay there, so only the numbers change.
		this.refresh(table);
	}

	refresh(table) {
		const old = this.legend.querySelectorAll("[data-key]");
		const fresh = table.querySelectorAll("[data-key]");

		if (old.length !== fresh.length || this.legendOf !== this.series) {
			this.legend.replaceChildren(table);
			this.legendOf = this.series;
			return;
		}
		old.forEach((row, i) => {
			row.classList.toggle("off", fresh[i].classList.contains("off"));
			row.querySelector("button").setAttribute("aria-pressed",
				fresh[i].querySelector("button").getAttribute("aria-pressed"));
			row.querySelectorAll(".number").forEach((cell, j) =>
				cell.replaceWith(fresh[i].querySelectorAll(".number")[j].cloneNode(true)));
		});
		this.legend.querySelector("thead").replaceWith(table.querySelector("thead"));
		this.legend.querySelector("tfoot").replaceWith(table.querySelector("tfoot"));
	}

	legendRow(one, index, total) {
		const held = this.heldBy(one, index);

		return h("tr", {
			"data-key": one.key, class: this.solo && this.solo !== one.key ? "off" : "",
			onpointerenter: () => this.setHighlight(one.key),
			onpointerleave: () => this.setHighlight(null),
		},
			h("th", { scope: "row" }, h("button", {
				type: "button", class: "series", title: `${one.text}: alone, or with all`,
				"aria-pressed": this.solo === one.key, onclick: () => this.setSolo(one.key),
			}, styled(h("i", { class: "swatch" }), { background: one.colour }),
				h("span", {}, one.text))),
			h("td", { class: "number", "data-value": held, title: exactBytes(held) }, bytes(held)),
			h("td", { class: "number" }, share(held, total)));
	}
}
