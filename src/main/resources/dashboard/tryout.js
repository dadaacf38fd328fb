import { ask, buttons, follow } from "/ui/assets/follow.js";

const form = document.getElementById("try");
const code = document.getElementById("try-code");

/** The submission; limits that were not given are the site's. */
function submission() {
  const job = { language: form.elements.language.value, code: code.value };
  const stdin = document.getElementById("try-stdin").value;
  if (stdin) job.stdin = stdin;
  const tenant = form.elements.tenant?.value.trim();
  if (tenant) job.tenant = tenant;
  const sandbox = {};
  for (const field of form.querySelectorAll("[data-limit]")) {
    const value = field.value.trim();
    if (value) sandbox[field.dataset.limit] = isFinite(value) ? Number(value) : value;
  }
  if (Object.keys(sandbox).length) job.sandbox = sandbox;
  return job;
}

form?.addEventListener("submit", async (e) => {
  e.preventDefault();
  const run = document.getElementById("run");
  run.disabled = true;
  const job = await ask("POST", "", submission());
  run.disabled = false;
  if (job) follow(job.id);
});

code?.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    form.requestSubmit();
  }
});

if (form) buttons();
