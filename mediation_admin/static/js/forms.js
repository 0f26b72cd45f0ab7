// Forms: focus on the error summary, Ctrl+Enter, rows added and removed, leaving with unsaved changes, drafts in the tab.
import { all, one } from "./page.js";
import { enhance } from "./combobox.js";

// data-guard and data-save are the marks of forms that are drawn by hand.
export const FORMS = "form[data-form], form[data-guard]";
const SAVE = "[data-submit], [data-save]";

export function start() {
  const summary = one("[data-summary]");
  summary?.focus();
  summary?.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    const target = field.matches("input, select, textarea, button") ? field : one("input, select, textarea", field);
    const shown = target?.closest(".combo")?.querySelector("input") ?? target;
    shown?.focus();
    shown?.scrollIntoView({ block: "center" });
  });
  for (const form of all(FORMS)) one_form(form);
  document.addEventListener("change", identity);
  // Outside of any form Ctrl+Enter means the page's own one, if there is exactly one that can be saved.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("form, dialog")) return;
    const forms = all(FORMS).filter((form) => one(SAVE, form));
    if (forms.length === 1) forms[0].requestSubmit(one(SAVE, forms[0]));
  });
}

const touched = new WeakSet();
let asks = true;

export const isDirty = (form) => touched.has(form) || Boolean(form.querySelector(".has-error"));
export const leaveQuietly = () => (asks = false);

// What a browser may keep of a form: neither secrets nor what names a person beyond doubt.
const SENSITIVE = "[type=password], [type=file], [type=hidden], [inputmode=tel], [data-secret], [data-sensitive], [data-id-number], [autocomplete=one-time-code]";

// (name, value, words of a chosen option) of every field that may be kept.
export function entries(form) {
  const found = [];
  for (const field of form.elements) {
    if (!field.name || field.matches(SENSITIVE) || field.matches("button, fieldset")) continue;
    if (["checkbox", "radio"].includes(field.type)) {
      if (field.checked) found.push([field.name, field.value]);
    } else if (field.matches("select")) {
      for (const option of field.selectedOptions) found.push([field.name, option.value, option.textContent]);
    } else found.push([field.name, field.value]);
  }
  return found;
}

function one_form(form) {
  let dirty = Boolean(form.querySelector(".has-error"));
  let leaving = false;
  const touch = () => {
    dirty = true;
    touched.add(form);
  };
  form.addEventListener("input", touch);
  form.addEventListener("change", touch);
  form.addEventListener("submit", (event) => {
    leaving = true;
    const button = event.submitter;
    // A second click must not save twice; the button comes back if the person returns by the browser's back.
    setTimeout(() => button?.setAttribute("aria-busy", "true"));
    setTimeout(() => button?.removeAttribute("aria-busy"), 8000);
  });
  addEventListener("pageshow", () => {
    leaving = false;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  });
  addEventListener("beforeunload", (event) => {
    if (asks && dirty && !leaving && form.querySelector(SAVE)) event.preventDefault();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      const submit = one(SAVE, form);
      if (submit) form.requestSubmit(submit);
    }
    // Enter in a text field must not press the first submit button, which may be one of a row.
    if (event.key === "Enter" && !event.ctrlKey && event.target.matches("input:not([type=checkbox], [type=radio])")) {
      const first = one('button[type="submit"]', form);
      if (first && (first.dataset.addRow !== undefined || first.dataset.removeRow !== undefined)) {
        event.preventDefault();
        if (!event.isComposing && event.keyCode !== 229) one(SAVE, form)?.click();
      }
    }
  });
  for (const part of all("[data-repeat]", form)) repeat(part);
  if (form.dataset.draft) draft(form, touch);
}

function repeat(part) {
  const name = part.dataset.repeat;
  part.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    if (add) {
      const rows = all(":scope > [data-repeat-row]", part);
      const sample = rows.at(-1);
      if (!sample) return;
      event.preventDefault();
      const row = sample.cloneNode(true);
      for (const combo of all(".combo", row)) combo.replaceWith(one("select", combo));
      for (const input of all("input, select, textarea", row)) clear(input);
      for (const error of all(".field-error", row)) error.remove();
      for (const field of all(".has-error", row)) field.classList.remove("has-error");
      sample.after(row);
      number(part, name);
      for (const select of all("select[data-combobox]", row)) enhance(select);
      one("input:not([type=hidden]), select, textarea", row)?.focus();
    }
    if (remove) {
      const rows = all(":scope > [data-repeat-row]", part);
      event.preventDefault();
      const row = remove.closest("[data-repeat-row]");
      if (rows.length > Math.max(1, Number(part.dataset.min))) {
        const near = row.previousElementSibling ?? row.nextElementSibling;
        row.remove();
        number(part, name);
        one("input:not([type=hidden])", near)?.focus();
      } else {
        for (const input of all("input, select, textarea", row)) clear(input);
      }
    }
  });
}

