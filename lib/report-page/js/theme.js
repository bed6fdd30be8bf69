// SPDX-License-Identifier: MIT
//
// Light, dark, or as the system says; the choice is kept where the browser lets a local file keep something.

import { byId, choice } from "./dom.js";

const KEY = "allocspan-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = "auto";

function remember(value) {
	try {
		localStorage.setItem(KEY, value);
	} catch {
		// A browser may forbid it; then the choice lasts as long as the page.
	}
}

function recall() {
	try {
		return localStorage.getItem(KEY) || "auto";
	} catch {
		return "auto";
	}
}

function apply() {
	const isDark = chosen === "dark" || (chosen === "auto" && system.matches);

	document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

export function setUpTheme() {
	chosen = recall();
	apply();
	system.addEventListener("change", apply);
	byId("theme").replaceWith(choice("Colours",
		[["auto", "Auto"], ["light", "Light"], ["dark", "Dark"]], chosen, (value) => {
			chosen = value;
			remember(value);
			apply();
		}));
}
