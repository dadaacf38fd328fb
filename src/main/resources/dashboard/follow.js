// What a program wrote is only ever put into a page as text. What the server renders itself, and
// escapes, may be markup: it comes from /ui/jobs/ID/detail alone.

import { listen } from "/ui/assets/events.js";

/** Characters of a stream that are shown as they come; all that was kept is shown at the end. */
const MOST = 200_000;

const BACK = "/ui/v1/jobs";

/** Escape sequences are left out; what is invisible or changes the order of text is named. */
export function visible(text) {
  return text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, "")
    .replace(/\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)/g, "")
    .replace(/\r\n/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/(?![\u200c\u200d\n\t])[\p{Cf}\p{Cc}\p{Zl}\p{Zp}]/gu, (c) => "[U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");
}

/** One of a program's streams, in the place where it is shown. */
class Stream {
  constructor(place) {
    this.place = place;
    this.clear();
  }

  clear() {
    this.place.textContent = "";
    this.decoder = new TextDecoder();
    this.rest = "";
    this.shown = 0;
  }

  add(data) {
    if (this.shown > MOST) return;
    const more = data.text === undefined ? this.decoder.decode(bytes(data.base64), { stream: true }) : data.text;
    const text = this.rest + more;
    // A sequence that is cut in two is one all the same.
    const cut = text.search(/(?:\x1b(?:\[[0-?]*[ -/]*)?|\r)$/);
    this.rest = cut < 0 ? "" : text.slice(cut);
    const atEnd = this.place.scrollTop + this.place.clientHeight >= this.place.scrollHeight - 4;
    const shown = visible(cut < 0 ? text : text.slice(0, cut));
    this.place.append(shown);
    this.shown += shown.length;
    if (this.shown > MOST) this.place.append("\n… there is more; the end of the job shows what was kept.");
    if (atEnd) this.place.scrollTop = this.place.scrollHeight;
  }
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

const byId = (id) => document.getElementById(id);

/** Says what went wrong, field by field where it is a field's. */
export function trouble(problem) {
  const place = byId("trouble");
  const lines = problem.errors ? problem.errors.map((e) => `${e.pointer}: ${e.detail}`) : [problem.detail];
  place.replaceChildren(
    ...lines.map((line) => {
      const p = document.createElement("p");
      p.textContent = line;
      return p;
    }),
  );
  place.hidden = false;
}

/** Asks the API; what it refuses is told, and answered with null. */
export async function ask(method, path, document) {
  byId("trouble").hidden = true;
  try {
    const answer = await fetch(BACK + path, {
      method,
      headers: document ? { "Content-Type": "application/json" } : {},
      body: document && JSON.stringify(document),
    });
    const body = await answer.json();
    if (answer.ok) return body;
    trouble(answer.status === 401 ? { detail: "You are no longer signed in: load the page again." } : body);
  } catch {
    trouble({ detail: "The server cannot be reached: try again." });
  }
  return null;
}

/** Puts the job as it stands into the page, unless the page has gone on to another one meanwhile. */
async function refresh(id, wanted) {
  const answer = await fetch(`/ui/jobs/${id}/detail`, { redirect: "error" });
  if (!answer.ok) return;
  const rendered = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!wanted()) return;
  const place = byId("detail");
  const focused = place.contains(document.activeElement) && document.activeElement !== place;
  place.replaceChildren(...rendered.body.childNodes);
  if (focused) place.focus();
}

let current;

/** Follows a job to its end: its output as it comes, its state, and at last its result. */
export function follow(id) {
  current?.close();
  const live = byId("live");
  const streams = { stdout: new Stream(byId("live-stdout")), stderr: new Stream(byId("live-stderr")) };
  const clear = () => Object.values(streams).forEach((s) => s.clear());
  const wanted = () => current === events;
  let told = Promise.resolve();
  function state(e) {
    const job = JSON.parse(e.data);
    const ended = Boolean(job.finished_at);
    if (ended) events.close();
    live.hidden = ended || job.state !== "RUNNING";
    // One after the other, so that an older answer never comes over a newer one.
    told = told
      .then(() => refresh(id, wanted))
      .catch(() => wanted() && trouble({ detail: "The server cannot be reached: load the page again." }))
      .then(() => {
        if (!wanted()) return;
        const verdict = byId("verdict");
        byId("status").textContent = ended && verdict ? `${job.state}: ${verdict.textContent}` : job.state;
      });
  }
  const events = listen(
    `${BACK}/${id}/events`,
    {
      // A program may be silent for long.
      open: () => {},
      stdout: (e) => streams.stdout.add(JSON.parse(e.data)),
      stderr: (e) => streams.stderr.add(JSON.parse(e.data)),
      attempt: clear,
      state,
    },
    clear,
  );
  current = events;
}

/** Makes the buttons of a job work. */
export function buttons() {
  document.addEventListener("click", async (e) => {
    const button = e.target.closest("button[data-action]");
    if (!button) return;
    button.disabled = true;
    const id = button.dataset.job;
    if (button.dataset.action === "cancel") {
      if (await ask("DELETE", `/${id}`)) byId("status").textContent = "is being cancelled";
    } else {
      const fresh = await ask("POST", `/${id}:rerun`);
      if (fresh) location.assign(`/ui/jobs/${fresh.id}`);
    }
    button.disabled = false;
  });
}
