// What was typed survives signing in again: kept in this tab only, per person and page, never passwords, codes, phones or
// identity numbers; erased on signing out, or when somebody else signs in.
import { all, keep, kept, one, toast } from "./page.js";
import { entries, fill, FORMS, isDirty, leaveQuietly } from "./forms.js";

const account = document.body.dataset.account;
const here = location.pathname + location.search;
const OUT = "was-out";

export function start() {
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".leave, .before-leave")) {
      erase(() => true);
      keep("left", String(Date.now())); // the other tabs hear of it
    } else if (account && event.target.matches(FORMS) && event.target.method === "post") {
      hold("submitted");
    }
  });
  addEventListener("storage", (event) => event.key === "left" && erase(() => true));
  document.addEventListener("signed-out", () => goneOut());
  if (one("[data-sign-in]")) sessionStorage.setItem(OUT, "1");
  if (account) comeBack();
}

// The session is over while the page is still open: keep what is not saved, and let the person go without a question.
export function goneOut() {
  hold("expired");
  leaveQuietly();
}

function name(path) {
  return `kept:${account}:${path}`;
}

function names() {
  return Object.keys(sessionStorage).filter((key) => /^(kept|draft):/.test(key));
}

function erase(which) {
  for (const key of names()) if (which(key)) sessionStorage.removeItem(key);
  sessionStorage.removeItem(OUT);
  sessionStorage.removeItem("counts");
}

function hold(why) {
  if (!account) return;
  const forms = all(FORMS);
  const values = forms.map((form) => (isDirty(form) ? entries(form) : null));
  if (!values.some(Boolean)) return;
  try {
    sessionStorage.setItem(name(here), JSON.stringify({ why, path: here, values }));
  } catch {
    // More than a tab may keep: nothing is kept, as without this module.
  }
}

function comeBack() {
  // Somebody else sits here now.
  if (names().some((key) => key.startsWith("kept:") && !key.startsWith(`kept:${account}:`))) erase(() => true);
  const mine = names().filter((key) => key.startsWith(`kept:${account}:`));
  const wasOut = sessionStorage.getItem(OUT) !== null;
  const record = JSON.parse(sessionStorage.getItem(name(here)) ?? "null");
  if (record && (wasOut || record.why === "expired")) {
    sessionStorage.removeItem(name(here));
    sessionStorage.removeItem(OUT);
    all(FORMS).forEach((form, at) => record.values[at] && fill(form, record.values[at]));
    toast("已恢复退出登录前填写的内容，请核对后保存。为保护个人信息，密码、手机号和证件号没有保留，请补填。", { seconds: 15 });
    return;
  }
  if (wasOut && mine.length) {
    const path = JSON.parse(sessionStorage.getItem(mine[0])).path;
    toast("您退出登录前填写的内容还在。", { tone: "info", link: ["继续填写", path], seconds: 30 });
    return;
  }
  // What was submitted has arrived.
  sessionStorage.removeItem(OUT);
  for (const key of mine) if (JSON.parse(sessionStorage.getItem(key)).why === "submitted") sessionStorage.removeItem(key);
}

// The last sign of life in any tab. A private window keeps nothing: then this tab's own counts.
let alive = Date.now();
export const aliveAt = () => Math.max(alive, Math.min(Number(kept("alive") ?? 0), Date.now()));
export function sayAlive() {
  alive = Date.now();
  keep("alive", String(alive));
}
