// SPDX-License-Identifier: MIT
// The data of the page, as cli/report_html*.c writes it, and sums of it. Nothing here knows of the
// document.
//
// Lists of records are written by column: {"id": [1, 2], "program": [3, 3]}. Names are indices into
// `strings`, frames into `frames`. Index 0 of both is empty. A node of the tree comes behind its
// parent; node 0 is the root, and its own parent. What the limits of the page leave out is summed into nodes, sites and
// rows of their own, which have `left_out`: how many they stand for. So sums are exact.

export const MEASURES = [
  { key: "bytes", name: "Bytes requested", unit: "bytes" },
  { key: "requests", name: "Requests", unit: "requests" },
  { key: "peak_bytes", name: "Bytes live at the peak", unit: "bytes" },
  { key: "peak_blocks", name: "Blocks live at the peak", unit: "blocks" },
  { key: "live_bytes", name: "Bytes live at the end", unit: "bytes" },
  { key: "live_blocks", name: "Blocks live at the end", unit: "blocks" },
  { key: "temporary", name: "Temporary requests", unit: "requests" },
];

export const PHASES = ["init", "locked"];
export const LOCKED = 1;

// Which run a figure is of, where two are compared.
export const NEW = 0;
export const OLD = 1;

export function measureOf(key) {
  return MEASURES.find((measure) => measure.key === key);
}

// Columns to an array of records.
function records(columns) {
  const keys = Object.keys(columns ?? {});
  const count = keys.length > 0 ? columns[keys[0]].length : 0;
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries([["index", index], ...keys.map((key) => [key, columns[key][index]])]),
  );
}

// Replaces the numbers of names by the names.
function named(columns, keys, strings) {
  return records(columns).map((record) => {
    for (const key of keys) record[key] = strings[record[key]];
    return record;
  });
}

export function read(text) {
  const raw = JSON.parse(text);
  const { strings } = raw;
  const frames = named(raw.frames, ["function", "module", "file"], strings);
  const page = { ...raw, frames };
  page.processes = named(raw.processes, ["program", "verdict", "began", "ended"], strings);
  page.violations = named(raw.violations, ["id", "function", "cause", "thread"], strings);
  for (const violation of page.violations)
    violation.stack = raw.stacks
      .slice(violation.stack, violation.stack + violation.depth)
      .map((frame) => frames[frame]);
  page.threads = named(raw.threads, ["name"], strings);
  page.points = records(raw.points);
  page.sites = named(raw.sites, ["id"], strings);
  for (const site of page.sites) site.origin = frames[site.origin];
  return page;
}

// "parse", or what stands for a function without a name.
export function frameName(frame) {
  return frame.function || (frame.module ? `(in ${frame.module})` : "(unknown)");
}

// "config.c:12", or "".
export function framePlace(frame) {
  if (!frame.file) return "";
  return frame.line > 0 ? `${frame.file}:${frame.line}` : frame.file;
}

export function nodeName(page, node) {
  const { frame, left_out: leftOut } = page.tree;
  if (node === 0) return "all";
  return leftOut[node] > 0 ? `(${leftOut[node]} smaller)` : frameName(page.frames[frame[node]]);
}

// Frames of a node, the innermost first.
export function nodeStack(page, node) {
  const { frame, parent, left_out: leftOut } = page.tree;
  const stack = [];
  for (let at = node; at > 0; at = parent[at])
    if (leftOut[at] === 0) stack.push(page.frames[frame[at]]);
  return stack;
}

// Each node's own figures under a choice of measure, phase and thread; null stands for all.
function selfSums(page, { measure, phase, thread }, run) {
  const { figures } = page;
  const sums = new Float64Array(page.tree.parent.length);
  for (let i = 0; i < figures.node.length; i++)
    if (
      figures.run[i] === run &&
      (phase === null || figures.phase[i] === phase) &&
      (thread === null || figures.thread[i] === thread)
    )
      sums[figures.node[i]] += figures[measure][i];
  return sums;
}

function addUp(page, self) {
  const { parent } = page.tree;
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node];
  return total;
}

// For each node: self and total; with an old run also those of it, and the extent, by which the
// two are drawn in one picture: of each node's own figures the larger one.
export function sumTree(page, choice) {
  const self = selfSums(page, choice, NEW);
  const sums = { self, total: addUp(page, self) };
  if (choice.difference) {
    sums.oldSelf = selfSums(page, choice, OLD);
    sums.oldTotal = addUp(page, sums.oldSelf);
    sums.extent = addUp(page, self.map((value, node) => Math.max(value, sums.oldSelf[node])));
  } else {
    sums.extent = sums.total;
  }
  return sums;
}

export function childrenOf(page) {
  const { parent } = page.tree;
  const children = parent.map(() => []);
  for (let node = 1; node < parent.length; node++) children[parent[node]].push(node);
  return children;
}

// A site's figures of one run, by measure, for all phases and for each.
export function siteFigures(page, run) {
  const zero = () => Object.fromEntries(MEASURES.map(({ key }) => [key, 0]));
  const figures = page.sites.map(() => ({ all: zero(), phases: PHASES.map(zero) }));
  const rows = page.site_figures;
  for (let i = 0; i < rows.site.length; i++) {
    if (rows.run[i] !== run) continue;
    const { all, phases } = figures[rows.site[i]];
    for (const { key } of MEASURES) {
      all[key] += rows[key][i];
      phases[rows.phase[i]][key] += rows[key][i];
    }
  }
  return figures;
}

// Points of one process; `late` becomes the requests while locked since the point before. A point's
// phase is that from then on.
export function timelineOf(page, process) {
  const points = page.points.filter((point) => point.process === process);
  return points.map((point, index) => ({
    ...point,
    seconds: (point.time_ns - points[0].time_ns) / 1e9,
    late: point.late - (points[index - 1]?.late ?? 0),
  }));
}

// The spans in which the heap was locked, in seconds.
export function lockedSpans(timeline) {
  const spans = [];
  let since = null;
  for (const point of timeline) {
    if (point.phase === LOCKED) {
      since ??= point.seconds;
    } else if (since !== null) {
      spans.push([since, point.seconds]);
      since = null;
    }
  }
  if (since !== null) spans.push([since, timeline[timeline.length - 1].seconds]);
  return spans;
}
