// The drawer: a peek at a row without leaving the list; arrows walk the rows, the button opens the page.
import { all, ask, one } from "./page.js";

let rows = [];
let current = -1;

export function start() {
  const drawer = one("#drawer");
  if (!drawer) return;
  rows = all("tr[data-url]");
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-drawer]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    event.stopPropagation();
    current = rows.indexOf(link.closest("tr"));
    open(link.href);
  }, true);
  drawer.addEventListener("click", (event) => {
    const tab = event.target.closest("a[data-tab]");
    if (tab) {
      event.preventDefault();
      load(tab.href);
    }
    const step = event.target.closest("[data-drawer-step]");
    if (step) walk(Number(step.dataset.drawerStep));
  });
  drawer.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === "j" || event.key === "ArrowDown" && event.altKey) walk(1);
    if (event.key === "k" || event.key === "ArrowUp" && event.altKey) walk(-1);
    if (event.key === "Enter" && event.target === drawer) one("[data-drawer-full]", drawer).click();
  });
}

export function peek(row) {
  current = rows.indexOf(row);
  open(row.dataset.url);
}

function walk(step) {
  const row = rows[current + step];
  if (!row) return;
  current += step;
  for (const other of rows) other.classList.toggle("is-here", other === row);
  load(row.dataset.url);
}

function open(url) {
  const drawer = one("#drawer");
  if (!drawer.open) drawer.showModal();
  for (const row of rows) row.classList.toggle("is-here", row === rows[current]);
  load(url);
}

async function load(url) {
  const drawer = one("#drawer");
  const body = one("[data-drawer-body]", drawer);
  const target = new URL(url, location.href);
  one("[data-drawer-full]", drawer).href = target.href;
  const steps = all("[data-drawer-step]", drawer);
  steps[0].disabled = current <= 0;
  steps[1].disabled = current < 0 || current >= rows.length - 1;
  target.searchParams.set("drawer", "1");
  body.classList.add("is-loading");
  body.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(target);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const piece = page.querySelector(".fragment") ?? page.querySelector("main");
    body.replaceChildren(...(piece ? [document.adoptNode(piece)] : [sentence("这条记录现在无法预览，请打开完整页面。")]));
    drawer.setAttribute("aria-label", `预览：${piece?.dataset.fragmentTitle ?? ""}`);
  } catch {
    body.replaceChildren(sentence("没有取到内容，请检查网络后再试。"));
  } finally {
    body.classList.remove("is-loading");
    body.removeAttribute("aria-busy");
    body.scrollTop = 0;
  }
}

function sentence(words) {
  const line = document.createElement("p");
  line.className = "empty";
  line.textContent = words;
  return line;
}
