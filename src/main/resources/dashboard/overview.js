/* global Chart */
import { listen } from "/ui/assets/events.js";

const places = new Map([...document.querySelectorAll("[data-chart]")].map((place) => [place.dataset.chart, place]));
let charts = new Map();
let last;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function duration(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Of each line its name, its colour and the member of the figures that it shows. */
const LINES = {
  results: [["Results", "--one", "results"]],
  latency: [["Median", "--one", "median_ms"], ["95 of 100", "--two", "p95_ms"]],
};

function chart(name) {
  const axis = { ticks: { color: colour("--soft"), maxRotation: 0, autoSkipPadding: 24 }, grid: { color: colour("--line") } };
  const ticks = name === "latency" ? { ...axis.ticks, callback: duration } : { ...axis.ticks, precision: 0 };
  return new Chart(places.get(name), {
    type: "line",
    data: {
      labels: [],
      datasets: LINES[name].map(([label, line]) => ({
        label, data: [], borderColor: colour(line), backgroundColor: colour(line), borderWidth: 2, pointRadius: 2, spanGaps: true,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { display: false } },
      scales: { x: axis, y: { ...axis, ticks, beginAtZero: true } },
    },
  });
}

function draw(now) {
  if (!places.size || !now.minutes.length) return;
  if (!charts.size) charts = new Map([...places.keys()].map((name) => [name, chart(name)]));
  const labels = now.minutes.map((second) => new Date(second * 1000).toISOString().slice(11, 16));
  charts.forEach((drawn, name) => {
    drawn.data.labels = labels;
    LINES[name].forEach(([, , member], i) => (drawn.data.datasets[i].data = now[member]));
    drawn.update();
  });
}

/** In the colours of the other scheme. */
function again() {
  charts.forEach((drawn) => drawn.destroy());
  charts = new Map();
  if (last) draw(last);
}

/** Only what has changed is touched, so that focus, selection and scrolling stay where they are. */
function replace(html) {
  const rendered = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of rendered.querySelectorAll("[data-live]")) {
    const old = document.querySelector(`[data-live="${fresh.dataset.live}"]`);
    if (!old || old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) continue;
    old.replaceChildren(...fresh.childNodes);
  }
}

// Where scripts run the figures stand with their charts.
const figures = document.querySelector('[data-live="pace"]');
if (figures) document.querySelector('[data-place="pace"]').replaceChildren(figures);

listen("/ui/overview/events", {
  overview: (e) => {
    last = JSON.parse(e.data);
    replace(last.html);
    draw(last);
  },
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
