// SPDX-License-Identifier: MIT
// facts.mjs JSON [OLD]: what a page has to show, from reports of `phaselock record` in the form json,
// in the shape in which tests/command/report_html.c gives it for reports that are made up.
import { readFileSync } from "node:fs";

const KEYS = [
  "requests",
  "bytes",
  "peak_blocks",
  "peak_bytes",
  "live_blocks",
  "live_bytes",
  "temporary",
];
const [file, oldFile] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const add = (rows) =>
  Object.fromEntries(KEYS.map((key) => [key, rows.reduce((sum, row) => sum + row[key], 0)]));
const phases = ({ init, locked }) => [add([init]), add([locked])];

function run({ profile }) {
  const { rows, threads } = profile;
  return {
    totals: phases(profile.totals),
    threads: threads.map(({ id }, index) => [
      id,
      add(rows.filter(({ thread }) => thread === index).map(({ figures }) => figures)),
    ]),
    sites: Object.fromEntries(profile.sites.map(({ id, figures }) => [id, phases(figures)])),
  };
}

// Of the first process, whose timeline is shown first.
function late({ points }) {
  return points
    .filter(({ process }) => process === points[0].process)
    .reduce(
      (sum, point, index, all) =>
        index > 0 && all[index - 1].phase === "locked"
          ? sum + point.requests - all[index - 1].requests
          : sum,
      0,
    );
}

const report = read(file);
console.log(
  JSON.stringify({
    verdict: "recorded",
    violations: report.sites.reduce((sum, { count }) => sum + count, 0),
    requests: report.processes.reduce((sum, { counts }) => sum + counts.init.requests, 0),
    late: late(report.profile),
    now: run(report),
    old: oldFile === undefined ? null : run(read(oldFile)),
  }),
);
