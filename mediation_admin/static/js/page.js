// Small things several modules need: fetch with our mark, messages, typing detection, what a person chose to keep.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export function csrf() {
  return one('input[name="csrf_token"]')?.value ?? "";
}

// A request of ours: the server answers 401 instead of redirecting when the session is over.
export async function ask(url, options = {}) {
  const headers = { "X-Requested-With": "fetch", ...(options.headers ?? {}) };
  if (options.method === "POST") headers["X-CSRFToken"] = csrf();
  const answer = await fetch(url, { credentials: "same-origin", ...options, headers });
  if (answer.status === 401) {
    document.dispatchEvent(new Event("signed-out"));
    const said = await answer.json().catch(() => ({}));
    toast(said.message ?? "登录已过期，请重新登录。", { tone: "warn", link: ["重新登录", said.sign_in ?? location.href] });
    throw new Error("signed out");
  }
  return answer;
}

export function toast(text, { tone = "good", link = null, seconds = 5 } = {}) {
  const box = one("#toasts");
  if (!box) return;
  const line = document.createElement("div");
  line.className = `banner banner-${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  if (link) {
    const more = document.createElement("a");
    more.href = link[1];
    more.textContent = link[0];
    words.append(" ", more);
  }
  line.append(words, closer(line));
  show(line, seconds);
}

function closer(line) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linklike";
  button.textContent = "关闭";
  button.addEventListener("click", () => line.remove());
  return button;
}

// Messages stay while the pointer or the focus is on them: nothing vanishes before it can be read.
export function show(line, seconds) {
  one("#toasts").append(line);
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (line.matches(":hover, :focus-within")) wait();
      else line.remove();
    }, seconds * 1000);
  };
  wait();
}

export function adoptToast(line) {
  line.append(closer(line));
  show(line, line.querySelector("form, a") ? 15 : 6);
}

// True while the person types, also inside an input method's composition: single keys must then be letters.
export function isTyping(event) {
  if (event.isComposing || event.keyCode === 229) return true;
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest('textarea, select, [contenteditable="true"]')) return true;
  const input = target.closest("input");
  return Boolean(input) && !["checkbox", "radio", "button", "submit"].includes(input.type);
}

export function kept(name, fallback = null) {
  try {
    return localStorage.getItem(name) ?? fallback;
  } catch {
    return fallback;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows may refuse; the choice then lasts for this page.
  }
}

export const isVisible = (element) => element.getClientRects().length > 0;
