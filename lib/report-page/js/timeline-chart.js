// SPDX-License-Identifier: MIT
//
// The picture of the stack: an area for each series, the peak, a line at the cursor, and a strip below with the
// whole, in which the part that is shown above is marked.
//
// It draws what it is given and tells of gestures; timeline.js decides what they mean.

import { axisBottom, axisLeft } from "d3-axis";
import { brushX } from "d3-brush";
import { scaleLinear } from "d3-scale";
import * as d3 from "d3-selection";
import { area, curveLinear, stack } from "d3-shape";

import { s } from "./dom.js";
import { bytes, momentTicks } from "./format.js";

const HEIGHT = 320;
const STRIP = { top: HEIGHT + 34, height: 34 };
const TOTAL_HEIGHT = STRIP.top + STRIP.height + 4;
const MARGIN = { top: 22, right: 14, left: 76 };

// Binary units need ticks that are round in them.
function byteTicks(highest, wanted) {
	let step = 1;

	while (highest / step > wanted) {
		step *= 2;
	}
	return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
}

function timeTicks([from, to], wanted) {
	const { length, text } = momentTicks(to);
	const values = scaleLinear([from / length, to / length], [0, 1]).ticks(wanted);

	return { values: values.map((value) => value * length), text };
}

export class TimelineChart {
	// handlers: zoom([from, to]), hover(index or null), reset()
	constructor(moments, lengthNs, handlers) {
		this.moments = moments;
		this.lengthNs = lengthNs;
		this.handlers = handlers;
		this.x = scaleLinear();
		this.y = scaleLinear();
		this.stripX = scaleLinear().domain([0, lengthNs]);
		this.build();
	}

	build() {
		this.svg = s("svg", { class: "timeline", height: TOTAL_HEIGHT, "aria-hidden": "true" });
		const svg = d3.select(this.svg);
		const clip = svg.append("clipPath").attr("id", "timeline-clip");

		this.clip = clip.append("rect").attr("y", 0).attr("height", HEIGHT);
		this.grid = svg.append("g").attr("class", "axis grid");
		this.areas = svg.append("g").attr("clip-path", "url(#timeline-clip)");
		this.time = svg.append("g").attr("class", "axis");
		this.peak = svg.append("g").attr("class", "peak");
		this.cursor = svg.append("line").attr("class", "cursor").attr("visibility", "hidden");
		this.surface = svg.append("g").attr("class", "brush");
		this.buildStrip(svg);
		this.buildGestures();
	}

	buildStrip(svg) {
		this.strip = svg.append("g").attr("class", "strip");
		this.stripArea = this.strip.append("path");
		this.stripBrush = this.strip.append("g").attr("class", "brush");
	}

	buildGestures() {
		this.brush = brushX().on("end", () => this.brushed());
		this.overview = brushX().on("brush end", () => this.dragged());
		this.svg.addEventListener("pointermove", (event) => this.moved(event));
		this.svg.addEventListener("pointerleave", () => this.handlers.hover(null));
		this.svg.addEventListener("dblclick", () => this.handlers.reset());
	}

	get element() {
		return this.svg;
	}

	// A part that was marked above becomes the range.
	brushed() {
		const selection = d3.event.selection;

		if (!d3.event.sourceEvent || !selection) {
			return;
		}
		this.surface.call(this.brush.move, null);
		this.handlers.zoom(selection.map(this.x.invert));
	}

	dragged() {
		const selection = d3.event.selection;

		if (!d3.event.sourceEvent || d3.event.sourceEvent.type === "end") {
			return;
		}
		if (selection) {
			this.handlers.zoom(selection.map(this.stripX.invert));
		} else if (d3.event.type === "end") {
			this.handlers.reset();
		}
	}

	moved(event) {
		const box = this.svg.getBoundingClientRect();
		const x = (event.clientX - box.left) * (this.width / box.width);
		const isInside = x >= MARGIN.left && x <= this.width - MARGIN.right;

		this.handlers.hover(isInside ? this.nearest(this.x.invert(x)) : null, event);
	}

	nearest(at) {
		let best = 0;

		this.moments.forEach((one, i) => {
			if (Math.abs(one.at - at) < Math.abs(this.moments[best].at - at)) {
				best = i;
			}
		});
		return best;
	}

