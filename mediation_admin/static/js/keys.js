// The keyboard: single letters only when nobody types, when they are not switched off, and when no dialog is open.
import { all, isTyping, isVisible, keep, kept, one } from "./page.js";
import { peek } from "./drawer.js";

export function start() {
  const box = one("[data-keys-off]");
  const off = () => document.documentElement.hasAttribute("data-no-keys") || kept("keys") === "off";
  if (box) {
    box.checked = off();
    box.addEventListener("change", () => keep("keys", box.checked ? "off" : "on"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (one("dialog[open]") || off()) return;
    if (act(event)) event.preventDefault();
  });
}

function act(event) {
  const rows = all("tr[data-id]").filter(isVisible);
  const at = rows.findIndex((row) => row.classList.contains("is-here"));
  const onControl = event.target.closest?.("a, button, summary, input");
  switch (event.key) {
    case "/":
      return focus(one("[data-list-search]") ?? one("[data-global-search]"));
    case "?":
      one("#keys")?.showModal();
      return true;
    case "j":
      return go(rows, at + 1);
    case "k":
      return go(rows, at < 0 ? 0 : at - 1);
    case "x": {
      const box = rows[at] && one('input[name="ids"]', rows[at]);
      box?.click();
      return Boolean(box);
    }
    case "Enter":
      if (onControl || !rows[at]) return false;
      (one(".rowlink", rows[at]) ?? one("a[href]", rows[at]))?.click();
      return true;
    case " ":
      if (onControl || !rows[at]?.dataset.url) return false;
      peek(rows[at]);
      return true;
    default:
      return named(event.key);
  }
}

function focus(field) {
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

function go(rows, n) {
  const row = rows[Math.max(0, Math.min(n, rows.length - 1))];
  if (!row) return false;
  for (const other of rows) other.classList.toggle("is-here", other === row);
  row.scrollIntoView({ block: "nearest" });
  document.activeElement?.blur?.();
  return true;
}

function named(key) {
  if (key.length !== 1) return false;
  const target = all(`[data-key="${CSS.escape(key)}"]`).find(isVisible);
  target?.click();
  return Boolean(target);
}
