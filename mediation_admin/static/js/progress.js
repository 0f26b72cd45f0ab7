// The progress of a job: asked every second, slower when it takes long; the page may be left at any time.
import { all, ask, one } from "./page.js";

export function start() {
  for (const box of all("[data-progress]")) follow(box);
}

function follow(box) {
  const bar = one("progress", box);
  let wait = 700;
  const step = async () => {
    try {
      const answer = await ask(box.dataset.progress);
      const job = await answer.json();
      draw(job);
      if (job.finished) return finish(job);
    } catch {
      one("[data-message]", box).textContent = "暂时取不到进度，正在重试…";
    }
    wait = Math.min(wait * 1.15, 4000);
    setTimeout(step, wait);
  };
  const draw = (job) => {
    if (job.label) one("[data-label]", box).textContent = job.label;
    if (job.percent === null || job.percent === undefined) bar.removeAttribute("value");
    else bar.value = job.percent;
    const figure = job.total ? `${Number(job.done).toLocaleString()} / ${Number(job.total).toLocaleString()}` : "";
    one("[data-figure]", box).textContent = [figure, job.percent != null ? `${job.percent}%` : ""].filter(Boolean).join(" · ");
    const words = one("[data-message]", box);
    if (job.message && words.textContent !== job.message) words.textContent = job.message;
  };
  const finish = (job) => {
    bar.value = job.ok === false ? 0 : 100;
    const next = job.url ?? box.dataset.then;
    box.classList.add(job.ok === false ? "is-failed" : "is-done");
    if (job.ok !== false && next) location.assign(next);
    else if (!next) setTimeout(() => location.reload(), 300);
  };
  step();
}
