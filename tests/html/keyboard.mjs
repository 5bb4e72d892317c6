// SPDX-License-Identifier: MIT
// keyboard.mjs PAGE: all that the page has is reached and worked by the keyboard alone.
import assert from "node:assert/strict";
import { withPage } from "./browser.mjs";

const [file] = process.argv.slice(2);

// What has the focus, as one would tell it: "button Bytes", "treeitem main — ...".
const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
    return `${at.getAttribute("role") ?? at.localName} ${name.trim()}`;
  });

// Presses Tab until it has gone round; returns all that had the focus.
async function tour(page) {
  const stops = [];
  for (;;) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement === document.body)) return stops;
    const isAgain = await page.evaluate(() => {
      const was = document.activeElement.dataset.seen !== undefined;
      document.activeElement.dataset.seen = "";
      return was;
    });
    if (isAgain) return stops;
    stops.push(await focused(page));
    assert.ok(stops.length < 2000, "Tab comes to an end");
  }
}

async function tabTo(page, begin) {
  for (let i = 0; i < 2000; i++) {
    await page.keyboard.press("Tab");
    if ((await focused(page)).startsWith(begin)) return;
  }
  assert.fail(`Tab does not reach "${begin}"`);
}

const firstCells = (page, id) =>
  page.$$eval(`#${id} tbody tr`, (rows) => rows.map((row) => row.cells[0].textContent));
const said = (page) => page.$eval('#calls [role="status"]', (one) => one.textContent);
const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
// Frames of the picture that have some width: zooming hides those that are not below.
const shownFrames = (page) => page.$$eval(".flame g.frame:not(.fade)", (all) => all.length);

async function checkReach(page) {
  const stops = await tour(page);
  const wanted = await page.evaluate(() =>
    [...document.querySelectorAll("a, button, select, input, summary, .scroll")]
      .filter((one) => one.checkVisibility())
      .map((one) => (one.dataset.seen === undefined ? one.outerHTML.slice(0, 80) : null))
      .filter((missed) => missed !== null),
  );
  assert.deepEqual(wanted, [], "Tab reaches these, too");
  assert.equal(stops.filter((stop) => stop.startsWith("treeitem")).length, 1);
  assert.ok((await page.$$("a")).length > 4);
}

async function checkTables(page) {
  await page.focus("#sites .scroll");
  const before = await firstCells(page, "sites");
  await tabTo(page, "button Site");
  await press(page, "Enter");
  const heading = await page.evaluateHandle(() => document.activeElement.closest("th"));
  const direction = () => heading.evaluate((one) => one.getAttribute("aria-sort"));
  const names = await firstCells(page, "sites");
  assert.equal(await direction(), "ascending");
  assert.deepEqual(names, [...before].sort());
  await press(page, "Enter");
  assert.equal(await direction(), "descending");
  assert.deepEqual(await firstCells(page, "sites"), [...before].sort().reverse());
  await tabTo(page, "summary");
  await press(page, "Enter");
  assert.ok(await page.evaluate(() => document.activeElement.parentElement.open));
}

async function checkTimeline(page) {
  await page.focus("#timeline input");
  const output = () => page.$eval("#timeline output", (one) => one.textContent);
  const first = await output();
  await press(page, "ArrowRight");
  assert.notEqual(await output(), first);
  await press(page, "End");
  assert.match(await output(), /requests so far/);
  await tabTo(page, "summary Table of the timeline");
  await press(page, "Enter");
  await page.waitForSelector("#timeline table");
}

async function checkTree(page) {
  await page.focus("#calls button");
  await tabTo(page, "treeitem");
  assert.match(await focused(page), /^treeitem all/);
  await press(page, "ArrowDown");
  assert.match(await focused(page), /^treeitem main/);
  assert.match(await said(page), /^main — .* — src\/parse\.c:12, in server/);
  await press(page, "ArrowRight", "ArrowRight");
  const inner = await focused(page);
  assert.ok(!inner.startsWith("treeitem main"));
  const all = await shownFrames(page);
  await press(page, "Enter");
  await page.waitForFunction(
    (count) => document.querySelectorAll(".flame g.frame:not(.fade)").length < count,
    {},
    all,
  );
  assert.equal(await focused(page), inner, "Enter leaves the focus where it is");
  await press(page, "Escape");
  await page.waitForFunction(
    (count) => document.querySelectorAll(".flame g.frame:not(.fade)").length === count,
    {},
    all,
  );
  await press(page, "ArrowLeft");
  assert.match(await focused(page), /^treeitem main/);
  await press(page, "ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-expanded")), "false");
  await press(page, "Home");
  assert.match(await focused(page), /^treeitem all/);
  await press(page, "End");
  assert.match(await focused(page), /^treeitem \(in server\)/);
  await press(page, "m");
  assert.match(await focused(page), /^treeitem main/);
}

async function checkChoices(page) {
  await page.focus("#calls select");
  const before = await said(page);
  await press(page, "ArrowDown");
  assert.notEqual(await said(page), before, "another measure is told");
  await tabTo(page, "select Phase");
  await press(page, "End");
  assert.match(await said(page), /requests/);
}

await withPage(file, [], async (page) => {
  await checkReach(page);
  await checkTables(page);
  await checkTimeline(page);
  await checkTree(page);
  await checkChoices(page);
});
console.log("keyboard: reaches all");
