// SPDX-License-Identifier: MIT
//
// The stack of a breakdown over time: the rows with the highest peaks, and everything else as one more.
//
// Points are where something changed; here each series has a value for every moment. The moments are those of the
// highest total in their bucket, so the highest of the stack is the peak, exactly.

export const SERIES_MAX = 11;
export const OTHER = "other";

// What a row held at each moment, and at most in each bucket.
function unfold(points, length) {
	const values = new Array(length).fill(0);
	const most = new Array(length).fill(0);
	let held = 0;
	let next = 0;

	for (let i = 0; i < length; i++) {
		most[i] = held;
		if (next < points.length && points[next][0] === i) {
			held = points[next][1];
			most[i] = points[next][2];
			next++;
		}
		values[i] = held;
	}
	return { values, most };
}

// Not every breakdown is told over time.
export function hasSeries(breakdown) {
	return breakdown.rows.some((row) => row.points && row.points.length > 0);
}

function rowsWithPoints(breakdown) {
	return breakdown.rows.filter((row) => row.points && row.points.length > 0)
		.sort((a, b) => b.peak_live_bytes - a.peak_live_bytes);
}

function restOf(moments, series) {
	return moments.map((moment, i) =>
		Math.max(0, moment.bytes - series.reduce((sum, one) => sum + one.values[i], 0)));
}

// [{ key, text, colour, row, values, most, atPeak }], the highest peak first, `other` last if there is one
export function seriesOf(report, breakdown) {
	const { moments } = report;
	const rows = rowsWithPoints(breakdown).slice(0, SERIES_MAX);
	const series = rows.map((row, i) => ({
		key: `row-${i}`,
		text: report.rowText(breakdown, row),
		colour: `var(--series-${i})`,
		row,
		peak: row.peak_live_bytes,
		isCertain: row.certain,
		...unfold(row.points, moments.length),
	}));
	const rest = restOf(moments, series);
	const left = breakdown.rows.length - rows.length;

	if (rest.some((bytes) => bytes > 0)) {
		series.push({
			key: OTHER,
			text: left > 0 ? `${left} other${left === 1 ? "" : "s"}` : "other",
			colour: "var(--series-other)",
			row: null,
			peak: Math.max(...rest),
			isCertain: true,
			values: rest,
			most: rest,
		});
	}
	return series;
}

// The moment when everything together was highest.
export function peakIndex(moments) {
	let highest = 0;

	for (let i = 1; i < moments.length; i++) {
		if (moments[i].bytes > moments[highest].bytes) {
			highest = i;
		}
	}
	return highest;
}
