// SPDX-License-Identifier: MIT
//
// Makes elements. Text only ever becomes text nodes and attributes, never markup: no name can become an element.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
	for (const [key, value] of Object.entries(attributes || {})) {
		if (key.startsWith("on")) {
			element.addEventListener(key.slice(2), value);
		} else if (key.startsWith("aria-")) {
			element.setAttribute(key, String(value));
		} else if (value !== undefined && value !== null && value !== false) {
			element.setAttribute(key, value === true ? "" : value);
		}
	}
	element.append(...children.flat().filter((child) => child !== null && child !== undefined));
	return element;
}

// h("button", { class: "quiet", onclick: f }, "Text", child)
export function h(tag, attributes, ...children) {
	return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
	return fill(document.createElementNS(SVG, tag), attributes, children);
}

// The policy of the page forbids style attributes, and not what a script sets.
export function styled(element, properties) {
	for (const [key, value] of Object.entries(properties)) {
		element.style.setProperty(key, value);
	}
	return element;
}

export function byId(id) {
	return document.getElementById(id);
}

// A row of buttons of which one is chosen: choice("By", [[value, text]], value, change)
export function choice(label, items, chosen, change) {
	const buttons = items.map(([value, text]) => h("button", {
		type: "button", role: "radio", "data-value": value,
		onclick: () => choose(value),
	}, text));
	const element = h("div", { class: "choice", role: "radiogroup", "aria-label": label,
		onkeydown: step }, buttons);

	function mark(value) {
		for (const button of buttons) {
			const is = button.dataset.value === String(value);

			button.setAttribute("aria-checked", is);
			button.tabIndex = is ? 0 : -1;
		}
	}
	function choose(value) {
		mark(value);
		change(value);
	}
	function step(event) {
		const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
		const at = buttons.indexOf(document.activeElement);

		if (by && at >= 0) {
			const next = (at + by + buttons.length) % buttons.length;

			event.preventDefault();
			buttons[next].focus();
			choose(items[next][0]);
		}
	}
	mark(chosen);
	return element;
}

// A list to choose from, with its label before it.
export function select(label, items, chosen, change) {
	const list = h("select", { onchange: () => change(list.value) },
		items.map(([value, text]) => h("option", { value }, text)));

	list.value = chosen;
	return h("label", { class: "field" }, h("span", {}, label), list);
}
