// SPDX-License-Identifier: MIT
// A page in a real browser, and what is read from it. Chromium's sandbox needs rights that root in
// a container lacks; the pages are ours.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const CHROMIUM = "/usr/bin/chromium";

// Opens a page, calls use(page, seen), and closes the browser. seen: what a page must not do.
export async function withPage(file, features, use) {
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const seen = { messages: [], requests: [], dialogs: 0 };
    page.on("console", (message) => seen.messages.push(message.text()));
    page.on("pageerror", (error) => seen.messages.push(error.message));
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("dialog", (dialog) => {
      seen.dialogs++;
      dialog.dismiss();
    });
    await page.emulateMediaFeatures(features);
    await page.setViewport({ width: 1200, height: 900 });
    await page.goto(pathToFileURL(resolve(file)).href);
    await page.waitForSelector("html[data-ready]", { timeout: 60000 });
    await use(page, seen);
  } finally {
    await browser.close();
  }
}

// Opens each part of the page that is closed; call stacks within tables only if they are wanted.
export async function openAll(page, which = "details") {
  await page.$$eval(which, (all) => all.forEach((details) => (details.open = true)));
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll(wanted)].every((details) => details.childElementCount > 1),
    {},
    which,
  );
}

export const NO_STACKS = "details:not(td details, th details)";

// The rows of a section's first or only table with this caption, as objects by heading.
export async function rowsOf(page, caption) {
  return page.evaluate((wanted) => {
    const table = [...document.querySelectorAll("table")].find(
      (one) => one.caption.textContent === wanted,
    );
    const text = (cell) => (cell.querySelector("summary") ?? cell).textContent.trim();
    const headings = [...table.tHead.rows[0].cells].map(text);
    return [...table.tBodies[0].rows].map((row) =>
      Object.fromEntries([...row.cells].map((cell, at) => [headings[at], text(cell)])),
    );
  }, caption);
}

// Shows all rows of all tables.
export async function showAll(page) {
  await page.$$eval("button.more:not([hidden])", (all) => all.forEach((button) => button.click()));
}

// "1,234" or "−5" as a number.
export function number(text) {
  return Number(text.replaceAll(",", "").replace("−", "-"));
}

export function sum(rows, heading) {
  return rows.reduce((total, row) => total + number(row[heading]), 0);
}

// What a choice in the section of calls is changed to.
export async function choose(page, label, value) {
  const select = await page.evaluateHandle(
    (wanted) =>
      [...document.querySelectorAll("#calls label")]
        .find((one) => one.firstChild.textContent.trim() === wanted)
        .querySelector("select"),
    label,
  );
  await select.select(value);
}
