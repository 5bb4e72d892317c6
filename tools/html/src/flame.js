// SPDX-License-Identifier: MIT
// The flame graph as a picture, by d3-flame-graph: the callers above, what they called below. It
// is for eyes and the mouse; tree.js has the same for the keyboard and for screen readers.
import { select } from "d3-selection";
import flamegraph from "d3-flame-graph";
import { frameName, nodeName } from "./data.js";
import { element } from "./dom.js";

const CELL = 20;
const MIN_PIXELS = 1;
const ZOOM_MS = 250;

// Data for d3-flame-graph: what has no extent is not drawn, the largest stand first.
function drawable(page, children, sums, node, sign) {
  return {
    node,
    name: `${sign(node)}${nodeName(page, node)}`,
    value: sums.extent[node],
    children: children[node]
      .filter((child) => sums.extent[child] > 0)
      .sort((a, b) => sums.extent[b] - sums.extent[a])
      .map((child) => drawable(page, children, sums, child, sign)),
  };
}

// A hue by the module, a lightness by the name: dark text is legible on each of them.
function hash(text) {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return sum;
}

function plainColour(page, node) {
  if (node === 0 || page.tree.left_out[node] > 0) return "hsl(0, 0%, 80%)";
  const frame = page.frames[page.tree.frame[node]];
  const hue = hash(frame.module) % 360;
  return `hsl(${hue}, 60%, ${70 + (hash(frameName(frame)) % 15)}%)`;
}

function differenceColour(sums, node) {
  const change = sums.total[node] - sums.oldTotal[node];
  const part = sums.extent[node] > 0 ? Math.abs(change) / sums.extent[node] : 0;
  const lightness = 92 - 27 * Math.min(part, 1);
  if (change === 0) return "hsl(0, 0%, 85%)";
  return change > 0 ? `hsl(20, 90%, ${lightness}%)` : `hsl(210, 90%, ${lightness}%)`;
}

// say(node) gives the sentence about a node; onSelect(node) is told of a click.
export function flame(page, children, say, onSelect) {
  const place = element("div", { class: "flame", "aria-hidden": "true" });
  const isStill = matchMedia("(prefers-reduced-motion: reduce)");
  let chart = null;
  let byNode = null;
  let sums = null;
  let isAsked = false; // a zoom that no click has begun

  function sign(node) {
    if (sums.oldTotal === undefined) return "";
    const change = sums.total[node] - sums.oldTotal[node];
    return change > 0 ? "+ " : change < 0 ? "− " : "= ";
  }

  function colour({ data }) {
    return sums.oldTotal === undefined
      ? plainColour(page, data.node)
      : differenceColour(sums, data.node);
  }

  function draw() {
    place.replaceChildren();
    byNode = new Map();
    if (!(sums.extent[0] > 0)) {
      place.append(element("p", {}, "Nothing was counted under this choice."));
      return;
    }
    chart = flamegraph()
      .width(Math.max(place.clientWidth, 240))
      .cellHeight(CELL)
      .minFrameSize(MIN_PIXELS)
      .inverted(true)
      .resetHeightOnZoom(true)
      .transitionDuration(isStill.matches ? 0 : ZOOM_MS)
      .setColorMapper(colour)
      .label(({ data }) => say(data.node))
      .onClick(({ data }) => isAsked || onSelect(data.node));
    const root = select(place).datum(drawable(page, children, sums, 0, sign)).call(chart).datum();
    root.each((drawn) => byNode.set(drawn.data.node, drawn));
  }

  return {
    place,
    draw,
    show(newSums) {
      sums = newSums;
      if (place.isConnected) draw();
    },
    // What is selected stays so.
    zoom(node) {
      const drawn = byNode.get(node);
      if (drawn === undefined) return;
      isAsked = true;
      chart.zoomTo(drawn);
      isAsked = false;
    },
  };
}
