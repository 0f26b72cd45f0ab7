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
