// SPDX-License-Identifier: MIT
// Violations with their whole call stacks.
import { frameName, framePlace } from "./data.js";
import { element, section } from "./dom.js";
import { exact, seconds } from "./format.js";
import { stackOf } from "./stack.js";
import { table } from "./table.js";

function originName(violation) {
  if (violation.left_out > 0) return `(${exact(violation.left_out)} more sites)`;
  const origin = violation.stack[violation.origin];
  return origin === undefined ? "(no call stack)" : frameName(origin);
}

function originPlace(violation) {
  const origin = violation.stack[violation.origin];
  return origin === undefined ? "" : framePlace(origin);
}

export function violationsSection(page) {
  const number = (name, value) => ({ name, kind: "number", value });
  const text = (name, value) => ({ name, kind: "text", value });
  if (page.violations.length === 0)
    return section("violations", "Violations", element("p", {}, "There was none."));
  return section(
    "violations",
    "Violations",
    table({
      caption: "Violations, by site",
      rows: page.violations,
      sort: "Violations",
      columns: [
        { ...text("Origin", originName), show: (row) => stackOf(originName(row), row.stack) },
        text("At", originPlace),
        text("Request", (row) => row.function),
        text("Broke", (row) => row.cause),
        number("Violations", (row) => row.count),
        number("Bytes", (row) => row.bytes),
        text("First by thread", (row) => row.thread),
        { ...number("First after", (row) => row.first_ns), show: (row) => seconds(row.first_ns / 1e9) },
        { ...number("Last after", (row) => row.last_ns), show: (row) => seconds(row.last_ns / 1e9) },
        { ...text("Id", (row) => row.id), show: (row) => element("code", {}, row.id) },
      ],
    }),
  );
}
