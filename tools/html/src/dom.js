// SPDX-License-Identifier: MIT
// Makes elements. Text is always text: names in a record are foreign, and none becomes markup.

// element("p", {class: "note"}, "text", child, ...). Attributes that are null are left out.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// A labelled <select>; each choice is [value, text].
export function chooser(label, choices, onChange) {
  const select = element(
    "select",
    { change: () => onChange(select.value) },
    choices.map(([value, text]) => element("option", { value }, text)),
  );
  return element("label", {}, `${label} `, select);
}

// What is made when it is first opened: large tables cost nothing before.
export function disclosure(summary, make) {
  const details = element("details", {}, element("summary", {}, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(make());
  });
  return details;
}

export function section(id, title, ...children) {
  return element(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, title),
    children,
  );
}
