// SPDX-License-Identifier: MIT
// A table whose columns sort. A column is {name, value, show, kind}: value(row) is sorted by,
// show(row) gives text or an element. kind "text" sorts rising first, "number" falling first. A
// row that stands for others stays last. More than a first number of rows are drawn when asked for.
import { element } from "./dom.js";
import { exact } from "./format.js";

const FIRST_ROWS = 25;

function compare(a, b) {
  if (typeof a === "string") return a < b ? -1 : a > b ? 1 : 0;
  return a - b;
}

// Returns the rows in order; equal ones stay as they were.
function sorted(rows, column, isFalling) {
  const sign = isFalling ? -1 : 1;
  return [...rows].sort(
    (a, b) =>
      (a.left_out > 0) - (b.left_out > 0) || sign * compare(column.value(a), column.value(b)),
  );
}

function cell(column, row, isHeading) {
  const shown = column.show ? column.show(row) : exact(column.value(row));
  const isNumber = column.kind === "number";
  return element(
    isHeading ? "th" : "td",
    { scope: isHeading ? "row" : null, class: isNumber ? "number" : null },
    shown,
  );
}

// Returns an element. sort: the name of the column by which rows are sorted at first; without it
// they stay in the order that they come in.
export function table({ caption, columns, rows, sort = null }) {
  let order = columns.find((column) => column.name === sort) ?? null;
  let isFalling = order !== null && order.kind === "number";
  let limit = FIRST_ROWS;
  const body = element("tbody");
  const more = element("button", { type: "button", class: "more", click: showAll });
  const headings = columns.map((column) => {
    const button = element(
      "button",
      { type: "button", click: () => sortBy(column) },
      column.name,
      element("span", { class: "arrow", "aria-hidden": "true" }),
    );
    const isNumber = column.kind === "number";
    return element("th", { scope: "col", class: isNumber ? "number" : null }, button);
  });

  function draw() {
    const ordered = order === null ? rows : sorted(rows, order, isFalling);
    body.replaceChildren(
      ...ordered
        .slice(0, limit)
        .map((row) =>
          element("tr", {}, columns.map((column, index) => cell(column, row, index === 0))),
        ),
    );
    columns.forEach((column, index) => {
      const direction = column === order ? (isFalling ? "descending" : "ascending") : "none";
      headings[index].setAttribute("aria-sort", direction);
    });
    more.hidden = rows.length <= limit;
    more.textContent = `Show all ${exact(rows.length)} rows`;
  }

  function sortBy(column) {
    isFalling = column === order ? !isFalling : column.kind === "number";
    order = column;
    draw();
  }

  function showAll() {
    const firstNew = limit;
    limit = rows.length;
    draw();
    // The button is gone: who pressed it goes on reading at the first row that is new.
    body.rows[firstNew].tabIndex = -1;
    body.rows[firstNew].focus();
  }

  draw();
  // A wide table scrolls within its frame, which the keyboard must reach.
  return element(
    "div",
    {},
    element(
      "div",
      { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
      element(
        "table",
        {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, headings)),
        body,
      ),
    ),
    more,
  );
}
