// SPDX-License-Identifier: MIT
// pictures.mjs PAGE FOLDER: takes the pictures of the documents: the head with the timeline, and the
// calls.
import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { withPage } from "./browser.mjs";

const [file, folder] = process.argv.slice(2);
const LIMIT = 120000;
const MARGIN = 8;

// From the top of one element to the bottom of another.
async function take(page, path, from, to) {
  const [first, last] = await page.evaluate(
    (...selectors) =>
      selectors.map((selector) => {
        const { top, bottom } = document.querySelector(selector).getBoundingClientRect();
        return { top: top + scrollY, bottom: bottom + scrollY };
      }),
    from,
    to,
  );
  const clip = {
    x: 0,
    y: Math.max(first.top - MARGIN, 0),
    width: page.viewport().width,
    height: last.bottom - first.top + 2 * MARGIN,
  };
  await page.screenshot({ path, clip, captureBeyondViewport: true });
  assert.ok(statSync(path).size < LIMIT, `${path}: ${statSync(path).size} bytes`);
}

mkdirSync(folder, { recursive: true });
const features = [{ name: "prefers-reduced-motion", value: "reduce" }];
await withPage(file, features, async (page) => {
  await page.setViewport({ width: 1000, height: 900 });
  await page.waitForFunction(() => document.querySelector(".plot canvas").offsetWidth < 1000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await take(page, join(folder, "report-timeline.png"), "header", "#timeline .legend");
  await take(page, join(folder, "report-calls.png"), "#calls", "#calls .tree");
});
console.log("pictures: taken");
