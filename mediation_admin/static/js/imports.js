// The upload of the import wizard: drop a file on the zone, and a chosen file is sent at once.
import { all, one } from "./page.js";

for (const form of all("[data-upload]")) {
  const input = one("[data-upload-file]", form);
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    one("[data-upload-said]", form).textContent = `正在上传 ${input.files[0].name}…`;
    form.submit();
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}
