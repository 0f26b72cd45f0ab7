// The frame: menu on phones, open branches, counts, theme and text size, copy buttons, tips, idle warning.
import { adoptToast, all, ask, keep, kept, one, toast } from "./page.js";
import { aliveAt, goneOut, sayAlive } from "./unsaved.js";

export function start() {
  settings();
  menu();
  counts();
  copying();
  tips();
  idle();
  for (const line of all("[data-toast]")) adoptToast(line);
  for (const button of all("[data-history-back]")) button.addEventListener("click", () => history.back());
  const place = one("[data-print-place]");
  if (place) place.textContent = `${location.pathname} · 打印于 ${new Date().toLocaleString("zh-CN")}`;
}

// The look chosen here holds on this device until the one chosen in 我的账号 changes.
function settings() {
  const root = document.documentElement;
  const apply = (name) => {
    const fromAccount = root.dataset[name];
    const [told, mine] = (kept(name) ?? "").split(":");
    if (mine && told === fromAccount) root.dataset[name] = mine;
    return (value) => {
      root.dataset[name] = value;
      keep(name, `${fromAccount}:${value}`);
    };
  };
  const setTheme = apply("theme");
  const setText = apply("text");
  one("[data-theme-toggle]")?.addEventListener("click", () => {
    const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    setTheme(dark ? "light" : "dark");
  });
  one("[data-text-toggle]")?.addEventListener("click", () => setText(root.dataset.text === "large" ? "normal" : "large"));
}

function menu() {
  const side = one("[data-side]");
  if (!side) return;
  const toggle = one("[data-menu-toggle]");
  const set = (open) => {
    document.body.classList.toggle("menu-open", open);
    toggle?.setAttribute("aria-expanded", String(open));
    if (open) one("a, summary", side)?.focus();
  };
  toggle?.addEventListener("click", () => set(!document.body.classList.contains("menu-open")));
  one("[data-menu-close]")?.addEventListener("click", () => set(false));
  side.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) {
      set(false);
      toggle?.focus();
    }
  });
  const open = new Set(JSON.parse(kept("menu-open") ?? "[]"));
  for (const branch of all("details[data-branch]", side)) {
    if (open.has(branch.dataset.branch)) branch.open = true;
    branch.addEventListener("toggle", () => {
      open[branch.open ? "add" : "delete"](branch.dataset.branch);
      keep("menu-open", JSON.stringify([...open]));
    });
  }
  one('[aria-current="page"]', side)?.scrollIntoView({ block: "nearest" });
}

// The figures beside 待办 and 下载中心 are asked at most once a minute, whatever the number of pages opened.
async function counts() {
  const url = document.body.dataset.counts;
  if (!url || !one("[data-count]")) return;
  const draw = (figures) => {
    for (const badge of all("b[data-count]")) {
      const n = figures[badge.dataset.count] ?? 0;
      badge.hidden = !n;
      badge.textContent = n > 99 ? "99+" : String(n);
    }
  };
  const load = async () => {
    if (document.hidden) return;
    const held = JSON.parse(sessionStorage.getItem("counts") ?? "null");
    if (held && Date.now() - held.at < 55000) return draw(held.figures);
    try {
      const answer = await ask(url);
      if (!answer.ok) return;
      const figures = await answer.json();
      sessionStorage.setItem("counts", JSON.stringify({ at: Date.now(), figures }));
      draw(figures);
    } catch {
      // Without counts the page still works.
    }
  };
  await load();
  setInterval(load, 60000);
}

function copying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const area = document.createElement("textarea");
      area.value = button.dataset.copy;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 4000);
    toast("已复制", { seconds: 4 });
  });
}

function tips() {
  let tip = null;
  const hide = () => {
    tip?.remove();
    tip = null;
  };
  const open = (button) => {
    hide();
    tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("role", "tooltip");
    tip.textContent = button.dataset.tip;
    document.body.append(tip);
    const place = button.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(place.left, innerWidth - tip.offsetWidth - 8))}px`;
    const below = place.bottom + 6;
    tip.style.top = `${below + tip.offsetHeight < innerHeight ? below : place.top - tip.offsetHeight - 6}px`;
  };
  document.addEventListener("mouseover", (event) => {
    const button = event.target.closest?.("[data-tip]");
    if (button) open(button);
    else if (tip && !event.target.closest?.(".tip")) hide();
  });
  document.addEventListener("focusin", (event) => (event.target.matches?.("[data-tip]") ? open(event.target) : hide()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tip]");
    if (button) open(button);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

// Warns before the session ends and keeps it alive while the person works in long forms, in whichever tab.
function idle() {
  const dialog = one("#idle");
  const limit = Number(document.body.dataset.idle || 0);
  const warning = Number(document.body.dataset.idleWarning || 0);
  const url = document.body.dataset.counts;
  if (!dialog || !limit || !url) return;
  let touched = 0;
  let saidAt = Infinity;
  let ending = false;
  sayAlive(); // this page was just asked for
  const stay = async () => {
    sayAlive();
    if (dialog.open) dialog.close();
    try {
      // Counts asked by the page itself are no sign of life to the server; this is one.
      await ask(`${url}?stay=1`);
    } catch {
      // The message about signing in again is already on the page.
    }
  };
  for (const kind of ["pointerdown", "keydown", "input"]) {
    addEventListener(kind, () => {
      if (!dialog.open) touched = Date.now();
    });
  }
  one("[data-idle-stay]", dialog).addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  const look = () => {
    if (ending) return;
    const alive = aliveAt();
    // The server is told soon after the person did something: it must not count from an earlier moment than we do.
    if (touched > alive && Date.now() - alive > Math.min(60, limit / 4) * 1000) {
      stay();
      return;
    }
    const left = Math.round(limit - (Date.now() - alive) / 1000);
    if (left > warning) {
      saidAt = Infinity;
      if (dialog.open) dialog.close(); // the person went on in another tab
      return;
    }
    if (left <= 0) {
      ending = true;
      goneOut();
      location.assign(location.pathname + location.search);
      return;
    }
    if (!dialog.open) dialog.showModal();
    const words = left >= 60 ? `${Math.ceil(left / 60)} 分钟` : `${left} 秒`;
    one("[data-idle-left]", dialog).textContent = words;
    // Said aloud every 15 seconds, and each second of the last twenty.
    if (left <= 20 || saidAt - left >= 15) {
      one("[data-idle-said]", dialog).textContent = `还有 ${words}`;
      saidAt = left;
    }
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}
