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
async function runAxe(page) {
  const session = await page.createCDPSession();
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression: `${axe}; axe.run().then((found) => JSON.stringify({
      passes: found.passes.length,
      violations: found.violations.map(({ id, nodes }) => [id, nodes[0].html]) }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  return JSON.parse(result.value);
}

const backgrounds = [];
for (const theme of ["light", "dark"]) {
  const features = [
    { name: "prefers-color-scheme", value: theme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ];
  await withPage(file, features, async (page) => {
    await openAll(page);
    await showAll(page);
    const { passes, violations } = await runAxe(page);
    assert.deepEqual(violations, [], theme);
    assert.ok(passes > 20, `axe looked at little: ${passes}`);
    backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    if ((await page.$('[role="tree"]')) === null) return;
    const moving = await page.evaluate(async () => {
      const frames = () =>
        [...document.querySelectorAll(".flame g.frame")]
          .map((one) => one.getAttribute("transform"))
          .join();
      const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
      document.querySelector('[role="treeitem"]').focus();
      const send = (key) =>
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      send("ArrowDown");
      send("ArrowRight");
      send("ArrowRight");
      send("Enter");
      const states = new Set();
      for (let i = 0; i < 20; i++) {
        await next();
        states.add(frames());
      }
      return states.size;
    });
    // Before, and where it is then: nothing between.
    assert.ok(moving <= 2, `the picture moved through ${moving} states`);
-License-Identifier: MIT
// access.mjs PAGE: axe-core finds no violation, light or dark, with all that can be opened open;
// and who wants no motion gets none.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { openAll, showAll, withPage } from "./browser.mjs";

const [file] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// By the debugger, as the page's own policy lets no script in.
async function runAxe(page) {
  const session = await page.createCDPSession();
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression: `${axe}; axe.run().then((found) => JSON.stringify({
      passes: found.passes.length,
      violations: found.violations.map(({ id, nodes }) => [id, nodes[0].html]) }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  return JSON.parse(result.value);
}

const backgrounds = [];
for (const theme of ["light", "dark"]) {
  const features = [
    { name: "prefers-color-scheme", value: theme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ];
  await withPage(file, features, async (page) => {
    await openAll(page);
    await showAll(page);
    const { passes, violations } = await runAxe(page);
    assert.deepEqual(violations, [], theme);
    assert.ok(passes > 20, `axe looked at little: ${passes}`);
    backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    if ((await page.$('[role="tree"]')) === null) return;
    const moving = await page.evaluate(async () => {
      const frames = () =>
        [...document.querySelectorAll(".flame g.frame")]
          .map((one) => one.getAttribute("transform"))
          .join();
      const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
      document.querySelector('[role="treeitem"]').focus();
      const send = (key) =>
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      send("ArrowDown");
      send("ArrowRight");
      send("ArrowRight");
      send("Enter");
      const states = new Set();
      for (let i = 0; i < 20; i++) {
        await next();
        states.add(frames());
      }
      return states.size;
    });
    // Before, and where it is then: nothing between.
    assert.ok(moving <= 2, `the picture moved through ${moving} states`);
  });
}
assert.notEqual(backgrounds[0], backgrounds[1], "light and dark differ");
console.log("axe: no violation, light and dark");
