// SPDX-License-Identifier: MIT
// The flame graph for the keyboard and for screen readers: a tree by the pattern of WAI-ARIA. Arrow
// keys, Home and End move, Right and Left open and close, Enter zooms the picture, Escape zooms it
// out, and letters go to the next name that begins so. The items that are seen are one flat list,
// in which each says its level; items are made when their parent is opened.
import { element } from "./dom.js";

// children(node) gives those to show, in order; label(node) their text; onSelect and onZoom are
// told of the node.
export function tree({ label, name, children, onSelect, onZoom }) {
  const place = element("ul", { role: "tree", "aria-label": name, class: "tree" });
  let current = null;

  function make(node, level, position, size) {
    const item = element(
      "li",
      {
        role: "treeitem",
        tabindex: "-1",
        "aria-level": level,
        "aria-posinset": position,
        "aria-setsize": size,
        "aria-selected": "false",
        "aria-expanded": children(node).length > 0 ? "false" : null,
      },
      label(node),
    );
    item.style.setProperty("--level", level);
    item.node = node;
    return item;
  }

  const levelOf = (item) => Number(item.getAttribute("aria-level"));
  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
  const isClosed = (item) => item.getAttribute("aria-expanded") === "false";

  function parentOf(item) {
    let at = item.previousElementSibling;
    while (at !== null && levelOf(at) >= levelOf(item)) at = at.previousElementSibling;
    return at;
  }

  function open(item) {
    if (!isClosed(item)) return;
    const nodes = children(item.node);
    const level = levelOf(item) + 1;
    item.after(...nodes.map((node, index) => make(node, level, index + 1, nodes.length)));
    item.setAttribute("aria-expanded", "true");
  }

  function close(item) {
    if (!isOpen(item)) return;
    while (item.nextElementSibling !== null && levelOf(item.nextElementSibling) > levelOf(item))
      item.nextElementSibling.remove();
    item.setAttribute("aria-expanded", "false");
  }

  function select(item, isFocused) {
    if (item === null || item === undefined) return;
    if (current !== null) {
      current.tabIndex = -1;
      current.setAttribute("aria-selected", "false");
    }
    current = item;
    current.tabIndex = 0;
    current.setAttribute("aria-selected", "true");
    if (isFocused) current.focus();
    onSelect(current.node);
  }

  function right() {
    if (isClosed(current)) open(current);
    else if (isOpen(current)) select(current.nextElementSibling, true);
  }

  function left() {
    if (isOpen(current)) close(current);
    else select(parentOf(current), true);
  }

  function typed(letter) {
    const seen = [...place.children];
    const at = seen.indexOf(current);
    const next = [...seen.slice(at + 1), ...seen.slice(0, at)];
    const found = next.find((item) => item.textContent.toLowerCase().startsWith(letter));
    select(found, true);
  }

  const keys = {
    ArrowDown: () => select(current.nextElementSibling, true),
    ArrowUp: () => select(current.previousElementSibling, true),
    ArrowRight: right,
    ArrowLeft: left,
    Home: () => select(place.firstElementChild, true),
    End: () => select(place.lastElementChild, true),
    Enter: () => onZoom(current.node),
    Escape: () => onZoom(0),
  };

  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (keys[event.key] !== undefined) keys[event.key]();
    else if (event.key.length === 1 && event.key !== " ") typed(event.key.toLowerCase());
    else return;
    event.preventDefault();
  });

  place.addEventListener("click", (event) => {
    const item = event.target.closest('[role="treeitem"]');
    if (item === null) return;
    // First, as closing might remove what was selected.
    select(item, true);
    if (isOpen(item)) close(item);
    else open(item);
  });

  return {
    place,
    // Begins anew with the root, opened.
    show(root) {
      const item = make(root, 1, 1, 1);
      current = null;
      place.replaceChildren(item);
      open(item);
      select(item, false);
    },
    // Opens the way to a node, outermost first, and selects it.
    reveal(path) {
      let item = null;
      for (const node of path) {
        const among = item === null ? [...place.children] : childItems(item);
        item = among.find((one) => one.node === node) ?? null;
        if (item === null) return;
        if (node !== path.at(-1)) open(item);
      }
      if (item !== current) select(item, false);
      // Within the tree alone: the picture that was clicked stays where it is.
      place.scrollTop = item.offsetTop - place.clientHeight / 2;
    },
  };

  function childItems(item) {
    const found = [];
    let at = item.nextElementSibling;
    for (; at !== null && levelOf(at) > levelOf(item); at = at.nextElementSibling)
      if (levelOf(at) === levelOf(item) + 1) found.push(at);
    return found;
  }
}
