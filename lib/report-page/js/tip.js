// SPDX-License-Identifier: MIT
//
// The one tooltip of the page, beside the pointer or the element that has the focus.

import { byId } from "./dom.js";

const GAP = 14;

function place(tip, x, y) {
	const { width, height } = tip.getBoundingClientRect();
	const left = x + GAP + width > innerWidth ? x - GAP - width : x + GAP;
	const top = y + GAP + height > innerHeight ? y - GAP - height : y + GAP;

	tip.style.left = `${Math.max(4, left)}px`;
	tip.style.top = `${Math.max(4, top)}px`;
}

export function showTip(content, x, y) {
	const tip = byId("tip");

	tip.replaceChildren(...content);
	tip.hidden = false;
	place(tip, x, y);
}

export function showTipAt(content, element) {
	const box = element.getBoundingClientRect();

	showTip(content, box.left + Math.min(40, box.width / 2), box.bottom - GAP / 2);
}

export function hideTip() {
	byId("tip").hidden = true;
}
