import { buttons, follow } from "/ui/assets/follow.js";

const detail = document.getElementById("detail");
buttons();
if (detail.querySelector("[data-ended]").dataset.ended === "false") follow(detail.dataset.job);
