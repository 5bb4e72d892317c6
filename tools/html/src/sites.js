// SPDX-License-Identifier: MIT
// Tables of sites: all of them, those with blocks that were never freed, and what differs from an
// old run.
import { LOCKED, NEW, OLD, frameName, framePlace, nodeStack, siteFigures } from "./data.js";
import { element, section } from "./dom.js";
import { exact, signed } from "./format.js";
import { stackOf } from "./stack.js";
import { table } from "./table.js";

const number = (name, value) => ({ name, kind: "number", value });
const text = (name, value) => ({ name, kind: "text", value });

function siteName(site) {
  if (site.left_out > 0) return `(${exact(site.left_out)} more sites)`;
  return frameName(site.origin);
}

// The columns by which any table of sites begins: its heading opens the call stack.
function nameColumns(page) {
  return [
    {
      ...text("Site", ({ site }) => siteName(site)),
      show: ({ site }) =>
        site.left_out > 0 ? siteName(site) : stackOf(siteName(site), nodeStack(page, site.node)),
    },
    text("At", ({ site }) => framePlace(site.origin)),
    text("Module", ({ site }) => site.origin.module),
    { ...text("Id", ({ site }) => site.id), show: ({ site }) => element("code", {}, site.id) },
  ];
}

// Sites with their figures.
function siteRows(page) {
  const now = siteFigures(page, NEW);
  const before = siteFigures(page, OLD);
  return page.sites.map((site) => ({
    site,
    left_out: site.left_out,
    now: now[site.index],
    before: before[site.index],
  }));
}

export function sitesSection(page) {
  const rows = siteRows(page).filter(({ now }) => now.all.requests > 0);
  return section(
    "sites",
    "Sites",
    table({
      caption: "What was asked for, by site",
      rows,
      sort: "Bytes",
      columns: [
        ...nameColumns(page),
        number("Late requests", ({ now }) => now.phases[LOCKED].requests),
        number("Late bytes", ({ now }) => now.phases[LOCKED].bytes),
        number("Requests", ({ now }) => now.all.requests),
        number("Bytes", ({ now }) => now.all.bytes),
        number("Bytes at the peak", ({ now }) => now.all.peak_bytes),
        number("Live bytes", ({ now }) => now.all.live_bytes),
        number("Temporary", ({ now }) => now.all.temporary),
      ],
    }),
  );
}

export function leaksSection(page) {
  const live = ({ now }, phase) => now.phases[phase].live_bytes;
  const rows = siteRows(page)
    .filter(({ now }) => now.all.live_blocks > 0)
    .sort((a, b) => live(b, LOCKED) - live(a, LOCKED) || b.now.all.live_bytes - a.now.all.live_bytes)
    .sort((a, b) => (a.left_out > 0) - (b.left_out > 0));
  const note = "Blocks that were never freed, those born while locked first.";
  if (rows.length === 0) return section("leaks", "Leaks", element("p", {}, "All was freed."));
  return section(
    "leaks",
    "Leaks",
    element("p", { class: "note" }, note),
    table({
      caption: "Live at the end, by site",
      rows,
      columns: [
        ...nameColumns(page),
        number("Blocks born locked", ({ now }) => now.phases[LOCKED].live_blocks),
        number("Bytes born locked", ({ now }) => now.phases[LOCKED].live_bytes),
        number("Blocks", ({ now }) => now.all.live_blocks),
        number("Live bytes", ({ now }) => now.all.live_bytes),
        number("Of bytes asked for", ({ now }) => now.all.bytes),
      ],
    }),
  );
}

const SAME = "=\u00a0same";

// The word comes with the sign of what changed: bytes, or requests where they are the same.
function changeOf({ now, before }) {
  if (before.all.requests === 0) return "+\u00a0new";
  if (now.all.requests === 0) return "−\u00a0gone";
  const change = now.all.bytes - before.all.bytes || now.all.requests - before.all.requests;
  return change > 0 ? "+\u00a0grown" : change < 0 ? "−\u00a0shrunk" : SAME;
}

export function differenceSection(page) {
  const rows = siteRows(page)
    .map((row) => ({ ...row, change: changeOf(row) }))
    .filter(({ change }) => change !== SAME);
  const change = (name, of) => ({
    ...number(name, ({ now, before }) => of(now) - of(before)),
    show: ({ now, before }) => signed(of(now) - of(before)),
  });
  const comparison = element("p", {}, "The old run: ", element("code", {}, page.old_command));
  if (rows.length === 0)
    return section("difference", "Difference", comparison, element("p", {}, "No site changed."));
  return section(
    "difference",
    "Difference",
    comparison,
    table({
      caption: "Sites that differ from the old run",
      rows,
      sort: "Change of bytes",
      columns: [
        ...nameColumns(page),
        text("What", (row) => row.change),
        change("Change of bytes", (figures) => figures.all.bytes),
        number("Bytes before", ({ before }) => before.all.bytes),
        number("Bytes now", ({ now }) => now.all.bytes),
        change("Change of requests", (figures) => figures.all.requests),
        change("Change of late requests", (figures) => figures.phases[LOCKED].requests),
        change("Change of live bytes", (figures) => figures.all.live_bytes),
      ],
    }),
  );
}
