// SPDX-License-Identifier: MIT
//
// The page: reads the report that is beside the script, and puts the parts in order.

import { byId, h } from "./dom.js";
import { Flame } from "./flame.js";
import { handoverPanel } from "./handover.js";
import { histogramPanel } from "./histogram.js";
import { Report } from "./report.js";
import { hasSeries } from "./series.js";
import { aboutTrace, coverageLine, figures, lossBanner, nameThePage, proofLine } from "./summary.js";
import { Tables } from "./tables.js";
import { setUpTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { hideTip } from "./tip.js";

// The chart beside its legend on an A4 page, in pixels of CSS.
const PAPER_WIDTH = 700;

function link([id, title]) {
	return h("a", { href: `#${id}` }, title);
}

function setUpPaper(timeline, tables) {
	addEventListener("beforeprint", () => {
		tables.fillAll();
		if (timeline) {
			timeline.draw(PAPER_WIDTH);
		}
	});
	addEventListener("afterprint", () => timeline && timeline.fit());
}

function parts(report) {
	const timeline = report.breakdowns.some(hasSeries) ? new Timeline(report) : null;
	const tables = new Tables(report);
	const sections = [
		timeline && ["time", "Time", timeline.element],
		report.json.places.length > 0 && ["flame", "Spans", new Flame(report).element],
		report.json.handover && ["handover", "Handover", handoverPanel(report)],
		report.total.sizes && ["sizes", "Sizes", histogramPanel(report)],
		["tables", "Tables", tables.element],
	].filter(Boolean);

	setUpPaper(timeline, tables);
	return sections;
}

function fill(report) {
	const sections = parts(report);

	nameThePage(report);
	byId("sections").append(...sections.map(link));
	byId("main").replaceChildren(lossBanner(report), aboutTrace(report), ...[proofLine(report), coverageLine(report)].filter(Boolean), figures(report),
		...sections.map(([, , element]) => element));
	byId("bottom").append(h("p", {}, "Sizes are the bytes that were asked for; 1 KiB is 1,024 bytes. ",
		"~ marks an estimate. The numbers are those of allocspan report --format json."));
}

function fail(error) {
	byId("main").replaceChildren(h("p", { class: "banner warn", role: "alert" },
		`The report cannot be shown: ${error.message}. Make it again with allocspan report --format html.`));
}

setUpTheme();
document.addEventListener("scroll", hideTip, { passive: true });
document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
try {
	fill(new Report(byId("report").textContent));
} catch (error) {
	fail(error);
	throw error;
}
