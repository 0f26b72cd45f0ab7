// Whole numbers on demand: a reason in a small dialog, the values in place for a minute, then masked again.
import { all, ask, one } from "./page.js";

let waiting = null;

export function start() {
  const dialog = one("#reveal");
  if (!dialog) return;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-reveal]")) {
      event.preventDefault();
      if (form.dataset.shown) hide(form);
      else open(dialog, form);
    }
    if (form.matches("[data-reveal-form]")) {
      event.preventDefault();
      look(dialog, form);
    }
  });
  dialog.addEventListener("keydown", (event) => {
    // 1 to 6 pick a reason.
    if (event.target.type === "text" || event.ctrlKey || event.metaKey || event.altKey) return;
    const reason = all("[name=reason]", dialog)[Number(event.key) - 1];
    if (reason) reason.click();
  });
}

async function open(dialog, form) {
  waiting = form;
  one("[data-reveal-form]", dialog).reset();
  one("[data-reveal-said]", dialog).textContent = "";
  one("[data-reveal-left]", dialog).textContent = "";
  dialog.showModal();
  one("[name=reason]", dialog).focus();
  const said = await send(form, new FormData());
  if (said?.left_words) one("[data-reveal-left]", dialog).textContent = said.left_words;
}

async function look(dialog, form) {
  const reason = one("[name=reason]:checked", form);
  const note = one("[name=note]", form);
  const line = one("[data-reveal-said]", dialog);
  if (!reason) {
    line.textContent = "请选择查看的理由。";
    one("[name=reason]", form).focus();
    return;
  }
  if ("revealOther" in reason.dataset && note.value.trim().length < 2) {
    line.textContent = "请写明是什么理由。";
    note.focus();
    return;
  }
  const data = new FormData();
  data.set("reason", reason.value);
  data.set("note", note.value);
  const said = await send(waiting, data);
  if (!said?.values) {
    line.textContent = said?.message ?? "没有取到内容，请检查网络后再试。";
    return;
  }
  dialog.close();
  show(waiting, said);
}

async function send(form, data) {
  for (const field of all("input[type=hidden]", form)) data.set(field.name, field.value);
  try {
    const answer = await ask(form.action, { method: "POST", body: data });
    return await answer.json();
  } catch {
    return null;
  }
}

function show(form, said) {
  const scope = form.closest("dl > div") ?? form.closest(".card") ?? document;
  const held = [];
  for (const place of all("[data-secret]", scope)) {
    const value = said.values[place.dataset.secret];
    if (value === undefined) continue;
    held.push([place, [...place.childNodes]]);
    place.replaceChildren(value);
    place.classList.add("is-revealed");
  }
  const button = one("button[type=submit]", form);
  const words = button.innerHTML;
  let left = said.seconds;
  const status = document.createElement("span");
  status.className = "sr";
  status.setAttribute("role", "status");
  status.textContent = `已显示完整信息，${left} 秒后隐藏。`;
  form.append(status);
  const tell = () => { button.textContent = `隐藏（${left} 秒）`; };
  tell();
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0) hide(form);
    else tell();
  }, 1000);
  form.dataset.shown = "1";
  form.hideSecrets = () => {
    clearInterval(timer);
    for (const [place, nodes] of held) {
      place.replaceChildren(...nodes);
      place.classList.remove("is-revealed");
    }
    button.innerHTML = words;
    status.remove();
    delete form.dataset.shown;
  };
  // Leaving the page, even for its copy in the browser's memory, masks them again.
  addEventListener("pagehide", form.hideSecrets, { once: true });
}

function hide(form) {
  form.hideSecrets?.();
}
