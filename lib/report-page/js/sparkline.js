// SPDX-License-Identifier: MIT
//
// What a row held over time, as small as a word. All of one table have the same time, and each its own height.

import { s } from "./dom.js";

const WIDTH = 72;
const HEIGHT = 18;

// Points are where something changed; between them the row holds what it held.
function pathOf(points, bucketCount, most) {
	const x = (bucket) => (WIDTH * bucket / Math.max(1, bucketCount)).toFixed(1);
	const y = (bytes) => (HEIGHT - 1 - (HEIGHT - 2) * bytes / most).toFixed(1);
	let path = `M${x(points[0][0])},${HEIGHT}`;

	for (const [bucket, bytes, highest] of points) {
		path += `H${x(bucket)}V${y(highest)}H${x(bucket + 1)}V${y(bytes)}`;
	}
	return `${path}H${WIDTH}V${HEIGHT}Z`;
}

export function sparkline(report, row) {
	const points = row.points || [];
	const most = points.reduce((highest, point) => Math.max(highest, point[1], point[2]), 1);

	if (points.length === 0) {
		return null;
	}
	return s("svg", { class: "spark", width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
		"aria-hidden": "true" }, s("path", { d: pathOf(points, report.moments.length, most) }));
}
