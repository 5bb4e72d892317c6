// SPDX-License-Identifier: MIT
// harmless.mjs PAGE: names that are markup, control bytes or no UTF-8 stand there as text; the page
// asks for nothing but itself, and its policy refuses whatever else would.
import assert from "node:assert/strict";
import { openAll, withPage } from "./browser.mjs";

const [file] = process.argv.slice(2);

await withPage(file, [], async (page, seen) => {
  await openAll(page);
  const found = await page.evaluate(() => ({
    hurt: window.hurt,
    scripts: document.scripts.length,
    bold: document.querySelectorAll("b").length,
    text: document.body.innerText,
    title: document.title,
  }));
  assert.equal(found.hurt, undefined);
  assert.equal(found.scripts, 0, "the body was built anew, without scripts");
  assert.equal(found.bold, 0);
  assert.match(found.text, /parse<\/script><script>window\.hurt=1<\/script><!--/);
  assert.match(found.text, /x\\n\\x1b\[2J\\xc2\\x9b\\xe2\\x80\\xae\\xff\\xed\\xa0\\xbd\]\]><b>&amp;/);
  assert.doesNotMatch(found.text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\ufffd]/);
  assert.match(found.title, /window\.hurt/);
  assert.deepEqual(seen.messages, []);
  assert.equal(seen.requests.length, 1, seen.requests.join());
  assert.equal(seen.dialogs, 0);

  const refused = await page.evaluate(async () => {
    const directives = [];
    addEventListener("securitypolicyviolation", (event) =>
      directives.push(event.effectiveDirective),
    );
    const script = document.createElement("script");
    script.textContent = "window.hurt = 1";
    const image = document.createElement("img");
    image.src = "http://127.0.0.1:9/x.png";
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.body.append(script, image, style);
    await fetch("http://127.0.0.1:9/").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { directives: directives.sort(), hurt: window.hurt };
  });
  assert.equal(refused.hurt, undefined);
  assert.deepEqual(refused.directives, [
    "connect-src",
    "img-src",
    "script-src-elem",
    "style-src-elem",
  ]);
});
console.log("names: harmless; network: refused");
