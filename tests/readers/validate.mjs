// SPDX-License-Identifier: MIT
// validate.mjs SCHEMA FILE...: holds files against a JSON Schema of draft 2020-12 by ajv.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";

const [schema, ...files] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const ajv = new Ajv.default({ allErrors: true, strict: false });
formats.default(ajv);
const validate = ajv.compile(read(schema));
for (const file of files) {
  const valid = validate(read(file));
  console.log(`${file}: ${valid ? "valid" : ajv.errorsText(validate.errors)}`);
  if (!valid) process.exitCode = 1;
}
