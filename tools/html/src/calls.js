// SPDX-License-Identifier: MIT
// Who called whom: the switches, the flame graph, its tree, its table, and the sentence about the
// frame that is selected.
import { MEASURES, PHASES, childrenOf, framePlace, measureOf, nodeName, sumTree } from "./data.js";
import { chooser, disclosure, element, section } from "./dom.js";
import { exact, share, short, signed } from "./format.js";
import { flame } from "./flame.js";
import { table } from "./table.js";
import { tree } from "./tree.js";

const ALL = "all";

function pathTo(page, node) {
  const path = [];
  for (let at = node; at > 0; at = page.tree.parent[at]) path.unshift(at);
  return [0, ...path];
}

// One row for each node that is drawn, in the tree's order.
function nodeRows(page, children, sums) {
  const rows = [];
  const add = (node, depth) => {
    if (!(sums.extent[node] > 0)) return;
    rows.push({ node, depth });
    for (const child of children[node]) add(child, depth + 1);
  };
  add(0, 0);
  return rows;
}

function nodesTable(page, rows, sums, measure) {
  const number = (name, value) => ({ name, kind: "number", value });
  const { frame } = page.tree;
  const columns = [
    { name: "Frame", kind: "text", value: ({ node }) => nodeName(page, node) },
    { name: "At", kind: "text", value: ({ node }) => framePlace(page.frames[frame[node]]) },
    number("Depth", ({ depth }) => depth),
    number(`${measure.name}`, ({ node }) => sums.total[node]),
    number("Of these, itself", ({ node }) => sums.self[node]),
    {
      ...number("Share", ({ node }) => sums.total[node]),
      show: ({ node }) => share(sums.total[node], sums.total[0]),
    },
  ];
  if (sums.oldTotal !== undefined)
    columns.push(number("Before", ({ node }) => sums.oldTotal[node]), {
      ...number("Change", ({ node }) => sums.total[node] - sums.oldTotal[node]),
      show: ({ node }) => signed(sums.total[node] - sums.oldTotal[node]),
    });
  return table({ caption: `Frames by ${measure.name.toLowerCase()}`, rows, columns });
}

export function callsSection(page) {
  if (page.tree.parent.length < 2)
    return {
      made: section("calls", "Who asked for memory", element("p", {}, "The record has no profile.")),
      draw: () => {},
    };
  const children = childrenOf(page);
  const choice = { measure: "bytes", phase: null, thread: null, difference: page.has_old };
  const said = element("p", { class: "said", role: "status" });
  const tableAt = element("div");
  let sums = null;

  const amount = (value) => short(value, measureOf(choice.measure).unit);

  function figuresOf(node) {
    const now = `${amount(sums.total[node])}, ${share(sums.total[node], sums.total[0])}`;
    if (sums.oldTotal === undefined) return now;
    const change = sums.total[node] - sums.oldTotal[node];
    return `${signed(change, amount)}: ${amount(sums.total[node])}, before ${amount(sums.oldTotal[node])}`;
  }

  const label = (node) => `${nodeName(page, node)} — ${figuresOf(node)}`;

  function sentence(node) {
    const frame = page.frames[page.tree.frame[node]];
    const where = [framePlace(frame), frame.module].filter((text) => text !== "").join(", in ");
    const { unit } = measureOf(choice.measure);
    const self = `itself ${exact(sums.self[node])} of ${exact(sums.total[node])} ${unit}`;
    return `${label(node)}${where === "" ? "" : ` — ${where}`} — ${self}`;
  }

  const tell = (node) => {
    said.textContent = sentence(node);
  };
  const picture = flame(page, children, sentence, (node) => {
    browser.reveal(pathTo(page, node));
    tell(node);
  });
  const browser = tree({
    name: "Calls, outermost first",
    label,
    children: (node) =>
      children[node]
        .filter((child) => sums.extent[child] > 0)
        .sort((a, b) => sums.extent[b] - sums.extent[a]),
    onSelect: tell,
    onZoom: (node) => picture.zoom(node),
  });

  function update() {
    sums = sumTree(page, choice);
    picture.show(sums);
    browser.show(0);
    const measure = measureOf(choice.measure);
    tableAt.replaceChildren(
      disclosure("Table of the frames", () =>
        nodesTable(page, nodeRows(page, children, sums), sums, measure),
      ),
    );
  }

  const set = (key) => (value) => {
    choice[key] = key === "measure" ? value : value === ALL ? null : Number(value);
    update();
  };
  const threads = page.threads.map(({ index, name }) => [index, name]);
  const compare = element("input", {
    type: "checkbox",
    checked: "",
    change: () => {
      choice.difference = compare.checked;
      update();
    },
  });

  update();
  return {
    made: section(
      "calls",
      "Who asked for memory",
      element(
        "p",
        { class: "choices" },
        chooser("Measure", MEASURES.map(({ key, name }) => [key, name]), set("measure")),
        chooser("Phase", [[ALL, "all"], ...PHASES.map((name, at) => [at, name])], set("phase")),
        chooser("Thread", [[ALL, "all"], ...threads], set("thread")),
        page.has_old ? element("label", {}, compare, " Difference to the old run") : null,
        element("button", { type: "button", click: () => picture.zoom(0) }, "Zoom out"),
      ),
      said,
      picture.place,
      element("p", { class: "note" }, "Arrow keys move in the tree, Enter zooms, Escape zooms out."),
      browser.place,
      tableAt,
    ),
    draw: picture.draw,
  };
}
