// SPDX-License-Identifier: MIT
// numbers.mjs PAGE FACTS: what the page shows are the numbers of the record, each sum exactly.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { NO_STACKS, choose, number, openAll, rowsOf, showAll, sum, withPage } from "./browser.mjs";

const [file, factsFile] = process.argv.slice(2);
const facts = JSON.parse(readFileSync(factsFile, "utf8"));
const { now, old } = facts;
const both = (figures, key) => figures[0][key] + figures[1][key];
const LOCKED = 1;

const NAMES = {
  bytes: "Bytes requested",
  requests: "Requests",
  peak_bytes: "Bytes live at the peak",
  peak_blocks: "Blocks live at the peak",
  live_bytes: "Bytes live at the end",
  live_blocks: "Blocks live at the end",
  temporary: "Temporary requests",
};

// The table of the frames under a choice: the root has the total, and all frames' own sum up to it.
async function checkFrames(page, key, total, totalBefore) {
  await openAll(page, NO_STACKS);
  await showAll(page);
  if (total === 0 && !totalBefore) return;
  const rows = await rowsOf(page, `Frames by ${NAMES[key].toLowerCase()}`);
  assert.equal(number(rows[0][NAMES[key]]), total, `total of ${key}`);
  assert.equal(sum(rows, "Of these, itself"), total, `sum of ${key}`);
  if (totalBefore !== undefined) assert.equal(number(rows[0].Before), totalBefore);
}

async function checkCalls(page) {
  // Facts of a large report have no sites; there each choice takes seconds.
  const isLarge = Object.keys(now.sites).length === 0;
  for (const key of isLarge ? ["bytes", "live_blocks"] : Object.keys(NAMES)) {
    await choose(page, "Measure", key);
    for (const phase of ["all", "0", "1"]) {
      const of = (run) =>
        phase === "all" ? both(run.totals, key) : run.totals[Number(phase)][key];
      await choose(page, "Phase", phase);
      await checkFrames(page, key, of(now), old === null ? undefined : of(old));
    }
  }
  await choose(page, "Phase", "all");
}

async function checkThreads(page) {
  await choose(page, "Measure", "bytes");
  for (const [id, figures] of now.threads) {
    const value = await page.$$eval(
      "#calls option",
      (options, end) => options.find((option) => option.textContent.endsWith(end)).value,
      `(${id})`,
    );
    await choose(page, "Thread", value);
    await checkFrames(page, "bytes", figures.bytes);
  }
  await choose(page, "Thread", "all");
}

async function checkSites(page) {
  const rows = await rowsOf(page, "What was asked for, by site");
  const columns = {
    Requests: both(now.totals, "requests"),
    Bytes: both(now.totals, "bytes"),
    "Late requests": now.totals[LOCKED].requests,
    "Late bytes": now.totals[LOCKED].bytes,
    "Bytes at the peak": both(now.totals, "peak_bytes"),
    "Live bytes": both(now.totals, "live_bytes"),
    Temporary: both(now.totals, "temporary"),
  };
  for (const [heading, total] of Object.entries(columns))
    assert.equal(sum(rows, heading), total, heading);
  const leaks = await rowsOf(page, "Live at the end, by site");
  assert.equal(sum(leaks, "Live bytes"), both(now.totals, "live_bytes"));
  assert.equal(sum(leaks, "Bytes born locked"), now.totals[LOCKED].live_bytes);
  for (const [id, figures] of Object.entries(now.sites)) {
    const row = rows.find((one) => one.Id === id);
    assert.equal(number(row.Bytes), both(figures, "bytes"), id);
    assert.equal(number(row["Late requests"]), figures[LOCKED].requests, id);
  }
}

async function checkDifference(page) {
  const rows = await rowsOf(page, "Sites that differ from the old run");
  const ids = new Set([...Object.keys(now.sites), ...Object.keys(old.sites)]);
  const bytes = (run, id) => (run.sites[id] === undefined ? 0 : both(run.sites[id], "bytes"));
  for (const id of ids) {
    const change = bytes(now, id) - bytes(old, id);
    const row = rows.find((one) => one.Id === id);
    assert.equal(row === undefined ? 0 : number(row["Change of bytes"]), change, id);
    if (row === undefined) continue;
    const words = { "+": ["new", "grown"], "−": ["gone", "shrunk"] };
    const [sign, word] = row.What.split("\u00a0");
    assert.equal(sign, change > 0 ? "+" : "−");
    assert.ok(words[sign].includes(word));
    assert.equal(word === "new", now.sites[id] !== undefined && old.sites[id] === undefined);
    assert.equal(word === "gone", now.sites[id] === undefined);
  }
}

await withPage(file, [], async (page) => {
  await showAll(page);
  const guarded = await rowsOf(page, "Processes, and what they asked for in each phase");
  assert.equal(sum(guarded, "Requests, init"), facts.requests);
  const violations = await rowsOf(page, "Violations, by site");
  assert.equal(sum(violations, "Violations"), facts.violations);
  assert.equal(await page.$eval("#verdict", (verdict) => verdict.textContent), facts.verdict);
  await openAll(page, NO_STACKS);
  await showAll(page);
  const points = await rowsOf(page, "All points of the timeline");
  assert.equal(sum(points, "Late requests"), facts.late);
  await checkSites(page);
  await checkCalls(page);
  if (old !== null) await checkDifference(page);
  else if (Object.keys(now.sites).length > 0) await checkThreads(page);
});
console.log("numbers: the same");
