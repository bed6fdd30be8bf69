// SPDX-License-Identifier: MIT
//
// Reads the report without rounding it.
//
// JSON.parse() makes doubles, which round above 2^53: every time in ns since 1970 is above that. Here such numbers
// become strings of digits. Which members are numbers the schema says, so nobody takes them for a name.

// Strings are matched first, so that digits within a name stay what they are.
const STRING_OR_BIG = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}/g;

export function parseExactly(text) {
	return JSON.parse(text.replace(STRING_OR_BIG, (match) =>
		match.startsWith('"') ? match : `"${match}"`));
}

// How many ns after `begin`: small enough to be exact for a hundred days.
export function nsSince(begin, ns) {
	return Number(BigInt(ns) - BigInt(begin));
}