function clear(input) {
  input.hidden = false;
  input.removeAttribute("aria-invalid");
  if (input.type === "checkbox" || input.type === "radio") input.checked = input.defaultChecked && input.type === "radio";
  else if (input.matches("select")) input.selectedIndex = 0;
  else input.value = "";
}

// Rows are numbered again, so that the server reads them as one list without holes.
function number(part, name) {
  const old = new RegExp(`^((?:remove:)?${name.replace(/[-/\\^$*+?.()|[\]{}]/g, "\\$&")}[-:])\\d+`);
  all(":scope > [data-repeat-row]", part).forEach((row, n) => {
    for (const element of all("[name], [id], [for], [aria-describedby], [aria-labelledby]", row)) {
      for (const attribute of ["name", "id", "for", "aria-describedby", "aria-labelledby"]) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(old, `$1${n}`));
      }
    }
    const shown = one("[data-row-number]", row);
    if (shown) shown.textContent = String(n + 1);
  });
  const rows = all(":scope > [data-repeat-row]", part);
  for (const button of all("[data-remove-row]", part)) button.hidden = rows.length <= Number(part.dataset.min);
  const add = one("[data-add-row]", part);
  if (add && part.dataset.max) add.hidden = rows.length >= Number(part.dataset.max);
}

// A draft lives in this browser tab only and goes when the form is saved or the tab is closed.
function draft(form, touched) {
  const name = `draft:${form.dataset.draft}:${location.pathname}`;
  const said = one("[data-draft-said]", form);
  const held = sessionStorage.getItem(name);
  const fresh = !one("[data-summary]") && !form.querySelector(".has-error");
  if (held && fresh) {
    const values = JSON.parse(held);
    if (said) {
      const restore = document.createElement("button");
      restore.type = "button";
      restore.className = "linklike";
      restore.textContent = "恢复上次未保存的内容";
      restore.addEventListener("click", () => {
        fill(form, values);
        said.textContent = "已恢复";
        touched();
      });
      said.replaceChildren(restore);
    }
  }
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      sessionStorage.setItem(name, JSON.stringify(entries(form)));
      if (said) said.textContent = "草稿已暂存在本页";
    }, 800);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    // If the server refuses, it sends the text back itself.
    sessionStorage.removeItem(name);
  });
}

export function fill(form, values) {
  const groups = new Map();
  const words = new Map();
  for (const [key, value, word] of values) {
    groups.set(key, [...(groups.get(key) ?? []), value]);
    if (word) words.set(`${key}=${value}`, word);
  }
  for (const part of all("[data-repeat]", form)) {
    const wanted = new Set([...groups.keys()].map((key) => key.match(new RegExp(`^${part.dataset.repeat}-(\\d+)`))?.[1]).filter(Boolean)).size;
    while (all(":scope > [data-repeat-row]", part).length < wanted) one("[data-add-row]", part).click();
  }
  for (const [key, list] of groups) {
    for (const input of all(`[name="${CSS.escape(key)}"]`, form)) {
      if (input.type === "checkbox" || input.type === "radio") input.checked = list.includes(input.value);
      else if (!input.matches(SENSITIVE)) {
        const value = list.shift() ?? "";
        // A list that is looked up has only the option that was chosen.
        if (input.matches("select") && value && ![...input.options].some((option) => option.value === value)) {
          input.append(new Option(words.get(`${input.name}=${value}`) ?? value, value));
        }
        input.value = value;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  }
}

// An ID number fills birth date and sex beside it, if those fields are there and empty.
function identity(event) {
  if (!event.target.matches?.("[data-id-number]")) return;
  const number = event.target.value.normalize("NFKC").trim().toUpperCase();
  if (!/^\d{17}[\dX]$/.test(number)) return;
  const scope = event.target.closest("[data-repeat-row], form");
  const find = (end) => all("input, select", scope).find((field) => field.name.replace(/.*-/, "") === end);
  const birth = find("birth_date") ?? find("born_on") ?? find("birthday");
  if (birth && !birth.value) birth.value = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  const sex = find("sex") ?? find("gender");
  const wanted = Number(number[16]) % 2 ? ["male", "男", "m"] : ["female", "女", "f"];
  if (sex?.matches("select") && !sex.value) sex.value = [...sex.options].find((o) => wanted.includes(o.value.toLowerCase()))?.value ?? "";
}
