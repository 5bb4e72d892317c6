// SPDX-License-Identifier: MIT
// What came of the run, and who was guarded.
import { LOCKED, NEW, siteFigures } from "./data.js";
import { element, section } from "./dom.js";
import { exact, short } from "./format.js";
import { table } from "./table.js";

const SIGNS = { PASS: "✓", FAIL: "✗", recorded: "●" };

// What the profile comes to, the late ones first.
function profileSummary(page) {
  const figures = siteFigures(page, NEW);
  const late = figures.map(({ phases }) => phases[LOCKED]);
  const sum = (list, key) => list.reduce((total, one) => total + one[key], 0);
  const all = figures.map((one) => one.all);
  if (sum(all, "requests") === 0) return null;
  const told = (list) =>
    `${exact(sum(list, "requests"))} requests, ${short(sum(list, "bytes"), "bytes")}`;
  return element("p", {}, `While locked: ${told(late)}. In all: ${told(all)}.`);
}

export function verdictHeader(page) {
  const kind = SIGNS[page.verdict] !== undefined ? page.verdict.toLowerCase() : "unknown";
  const sign = element("span", { "aria-hidden": "true" }, SIGNS[page.verdict] ?? "?");
  const began = new Date(page.start_s * 1000).toISOString().replace("T", " ").slice(0, 19);
  return element(
    "header",
    {},
    element("h1", {}, "phaselock report"),
    element("p", {}, element("code", {}, page.command)),
    element(
      "p",
      { class: `verdict ${kind}` },
      sign,
      " ",
      element("strong", { id: "verdict" }, page.verdict),
      // What was recorded is said below, with what was asked for while locked.
      page.reason !== "" && page.verdict !== "recorded" ? `: ${page.reason}` : null,
    ),
    page.remarks.map((text) => element("p", { class: "remark" }, text)),
    profileSummary(page),
    element("p", { class: "note" }, `Began ${began} UTC. Recorded by phaselock ${page.phaselock}.`),
  );
}

const yes = (value) => (value ? "yes" : "no");

export function guardedSection(page) {
  const number = (name, value) => ({ name, kind: "number", value });
  const text = (name, value) => ({ name, kind: "text", value });
  const name = (row) => (row.left_out > 0 ? `(${exact(row.left_out)} more)` : row.program);
  return section(
    "guarded",
    "Who was guarded",
    table({
      caption: "Processes, and what they asked for in each phase",
      rows: page.processes,
      columns: [
        text("Program", name),
        { ...number("Process", (row) => row.id), show: (row) => String(row.id) },
        // Of a run that was only recorded nobody asks for a verdict.
        ...(page.verdict === "recorded" ? [] : [text("Verdict", (row) => row.verdict)]),
        text("Armed", (row) => yes(row.armed)),
        text("Was locked", (row) => yes(row.locked)),
        text("Began", (row) => row.began),
        text("Ended", (row) => row.ended),
        number("Violations", (row) => row.violations),
        number("Requests, init", (row) => row.init_requests),
        number("Bytes, init", (row) => row.init_bytes),
        number("Requests, locked", (row) => row.locked_requests),
        number("Bytes, locked", (row) => row.locked_bytes),
      ],
    }),
  );
}
