// SPDX-License-Identifier: MIT
// size.mjs PAGE: whatever is in the record, the page is small, and there at once.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { withPage } from "./browser.mjs";

const [file] = process.argv.slice(2);
const LIMIT = 3e6;

assert.ok(statSync(file).size < LIMIT, `${statSync(file).size} bytes`);
await withPage(file, [], async (page, seen) => {
  assert.deepEqual(seen.messages, []);
  const elements = await page.$$eval("*", (all) => all.length);
  assert.ok(elements < 60000, `${elements} elements`);
});
console.log("size: below 3 MB");