	setWidth(width) {
		const right = width - MARGIN.right;

		this.width = width;
		this.svg.setAttribute("viewBox", `0 0 ${width} ${TOTAL_HEIGHT}`);
		this.svg.setAttribute("width", width);
		this.clip.attr("x", MARGIN.left).attr("width", Math.max(0, right - MARGIN.left));
		this.x.range([MARGIN.left, right]);
		this.y.range([HEIGHT, MARGIN.top]);
		this.stripX.range([MARGIN.left, right]);
		this.brush.extent([[MARGIN.left, MARGIN.top], [right, HEIGHT]]);
		this.overview.extent([[MARGIN.left, STRIP.top], [right, STRIP.top + STRIP.height]]);
		this.surface.call(this.brush);
		this.stripBrush.call(this.overview);
	}

	// What is the highest of the stack where it is shown: also just outside, as lines lead there.
	highest(layers, [from, to]) {
		let most = 0;

		this.moments.forEach((one, i) => {
			const before = this.moments[i - 1];
			const after = this.moments[i + 1];

			if ((after ? after.at : one.at) >= from && (before ? before.at : one.at) <= to) {
				most = Math.max(most, ...layers.map((layer) => layer[i][1]));
			}
		});
		return Math.max(most, 1);
	}

	// state: { series, range, peakAt, peakText, highlight }
	draw(state) {
		const layers = stack().keys(state.series.map((one) => one.key))
			.value((i, key) => state.series.find((one) => one.key === key).drawn[i])(
				this.moments.map((_, i) => i));

		this.x.domain(state.range);
		this.y.domain([0, this.highest(layers, state.range) * 1.04]);
		this.drawAxes(state.range);
		this.drawAreas(layers, state);
		this.drawPeak(state);
		this.drawStrip(state.range);
	}

	drawAxes(range) {
		const times = timeTicks(range, Math.max(3, this.width / 130));
		const left = axisLeft(this.y).tickValues(byteTicks(this.y.domain()[1], 6))
			.tickFormat(bytes).tickSize(-(this.width - MARGIN.left - MARGIN.right)).tickPadding(8);

		this.grid.attr("transform", `translate(${MARGIN.left},0)`).call(left);
		this.time.attr("transform", `translate(0,${HEIGHT})`).call(
			axisBottom(this.x).tickValues(times.values).tickFormat(times.text).tickSizeOuter(0));
	}

	shapeOf(x) {
		return area().curve(curveLinear).x((_, i) => x(this.moments[i].at));
	}

	drawAreas(layers, state) {
		const shape = this.shapeOf(this.x).y0((d) => this.y(d[0])).y1((d) => this.y(d[1]));

		this.areas.selectAll("path").data(layers, (layer) => layer.key).join("path")
			.attr("class", "area")
			.attr("data-key", (layer) => layer.key)
			.attr("fill", (layer) => state.series[layer.index].colour)
			.attr("stroke", (layer) => state.series[layer.index].colour)
			.classed("faded", (layer) => state.highlight && layer.key !== state.highlight)
			.attr("d", shape);
	}

	drawPeak({ peakAt, peakBytes, peakText }) {
		const x = this.x(peakAt);
		const isShown = x >= this.x.range()[0] - 0.5 && x <= this.x.range()[1] + 0.5;
		const isLeft = x > this.width / 2;

		this.peak.selectAll("*").remove();
		if (!isShown) {
			return;
		}
		this.peak.append("line").attr("x1", x).attr("x2", x).attr("y1", 12).attr("y2", HEIGHT);
		this.peak.append("circle").attr("cx", x).attr("cy", this.y(peakBytes)).attr("r", 3.5);
		this.peak.append("text").attr("x", x + (isLeft ? -7 : 7)).attr("y", 12)
			.attr("text-anchor", isLeft ? "end" : "start").text(peakText);
	}

	drawStrip(range) {
		const most = Math.max(1, ...this.moments.map((one) => one.bytes));
		const y = scaleLinear([0, most], [STRIP.top + STRIP.height, STRIP.top + 2]);
		const shape = this.shapeOf(this.stripX).y0(y(0)).y1((one) => y(one.bytes));
		const isWhole = range[0] <= 0 && range[1] >= this.lengthNs;

		this.stripArea.datum(this.moments).attr("d", shape);
		this.stripBrush.call(this.overview.move, isWhole ? null : range.map(this.stripX));
	}

	drawCursor(index) {
		const x = index === null ? 0 : this.x(this.moments[index].at);
		const isShown = index !== null && x >= this.x.range()[0] && x <= this.x.range()[1];

		this.cursor.attr("visibility", isShown ? "visible" : "hidden")
			.attr("x1", x).attr("x2", x).attr("y1", MARGIN.top).attr("y2", HEIGHT);
	}
}
