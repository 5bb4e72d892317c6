// SPDX-License-Identifier: MIT
// access.mjs PAGE: axe-core finds no violation, light or dark, with all that can be opened open;
// and who wants no motion gets none.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { openAll, showAll, withPage } from "./browser.mjs";

const [file] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// By the debugger, as the page's own policy lets no script in.
async function checkByAxe(page, theme) {
  const session = await page.createCDPSession();
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression: `${axe}; axe.run().then((found) => JSON.stringify({
      passes: found.passes.length,
      violations: found.violations.map(({ id, nodes }) => [id, nodes[0].html]) }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  const { passes, violations } = JSON.parse(result.value);
  assert.deepEqual(violations, [], theme);
  assert.ok(passes > 20, `axe looked at little: ${passes}`);
}

// Zooms the picture: it is as before, and then where it is in the end, but nowhere between.
async function checkStillness(page) {
  if ((await page.$('[role="tree"]')) === null) return;
  const states = await page.evaluate(async () => {
    const send = (key) =>
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const seen = new Set();
    document.querySelector('[role="treeitem"]').focus();
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "Enter"]) send(key);
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const frames = [...document.querySelectorAll(".flame g.frame")];
      seen.add(frames.map((frame) => frame.getAttribute("transform")).join());
    }
    return seen.size;
  });
  assert.ok(states <= 2, `the picture moved through ${states} states`);
}

const backgrounds = new Set();
for (const theme of ["light", "dark"]) {
  const features = [
    { name: "prefers-color-scheme", value: theme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ];
  await withPage(file, features, async (page) => {
    await openAll(page);
    await showAll(page);
    await checkByAxe(page, theme);
    await checkStillness(page);
    backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  });
}
assert.equal(backgrounds.size, 2, "light and dark differ");
console.log("axe: no violation, light and dark");
