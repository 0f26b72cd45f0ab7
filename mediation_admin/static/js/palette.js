// Ctrl+K: every menu entry by name or by pinyin-free substring, and a search for what was typed.
import { all, one } from "./page.js";

export function start() {
  const dialog = one("#palette");
  if (!dialog) return;
  const input = one("[data-palette-input]", dialog);
  const list = one("ul", dialog);
  const search = one("form.top-search");
  const entries = () =>
    all(".side a[href]").map((link) => {
      const path = [];
      for (let up = link.closest("details"); up; up = up.parentElement.closest("details")) path.unshift(up.dataset.branch);
      return { label: link.textContent.trim(), note: path.join(" / "), go: () => location.assign(link.href) };
    });
  let shown = [];
  let active = 0;
  const mark = (n) => {
    active = (n + shown.length) % Math.max(shown.length, 1);
    [...list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === active)));
    list.children[active]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", list.children[active]?.id ?? "");
  };
  const draw = () => {
    const text = input.value.replace(/\s+/g, "").toLowerCase();
    shown = entries().filter((entry) => !text || (entry.note + entry.label).replace(/\s+/g, "").toLowerCase().includes(text));
    for (const link of all(".page-actions a[href]")) {
      if (!text || link.textContent.includes(input.value.trim())) {
        shown.push({ label: link.innerText.trim(), note: "本页", go: () => location.assign(link.href) });
      }
    }
    if (text && search) {
      shown.push({
        label: `查找“${input.value.trim()}”`,
        note: "案件、人员",
        go: () => {
          one("input[name=q]", search).value = input.value.trim();
          search.requestSubmit();
        },
      });
    }
    list.replaceChildren(
      ...shown.slice(0, 30).map((entry, n) => {
        const line = document.createElement("li");
        line.id = `palette-${n}`;
        line.setAttribute("role", "option");
        const note = document.createElement("small");
        note.textContent = entry.note;
        line.append(entry.label, note);
        return line;
      }),
    );
    mark(0);
  };
  const open = () => {
    input.value = "";
    draw();
    dialog.showModal();
    input.focus();
  };
  one("[data-palette-open]")?.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.isComposing) {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  input.addEventListener("input", (event) => !event.isComposing && draw());
  input.addEventListener("compositionend", draw);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter") shown[active]?.go();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => shown[[...list.children].indexOf(event.target.closest("li"))]?.go());
}

