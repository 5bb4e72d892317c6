// SPDX-License-Identifier: MIT
// validate.mjs SCHEMA FILE...: holds files against a JSON Schema by ajv, of draft 2020-12, or of
// draft 7 if it says so.
import { readFileSync } from "node:fs";
import Ajv7 from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const [schema, ...files] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const rules = read(schema);
const Ajv = /draft-07/.test(rules.$schema) ? Ajv7 : Ajv2020;
const ajv = new Ajv.default({ allErrors: true, strict: false });
formats.default(ajv);
const validate = ajv.compile(rules);
for (const file of files) {
  const valid = validate(read(file));
  console.log(`${file}: ${valid ? "valid" : ajv.errorsText(validate.errors)}`);
  if (!valid) process.exitCode = 1;
}
