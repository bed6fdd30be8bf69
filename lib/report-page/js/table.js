// SPDX-License-Identifier: MIT
//
// A table that can be sorted and searched. All rows take part, some are shown: a page with tens of thousands of cells
// would be slow.
//
// A column: { key, title, help, kind, value(row), text(row), exact(row), bar, make(row) }. A kind is "text", or a
// number, which is sorted from the largest.

import { h, styled } from "./dom.js";
import { count, many } from "./format.js";

const PAGE = 25;
const MORE = 100;
const ALL_MAX = 2000;

function isText(column) {
	return column.kind === "text";
}

function compare(column, a, b) {
	const [x, y] = [column.value(a), column.value(b)];

	if (isText(column)) {
		return x < y ? -1 : x > y ? 1 : 0;
	}
	return (x === null) - (y === null) || Number(x) - Number(y);
}

export class Table {
	// options: { caption, columns, rows, sort: [key, "ascending" or "descending"], textOf(row), detail(row), total }
	constructor(options) {
		Object.assign(this, { total: null, detail: null }, options);
		this.sort = [...options.sort];
		this.shownCount = PAGE;
		this.words = [];
		this.open = new Set();
		// What is searched is what is seen.
		this.texts = new Map(this.rows.map((row) => [row, this.textOf(row).toLowerCase()]));
		this.most = new Map(this.columns.filter((column) => column.bar).map((column) =>
			[column.key, this.rows.reduce((most, row) => Math.max(most, Number(column.value(row))), 1)]));
		this.build();
		this.draw();
	}

	build() {
		this.search = h("input", { type: "search", placeholder: "Search", "aria-label": `Search ${this.caption}`,
			oninput: () => this.find(this.search.value) });
		this.status = h("output", { class: "range", "aria-live": "polite" });
		this.head = h("tr", {}, this.columns.map((column) => this.headOf(column)));
		this.body = h("tbody");
		this.more = h("div", { class: "more" });
		this.element = h("div", { class: "data" },
			h("div", { class: "data-head" }, this.search, this.status),
			h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": this.caption },
				h("table", { class: "rows" }, h("caption", { class: "heard" }, this.caption),
					h("thead", {}, this.head), this.body, this.foot())),
			this.more);
	}

	headOf(column) {
		return h("th", { scope: "col", "data-key": column.key, class: isText(column) ? "" : column.kind },
			column.title === "" ? "" : h("button", { type: "button", title: column.help,
				onclick: () => this.sortBy(column) }, column.title));
	}

	foot() {
		return this.total === null ? null : h("tfoot", {}, h("tr", {}, this.columns.map((column, i) =>
			i === 0 ? h("th", { scope: "row" }, "Together") :
				isText(column) ? h("td") : this.cell(column, this.total, false))));
	}

	sortBy(column) {
		const [key, direction] = this.sort;
		const first = isText(column) ? "ascending" : "descending";
		const other = direction === "ascending" ? "descending" : "ascending";

		this.sort = [column.key, key === column.key ? other : first];
		this.draw();
	}

	find(text) {
		this.words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
		this.shownCount = PAGE;
		this.draw();
	}

	found() {
		const [key, direction] = this.sort;
		const column = this.columns.find((one) => one.key === key);
		const sign = direction === "ascending" ? 1 : -1;

		return this.rows.filter((row) => this.words.every((word) => this.texts.get(row).includes(word)))
			.sort((a, b) => sign * compare(column, a, b));
	}

	draw() {
		const rows = this.found();
		const shown = rows.slice(0, this.shownCount);

		this.head.querySelectorAll("th").forEach((head) => {
			const is = head.dataset.key === this.sort[0];

			if (is) {
				head.setAttribute("aria-sort", this.sort[1]);
			} else {
				head.removeAttribute("aria-sort");
			}
		});
		this.body.replaceChildren(...shown.flatMap((row) => this.rowOf(row)));
		this.say(rows.length, shown.length);
	}

	say(foundCount, shownCount) {
		const of = foundCount === this.rows.length ? many(foundCount, "row") :
			`${count(foundCount)} of ${many(this.rows.length, "row")}`;
		const left = foundCount - shownCount;
		const button = (text, by) => h("button", { type: "button", class: "quiet", onclick: () => {
			this.shownCount += by;
			this.draw();
		} }, text);

		this.status.textContent = left > 0 ? `${of}, ${count(shownCount)} shown` : of;
		this.more.replaceChildren(
			...(left > MORE ? [button(`${MORE} more`, MORE)] : []),
			...(left > 0 && foundCount <= ALL_MAX ? [button(`All ${count(foundCount)}`, left)] : []));
	}

	rowOf(row) {
		const line = h("tr", {}, this.columns.map((column, i) => this.cell(column, row, i === 0)));

		if (!this.detail) {
			return [line];
		}
		return this.open.has(row) ? [line, this.detailOf(row)] : [line];
	}

	detailOf(row) {
		return h("tr", { class: "detail" }, h("td", { colspan: this.columns.length }, this.detail(row)));
	}

	cell(column, row, isFirst) {
		if (column.make) {
			return h("td", { class: column.kind }, column.make(row));
		}
		if (isText(column)) {
			return h(isFirst ? "th" : "td", { class: "text", scope: isFirst ? "row" : null },
				isFirst && this.detail ? this.opener(column, row) : column.text(row));
		}
		return this.numberCell(column, row);
	}

	numberCell(column, row) {
		const value = column.value(row);
		const cell = h("td", {
			class: `number${value === null || Number(value) === 0 ? " zero" : ""}${column.bar ? " bar" : ""}`,
			"data-key": column.key, "data-value": value, title: column.exact ? column.exact(row) : null,
		}, h("span", {}, column.text(row)));

		return column.bar && row !== this.total ?
			styled(cell, { "--part": `${100 * Number(value) / this.most.get(column.key)}%` }) : cell;
	}

	opener(column, row) {
		return h("button", { type: "button", class: "opener", "aria-expanded": this.open.has(row),
			onclick: (event) => this.toggle(row, event.currentTarget) }, column.text(row));
	}

	toggle(row, button) {
		const line = button.closest("tr");

		if (this.open.delete(row)) {
			line.nextElementSibling.remove();
		} else {
			this.open.add(row);
			line.after(this.detailOf(row));
		}
		button.setAttribute("aria-expanded", this.open.has(row));
	}
}
