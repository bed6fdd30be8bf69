// SPDX-License-Identifier: MIT
//
// Numbers and strings for people; the same words as the text report's.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

const SPARE_DIGITS = 30;

// As printf() rounds: what is halfway goes to the even digit, where toFixed() takes the larger. The spare digits are
// those of the exact value.
function fixed(value, digits) {
	const exact = value.toFixed(digits + SPARE_DIGITS);
	const lower = exact.slice(0, -SPARE_DIGITS);
	const isHalfway = exact.slice(-SPARE_DIGITS) === "5".padEnd(SPARE_DIGITS, "0");

	return isHalfway && /[02468]$/.test(lower) ? lower : value.toFixed(digits);
}

// 1536 is "1.5 KiB"; below 1 KiB exact.
export function bytes(value) {
	let number = Math.abs(Number(value));
	let unit = 0;

	// From 1023.95 on, one decimal would be rounded to 1024.0.
	while (number >= 1023.95 && unit + 1 < UNITS.length) {
		number /= 1024;
		unit++;
	}
	return `${value < 0 ? "−" : ""}${unit ? fixed(number, 1) : number} ${UNITS[unit]}`;
}

// Groups of three digits; also of a string of digits, which is exact beyond 2^53.
export function count(value) {
	return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function exactBytes(value) {
	return `${count(value)} B`;
}

export function duration(ns) {
	if (ns < 1e3) {
		return `${ns} ns`;
	}
	if (ns < 1e6) {
		return `${fixed(ns / 1e3, 1)} us`;
	}
	if (ns < 1e9) {
		return `${fixed(ns / 1e6, 1)} ms`;
	}
	if (ns < 120e9) {
		return `${fixed(ns / 1e9, 3)} s`;
	}
	return longDuration(Math.round(ns / 1e9));
}

function longDuration(seconds) {
	const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
	const words = [];

	for (const [length, unit] of parts) {
		if (seconds >= length) {
			words.push(`${Math.floor(seconds / length)} ${unit}`);
			seconds %= length;
		}
	}
	return words.slice(0, 2).join(" ");
}

// A moment of the trace: so long after its begin.
export function moment(offsetNs) {
	return `${offsetNs < 0 ? "−" : "+"}${duration(Math.abs(offsetNs))}`;
}

// The ticks of a time axis, all in the unit of the longest.
export function momentTicks(longestNs) {
	const [length, unit] = longestNs < 1e6 ? [1e3, "us"] : longestNs < 1e9 ? [1e6, "ms"] :
		longestNs < 600e9 ? [1e9, "s"] : longestNs < 36000e9 ? [60e9, "min"] : [3600e9, "h"];

	return { length, text: (ns) => `${Number((ns / length).toPrecision(12))} ${unit}` };
}

// The date of a time in ns since 1970, given as digits.
export function date(ns) {
	const ms = Number(BigInt(ns) / 1000000n);
	const iso = new Date(ms).toISOString();

	return `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`;
}

export function share(part, whole) {
	return whole > 0 ? `${fixed(100 * part / whole, 1)} %` : "–";
}

// "server(12)" and "3 rows", "1 row"
export function many(number, word) {
	return `${count(number)} ${word}${number === 1 ? "" : "s"}`;
}

// Control characters, and those that change the direction of writing, would hide what a name is.
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\\]/g;

// A name as the text report writes it.
export function name(text) {
	return text.replace(HIDDEN, (character) => {
		const code = character.charCodeAt(0);

		if (character === "\\") {
			return "\\\\";
		}
		return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
	});
}
