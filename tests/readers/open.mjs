// SPDX-License-Identifier: MIT
// open.mjs PAGE FILE: opens a viewer's page in headless Chromium, hands the file to its input, and
// prints the title and the text that come of it. Fails if the page throws, or says that it cannot
// read the file. Nothing is fetched: any request for what is no file ends it.
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [page_file, file] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--allow-file-access-from-files", "--enable-unsafe-swiftshader"],
});
const errors = [];
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => errors.push(`${error}`));
  page.on("dialog", (dialog) => {
    errors.push(dialog.message());
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) errors.push(`asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(page_file).href);
  const empty = await page.evaluate(() => document.body.innerText);
  // speedscope has no input until its button is pressed, dh_view has one.
  let input = await page.$("input[type=file]");
  await input.uploadFile(file);
  await page.waitForFunction((text) => document.body.innerText !== text, { timeout: 20000 }, empty);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  console.log(await page.title());
  console.log(await page.evaluate(() => document.body.innerText));
} finally {
  await browser.close();
}
for (const error of errors) console.error(error);
process.exitCode = errors.length > 0 ? 1 : 0;
