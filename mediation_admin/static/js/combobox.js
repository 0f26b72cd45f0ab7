// A native <select data-combobox="address"> becomes a text field with a list; without JS the select remains.
import { all, ask } from "./page.js";

let serial = 0;

export function start(root) {
  for (const select of all("select[data-combobox]", root)) enhance(select);
}

export function enhance(select) {
  const id = `combo-${++serial}`;
  const box = document.createElement("div");
  box.className = "combo";
  const input = document.createElement("input");
  input.type = "text";
  input.autocomplete = "off";
  input.placeholder = select.dataset.placeholder ?? "输入文字查找";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" })) {
    input.setAttribute(name, value);
  }
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  input.id = `${select.id || id}-text`;
  if (label) {
    label.htmlFor = input.id;
    input.setAttribute("aria-label", label.firstChild.textContent.trim());
  }
  const list = document.createElement("ul");
  list.className = "combo-list";
  list.id = id;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "icon-btn combo-clear";
  clear.textContent = "×";
  clear.setAttribute("aria-label", "清除");
  clear.tabIndex = -1;
  select.before(box);
  select.hidden = true;
  box.append(input, clear, list, select);

  select.addEventListener("change", () => reset());

  let options = [];
  let active = -1;
  let timer = 0;
  let turn = 0;
  const chosen = () => (select.value ? select.selectedOptions[0]?.textContent ?? "" : "");
  const reset = () => {
    input.value = chosen();
    clear.hidden = !select.value;
  };
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (n) => {
    active = n;
    [...list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === n)));
    const line = list.children[n];
    if (line) {
      input.setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    }
  };
  const pick = (n) => {
    const option = options[n];
    if (!option) return;
    let held = [...select.options].find((one) => one.value === String(option.value));
    if (!held) {
      held = new Option(option.label, option.value);
      select.append(held);
    }
    select.value = String(option.value);
    close();
    reset();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const draw = (found) => {
    options = found;
    list.replaceChildren(
      ...found.map((option, n) => {
        const line = document.createElement("li");
        line.id = `${id}-${n}`;
        line.setAttribute("role", "option");
        const words = document.createElement("span");
        words.textContent = option.label;
        line.append(words);
        if (option.note) {
          const note = document.createElement("small");
          note.textContent = option.note;
          line.append(note);
        }
        return line;
      }),
    );
    if (!found.length) {
      const line = document.createElement("li");
      line.className = "combo-said";
      line.setAttribute("role", "option");
      line.setAttribute("aria-disabled", "true");
      line.textContent = "没有找到，请换个说法试试";
      list.append(line);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (found.length) mark(0);
  };
  const search = async () => {
    const mine = ++turn;
    const url = new URL(select.dataset.combobox, location.href);
    url.searchParams.set("q", input.value === chosen() ? "" : input.value.trim());
    try {
      const found = await (await ask(url)).json();
      if (mine === turn && document.activeElement === input) draw(found);
    } catch {
      close();
    }
  };
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (event.isComposing) return;
    timer = setTimeout(search, 120);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 60);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && search());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) search();
      else mark((active + (event.key === "ArrowDown" ? 1 : -1) + options.length) % Math.max(options.length, 1));
    } else if (event.key === "Enter" && !event.ctrlKey && !list.hidden && active >= 0) {
      event.preventDefault();
      event.stopPropagation();
      pick(active);
    } else if (event.key === "Tab" && !list.hidden && active >= 0 && input.value.trim() && input.value !== chosen()) {
      pick(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
      reset();
    }
  });
  input.addEventListener("blur", () => {
    setTimeout(() => {
      if (box.contains(document.activeElement)) return;
      close();
      if (!input.value.trim() && select.value) {
        select.value = "";
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      reset();
    }, 120);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const line = event.target.closest("li");
    if (line) pick([...list.children].indexOf(line));
  });
  clear.addEventListener("click", () => {
    select.value = "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    reset();
    input.focus();
  });
  select.addEventListener("change", reset);
  reset();
}
