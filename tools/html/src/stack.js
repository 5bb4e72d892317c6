// SPDX-License-Identifier: MIT
// A call stack that opens below its name.
import { frameName, framePlace } from "./data.js";
import { disclosure, element } from "./dom.js";

function frameItem(frame) {
  const where = [framePlace(frame), frame.module].filter((text) => text !== "").join(", in ");
  return element("li", {}, element("code", {}, frameName(frame)), where === "" ? null : ` ${where}`);
}

export function stackOf(name, frames) {
  if (frames.length === 0) return name;
  return disclosure(name, () => element("ol", { class: "stack" }, frames.map(frameItem)));
}
