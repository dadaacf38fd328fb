// A browser tries again by itself when a connection was lost, and never after an answer other than
// 200, such as that of a server that is being started, or of a proxy before it.

/** Milliseconds until the next try. */
const AGAIN = 5_000;

/** Tries without any event, after which it is given up: about ten minutes. */
const MOST_TRIES = 120;

const NOT_NOW = "Not updated at the moment: the server cannot be reached. This page tries again.";
const NO_MORE = "Not updated any more: the server could not be reached for long. Load the page again.";

/**
 * Listens to events of the server, also after it was away, and tells in #stale while they do not come.
 * `handlers` has a function for each kind; `anew` is called before all events come from the first on.
 *
 * A page that nobody sees has no stream: a browser has six connections to a server for all its tabs, and seven
 * that listened would keep every page from loading. It listens again when it is seen.
 */
export function listen(path, handlers, anew = () => {}) {
  const note = document.getElementById("stale");
  let source;
  let timer;
  let failures = 0;

  // What is the same is not said twice.
  const say = (text) => note.textContent === text || (note.textContent = text);

  function open() {
    anew();
    source = new EventSource(path);
    source.addEventListener("error", failed);
    for (const [kind, handle] of Object.entries(handlers)) {
      source.addEventListener(kind, (e) => {
        failures = 0;
        say("");
        handle(e);
      });
    }
  }

  function failed() {
    failures++;
    const over = source.readyState === EventSource.CLOSED;
    // A stream may end at any time; only one that does not come back is worth a word.
    if (over || failures > 1) say(NOT_NOW);
    if (!over) return;
    if (failures < MOST_TRIES) timer = setTimeout(open, AGAIN);
    else say(NO_MORE);
  }

  function pause() {
    clearTimeout(timer);
    source?.close();
  }

  function seen() {
    pause();
    if (document.visibilityState === "visible" && failures < MOST_TRIES) open();
  }

  document.addEventListener("visibilitychange", seen);
  seen();
  return {
    close() {
      document.removeEventListener("visibilitychange", seen);
      pause();
      say("");
    },
  };
}
