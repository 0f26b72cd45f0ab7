// The pages before the house: show what is typed as a password, and say when capitals are locked.
for (const button of document.querySelectorAll("[data-show]")) {
  const input = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.setAttribute("aria-label", "显示密码");
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? "显示" : "隐藏";
    button.setAttribute("aria-pressed", String(!shown));
    button.setAttribute("aria-label", shown ? "显示密码" : "隐藏密码");
    input.focus();
  });
}
for (const note of document.querySelectorAll("[data-caps]")) {
  const input = document.getElementById(note.dataset.caps);
  input.addEventListener("keyup", (event) => (note.hidden = !event.getModifierState?.("CapsLock")));
  input.addEventListener("blur", () => (note.hidden = true));
}
// A password is never sent twice by an impatient second click.
for (const form of document.querySelectorAll(".before-form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
}
// What the server asks of a new password, ticked off while it is typed; the server alone decides.
for (const box of document.querySelectorAll("[data-rules-for]")) {
  const input = document.getElementById(box.dataset.rulesFor);
  const strength = box.querySelector("[data-strength]");
  const word = box.querySelector("[data-strength-word]");
  const draw = () => {
    const text = input.value.normalize("NFKC");
    let met = true;
    for (const line of box.querySelectorAll("[data-rule]")) {
      const reached = line.dataset.rule === "length" ? [...text].length : classes(text);
      const holds = reached >= Number(line.dataset.least);
      line.classList.toggle("is-met", holds);
      met = met && holds;
    }
    const level = !met ? 1 : variety(text) >= 70 ? 3 : 2;
    strength.hidden = !text;
    strength.dataset.strength = level;
    const said = { 1: "弱", 2: "中", 3: "强" }[level];
    // Said aloud only when it changes.
    if (text && word.textContent !== said) word.textContent = said;
  };
  input.addEventListener("input", draw);
  draw();
}
function classes(text) {
  return [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;
}
// Roughly the bits of a random password of these signs; repeated ones count once.
function variety(text) {
  const size = (/[A-Z]/.test(text) ? 26 : 0) + (/[a-z]/.test(text) ? 26 : 0) + (/[0-9]/.test(text) ? 10 : 0) + (/[^A-Za-z0-9]/.test(text) ? 32 : 0);
  return new Set(text).size * Math.log2(Math.max(size, 2));
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
