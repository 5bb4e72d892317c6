// SPDX-License-Identifier: MIT
// The timeline of a process: a picture by uPlot, a slider that reads it at any moment, and a table
// of all its points.
import uPlot from "uplot";
import { PHASES, lockedSpans, timelineOf } from "./data.js";
import { chooser, disclosure, element, section } from "./dom.js";
import { exact, seconds, short } from "./format.js";
import { table } from "./table.js";

const HEIGHT = 260;
// Steps of the axis of bytes: as these are told by powers of 1,024.
const BYTE_STEPS = Array.from({ length: 53 }, (_, power) => 2 ** power);
const MARK = 6; // half the width of a mark, in CSS pixels
const ROOM_FOR_WORD = 48;
const ROOM_ABOVE = 1.15; // for that word

// What has no class of its own is drawn on a canvas, with the colours of the style sheet.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Locked spans: shaded, with an edge and a word, as shade alone is not for everybody.
function drawSpans(plot, spans) {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${12 * ratio}px sans-serif`;
  ctx.textBaseline = "top";
  for (const [from, to] of spans) {
    const left = plot.valToPos(from, "x", true);
    const width = Math.max(plot.valToPos(to, "x", true) - left, ratio);
    ctx.fillStyle = colour("--locked-shade");
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.fillStyle = colour("--locked");
    ctx.fillRect(left, bbox.top, ratio, bbox.height);
    if (width > ROOM_FOR_WORD * ratio)
      ctx.fillText("locked", left + 4 * ratio, bbox.top + 4 * ratio);
  }
  ctx.restore();
}

// A triangle on the axis for each point before which there were late requests.
function drawLate(plot, timeline) {
  const { ctx, bbox } = plot;
  const size = MARK * uPlot.pxRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.fillStyle = colour("--late");
  for (const point of timeline.filter(({ late }) => late > 0)) {
    const x = plot.valToPos(point.seconds, "x", true);
    ctx.beginPath();
    ctx.moveTo(x, bottom - 2 * size);
    ctx.lineTo(x + size, bottom);
    ctx.lineTo(x - size, bottom);
    ctx.fill();
  }
  ctx.restore();
}

function axis(values) {
  return {
    stroke: () => colour("--text"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { stroke: () => colour("--line"), width: 1 },
    font: "12px sans-serif",
    size: values === undefined ? 40 : 72,
    values,
  };
}

function makePlot(place, timeline, width) {
  const spans = lockedSpans(timeline);
  const points = { show: false };
  const options = {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, high > 0 ? high * ROOM_ABOVE : 1] } },
    axes: [
      { ...axis(), label: "seconds", labelSize: 20, labelFont: "12px sans-serif" },
      { ...axis((_, ticks) => ticks.map((tick) => short(tick, "bytes"))), incrs: BYTE_STEPS },
    ],
    series: [
      {},
      { label: "live", stroke: () => colour("--live"), fill: () => colour("--live-shade"), width: 2, points },
      { label: "resident", stroke: () => colour("--resident"), width: 1.5, dash: [6, 4], points },
    ],
    hooks: {
      drawClear: [(plot) => drawSpans(plot, spans)],
      draw: [(plot) => drawLate(plot, timeline)],
    },
  };
  const data = [
    timeline.map((point) => point.seconds),
    timeline.map((point) => point.live_bytes),
    timeline.map((point) => (point.resident > 0 ? point.resident : null)),
  ];
  return new uPlot(options, data, place);
}

function sayPoint(point) {
  const late = point.late > 0 ? `, ${exact(point.late)} late since the point before` : "";
  return (
    `${seconds(point.seconds)}: ${short(point.live_bytes, "bytes")} live in ` +
    `${exact(point.live_blocks)} blocks, ${exact(point.requests)} requests so far${late}; ` +
    `from here ${PHASES[point.phase]}`
  );
}

function summary(timeline) {
  const last = timeline[timeline.length - 1];
  const peak = timeline.reduce((most, point) => Math.max(most, point.live_bytes), 0);
  return (
    `${seconds(last.seconds)}; at most ${short(peak, "bytes")} live at a point; ` +
    `spans locked: ${exact(lockedSpans(timeline).length)}`
  );
}

function pointsTable(timeline) {
  const number = (name, value) => ({ name, kind: "number", value });
  return table({
    caption: "All points of the timeline",
    rows: timeline,
    columns: [
      { ...number("Seconds", (p) => p.seconds), show: (p) => p.seconds.toFixed(6) },
      number("Live bytes", (p) => p.live_bytes),
      number("Live blocks", (p) => p.live_blocks),
      number("Resident bytes", (p) => p.resident),
      number("Requests so far", (p) => p.requests),
      number("Frees so far", (p) => p.frees),
      number("Late requests", (p) => p.late),
      { name: "Phase from here", kind: "text", value: (p) => PHASES[p.phase] },
    ],
  });
}

const hasResident = (timeline) => timeline.some((point) => point.resident > 0);

function legend(timeline) {
  const entry = (kind, text) =>
    element("li", {}, element("span", { class: `key ${kind}`, "aria-hidden": "true" }), text);
  return element(
    "ul",
    { class: "legend" },
    entry("live", "live bytes"),
    hasResident(timeline) ? entry("resident", "resident bytes (dashed)") : null,
    entry("locked", "locked"),
    entry("late", "late requests (triangles)"),
  );
}

// What is drawn for one process. Returns the element and what draws it again.
function drawing(timeline) {
  const place = element("div", {
    class: "plot",
    role: "img",
    "aria-label": `Bytes over time. ${summary(timeline)}.`,
  });
  const said = element("output", { class: "said" });
  const slider = element("input", {
    type: "range",
    min: "0",
    max: String(timeline.length - 1),
    value: "0",
    input: () => read(Number(slider.value)),
  });
  let plot = null;

  function read(index) {
    said.textContent = sayPoint(timeline[index]);
    slider.setAttribute("aria-valuetext", said.textContent);
    plot?.setCursor({
      left: plot.valToPos(timeline[index].seconds, "x"),
      top: plot.valToPos(timeline[index].live_bytes, "y"),
    });
  }

  function draw() {
    plot?.destroy();
    plot = makePlot(place, timeline, Math.max(place.clientWidth, 240));
  }

  read(0);
  const made = element(
    "div",
    {},
    element("p", { class: "summary" }, summary(timeline)),
    place,
    legend(timeline),
    element("p", {}, element("label", {}, "Read the timeline at a moment ", slider), " ", said),
    disclosure("Table of the timeline", () => pointsTable(timeline)),
  );
  return { made, draw };
}

export function timelineSection(page) {
  const processes = page.processes
    .map((process) => ({ process, timeline: timelineOf(page, process.index) }))
    .filter(({ timeline }) => timeline.length > 0);
  if (processes.length === 0)
    return {
      made: section("timeline", "Timeline", element("p", {}, "The record has no timeline.")),
      draw: () => {},
    };
  const place = element("div");
  let shown = null;

  function show(index) {
    shown = drawing(processes[index].timeline);
    place.replaceChildren(shown.made);
    if (place.isConnected) shown.draw();
  }

  show(0);
  const choice =
    processes.length > 1
      ? chooser(
          "Process",
          processes.map(({ process }, index) => [index, `${process.program} (${process.id})`]),
          (value) => show(Number(value)),
        )
      : null;
  return { made: section("timeline", "Timeline", choice, place), draw: () => shown.draw() };
}
