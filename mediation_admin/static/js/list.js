// Lists: ticking rows, everything that matches, columns, density, page size, and coming back to the same place.
import { all, ask, csrf, one, toast } from "./page.js";

export function start() {
  const list = one("[data-list]");
  for (const form of all("[data-query]")) query(form);
  if (!list) return;
  ticking(list);
  tools(list);
  comingBack(list);
  wholeWords(list);
}

// What a narrow column cuts is said whole under the pointer.
function wholeWords(list) {
  list.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td:not(.c-act)");
    if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.innerText;
  });
}

function query(form) {
  one("[data-unfold]", form)?.addEventListener("click", (event) => {
    const open = form.classList.toggle("is-unfolded");
    event.currentTarget.textContent = open ? "收起" : "展开";
    event.currentTarget.setAttribute("aria-expanded", String(open));
  });
}

function ticking(list) {
  const form = one("[data-bulk]", list);
  const boxes = all('input[name="ids"]', list);
  const everyone = one("[data-tick-all]", list);
  const banner = one("[data-everything]", list);
  let everything = null;
  let last = null;
  const draw = () => {
    const n = boxes.filter((box) => box.checked).length;
    if (everyone) {
      everyone.checked = n > 0 && n === boxes.length;
      everyone.indeterminate = n > 0 && n < boxes.length;
    }
    const said = one("[data-ticked]", list);
    if (said) {
      said.hidden = n === 0;
      said.textContent = everything ? "" : `已选 ${n} 条`;
    }
    if (n > 0) one("[data-bulk-error]", list)?.setAttribute("hidden", "");
    if (banner) banner.hidden = n < boxes.length || n === 0;
  };
  const setEverything = (token) => {
    everything?.remove();
    everything = null;
    if (token) {
      everything = document.createElement("input");
      everything.type = "hidden";
      everything.name = "everything";
      everything.value = token;
      form.append(everything);
    }
    one("[data-everything-on]", banner).hidden = Boolean(token);
    one("[data-everything-said]", banner).hidden = !token;
    one("[data-everything-off]", banner).hidden = !token;
    draw();
  };
  list.addEventListener("change", (event) => {
    if (event.target === everyone) for (const box of boxes) box.checked = everyone.checked;
    if (everything && (event.target === everyone || event.target.name === "ids")) setEverything(null);
    draw();
  });
  // Shift and click ticks the rows between.
  list.addEventListener("click", (event) => {
    const box = event.target;
    if (box.name !== "ids") return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
  });
  if (banner) {
    one("[data-everything-on]", banner).addEventListener("click", (event) => setEverything(event.currentTarget.dataset.everythingOn));
    one("[data-everything-off]", banner).addEventListener("click", () => {
      for (const box of boxes) box.checked = false;
      setEverything(null);
    });
  }
  form?.addEventListener("submit", (event) => {
    if (everything || boxes.some((box) => box.checked)) return;
    event.preventDefault();
    const error = one("[data-bulk-error]", form);
    error.hidden = false;
    error.textContent = `请先勾选要“${event.submitter.textContent.trim()}”的记录。`;
  });
  draw();
}

function tools(list) {
  const grid = one("[data-rows]", list);
  const columns = one("[data-columns-form]", list);
  const next = { normal: "tight", tight: "loose", loose: "normal" };
  const words = { normal: "标准", tight: "紧凑", loose: "宽松" };
  one("[data-density]", list)?.addEventListener("click", async (event) => {
    const now = Object.keys(next).find((name) => grid?.classList.contains(`density-${name}`)) ?? "normal";
    grid?.classList.replace(`density-${now}`, `density-${next[now]}`);
    event.currentTarget.setAttribute("aria-label", `行高：${words[next[now]]}`);
    await remember(columns, { density: next[now] });
  });
  one("[data-size]", list)?.addEventListener("change", async (event) => {
    await remember(columns, { size: event.target.value });
    const url = new URL(location.href);
    for (const name of ["after", "before", "at", "end", "size"]) url.searchParams.delete(name);
    location.assign(url);
  });
  one("[data-fullscreen]", list)?.addEventListener("click", () =>
    document.fullscreenElement ? document.exitFullscreen() : list.requestFullscreen(),
  );
  columns?.addEventListener("click", (event) => {
    const line = event.target.closest("[data-up]")?.closest("li");
    if (line?.previousElementSibling) {
      line.previousElementSibling.before(line);
      one("[data-up]", line).focus();
    }
  });
  one("button[data-count]", list)?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.setAttribute("aria-busy", "true");
    button.textContent = "正在计数…";
    const said = await (await ask(button.dataset.count)).json();
    if (said.count !== undefined) {
      one("[data-total]", list).textContent = said.count.toLocaleString("zh-CN");
      button.remove();
    } else {
      button.textContent = "查准确条数";
      toast(said.message, { tone: "warn" });
    }
  });
}

async function remember(form, values) {
  if (!form) return;
  const body = new URLSearchParams({ csrf_token: csrf(), ...values });
  await ask(form.action, { method: "POST", body });
}

// Back from a detail page: same address (the browser's), same scroll, same row.
function comingBack(list) {
  const name = `place:${location.pathname}${location.search}`;
  const rows = all("tbody tr[data-id]", list);
  list.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-id]");
    if (row && event.target.closest("a[href]")) {
      sessionStorage.setItem(name, JSON.stringify({ id: row.dataset.id, y: scrollY }));
      sessionStorage.setItem("last-list", location.pathname + location.search);
    }
  });
  const held = JSON.parse(sessionStorage.getItem(name) ?? "null");
  if (!held) return;
  sessionStorage.removeItem(name);
  const row = rows.find((one) => one.dataset.id === held.id);
  if (row) {
    row.classList.add("is-here");
    scrollTo(0, held.y);
  }
}
