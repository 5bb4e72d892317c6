// SPDX-License-Identifier: MIT
// bundle.mjs OUTPUT: makes the page of `phaselock report --format=html` without its data, of which
// the line `@data@` is left. It runs in a copy of this folder into which `npm ci` has put the
// libraries; the same sources give the same bytes.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const [output] = process.argv.slice(2);

const bundled = await build({
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  outdir: "out",
  metafile: true,
  write: false,
});

// Ends no element, whatever is in a library.
function textOf(suffix) {
  const text = bundled.outputFiles.find((file) => file.path.endsWith(suffix)).text.trim();
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${suffix} would end its element`);
  return text;
}

// The licences of the packages that have bytes in the page. A comment ends at the first `-->`.
function licences() {
  const inside = Object.values(bundled.metafile.outputs).flatMap((out) =>
    Object.entries(out.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const packages = inside
    .map(([path]) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(packages)]
    .sort()
    .map((name) => {
      const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
      const text = readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim();
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join("\n")
    .replaceAll("--", "- -");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const style = textOf(".css");
const script = textOf(".js");
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

// One pass: nothing is looked for in what was put in.
const parts = { policy, licences: licences(), style, data: "\n@data@\n", script };
const template = readFileSync("src/page.html", "utf8");
const page = template.replace(/@(policy|licences|style|data|script)@/g, (_, name) => parts[name]);
if (page.split("@data@").length !== 2) throw new Error("@data@ does not stand once in the page");
writeFileSync(output, page);
