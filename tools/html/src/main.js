// SPDX-License-Identifier: MIT
// Builds the page from its data.
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { callsSection } from "./calls.js";
import { read } from "./data.js";
import { element } from "./dom.js";
import { differenceSection, leaksSection, sitesSection } from "./sites.js";
import { timelineSection } from "./timeline.js";
import { guardedSection, verdictHeader } from "./verdict.js";
import { violationsSection } from "./violations.js";

// Pictures are as wide as the window, and take their colours when they are drawn.
function drawAgainWhenNeeded(pictures) {
  let timer = 0;
  const draw = () => {
    clearTimeout(timer);
    timer = setTimeout(() => pictures.forEach((picture) => picture.draw()), 100);
  };
  let width = document.documentElement.clientWidth;
  addEventListener("resize", () => {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

const page = read(document.getElementById("data").textContent);
const timeline = timelineSection(page);
const calls = callsSection(page);
const sections = [
  guardedSection(page),
  timeline.made,
  page.has_old ? differenceSection(page) : null,
  calls.made,
  sitesSection(page),
  violationsSection(page),
  leaksSection(page),
].filter((made) => made !== null);
const links = sections.map((made) =>
  element("li", {}, element("a", { href: `#${made.id}` }, made.querySelector("h2").textContent)),
);

document.title = `phaselock report: ${page.verdict}: ${page.command}`;
document.body.replaceChildren(
  verdictHeader(page),
  element("nav", { "aria-label": "Sections" }, element("ul", {}, links)),
  element("main", {}, sections),
  element(
    "footer",
    {},
    element("p", {}, "Drawn by uPlot and d3-flame-graph; their licences are in the source of this page."),
  ),
);
timeline.draw();
calls.draw();
drawAgainWhenNeeded([timeline, calls]);
document.documentElement.dataset.ready = "";
