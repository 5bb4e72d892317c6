// SPDX-License-Identifier: MIT
// Numbers as people read them. Tables show the exact numbers, charts and sentences the short ones.

export function exact(number) {
  return number.toLocaleString("en-US");
}

function scaled(number, step, units) {
  let unit = 0;
  while (Math.abs(number) >= step && unit + 1 < units.length) {
    number /= step;
    unit++;
  }
  const digits = unit > 0 && Math.abs(number) < 100 ? 1 : 0;
  return `${number.toFixed(digits)} ${units[unit]}`.trim();
}

export function short(number, unit) {
  if (unit === "bytes") return scaled(number, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  return scaled(number, 1000, ["", "k", "M", "G", "T"]);
}

// "+12" or "−12": a difference is never told by colour alone.
export function signed(number, text = exact) {
  if (number === 0) return text(0);
  return `${number > 0 ? "+" : "−"}${text(Math.abs(number))}`;
}

export function share(part, whole) {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : "0.0 %";
}

export function seconds(value) {
  if (value >= 1) return `${value.toFixed(3)} s`;
  return value >= 1e-3 ? `${(value * 1e3).toFixed(3)} ms` : `${(value * 1e6).toFixed(0)} µs`;
}
