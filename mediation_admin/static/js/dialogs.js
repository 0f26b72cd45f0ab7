// Dialogs: the confirmation of what cannot be undone, and closing any of them with focus back where it was.
import { all, one } from "./page.js";

export function start() {
  for (const dialog of all("dialog")) {
    let opener = null;
    const open = dialog.showModal.bind(dialog);
    dialog.showModal = () => {
      opener = document.activeElement;
      open();
    };
    dialog.addEventListener("close", () => opener?.isConnected && opener.focus());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog && dialog.id !== "idle") dialog.close();
      if (event.target.closest("[data-close]")) dialog.close();
    });
  }
  one("[data-help-open]")?.addEventListener("click", () => one("#keys").showModal());
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const words = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    const dialog = one("#confirm");
    if (!words || form.dataset.confirmed || !dialog) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    one("[data-confirm-text]", dialog).textContent = words;
    const yes = one("[data-confirm-yes]", dialog);
    yes.textContent = event.submitter?.textContent.trim() || "确认";
    yes.classList.toggle("is-danger", Boolean(form.dataset.danger) || event.submitter?.classList.contains("is-danger"));
    yes.onclick = () => {
      form.dataset.confirmed = "1";
      dialog.close();
      form.requestSubmit(event.submitter ?? undefined);
    };
    dialog.showModal();
  }, true);
}
