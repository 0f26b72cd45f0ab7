// Small panels made of <details>: one open at a time, closed by Escape or a click elsewhere, never cut off by a table.
import { all } from "./page.js";

const ANY = "details[data-pop], details[data-pick]";

export function start() {
  document.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (!details.matches?.(ANY) || !details.open) return;
      for (const other of all(ANY)) if (other !== details && !other.contains(details)) other.open = false;
      place(details);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    for (const details of all(ANY)) if (details.open && !details.contains(event.target)) details.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const details = all(ANY).find((one) => one.open);
    if (!details) return;
    details.open = false;
    details.querySelector("summary").focus();
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  addEventListener("scroll", (event) => {
    if (event.target.closest?.(".pop, .pick-list")) return;
    for (const details of all("details[data-pop]")) if (details.open && details.closest(".scroll")) details.open = false;
  }, true);
  document.addEventListener("change", (event) => {
    const pick = event.target.closest?.("[data-pick]");
    if (!pick) return;
    const chosen = all("input:checked", pick).map((box) => box.nextElementSibling.textContent);
    pick.querySelector("[data-pick-label]").textContent = chosen.join("、") || "全部";
  });
}

function place(details) {
  const pop = details.querySelector(".pop");
  if (!pop || !details.closest(".scroll")) return;
  pop.classList.add("is-fixed");
  const edge = details.querySelector("summary").getBoundingClientRect();
  pop.style.left = `${Math.max(8, Math.min(edge.right - pop.offsetWidth, innerWidth - pop.offsetWidth - 8))}px`;
  const below = edge.bottom + 4;
  pop.style.top = `${below + pop.offsetHeight < innerHeight - 8 ? below : Math.max(8, edge.top - pop.offsetHeight - 4)}px`;
}
