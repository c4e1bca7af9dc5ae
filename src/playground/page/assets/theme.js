// Dark or light: as the system has it, or as one chose.

import { $ } from "./dom.js";

/** Takes over what was chosen before, and listens to the choice. */
export function begin() {
  const choose = $("theme");
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    choose.value = theme;
  };
  show(localStorage.getItem("theme") ?? "auto");
  choose.addEventListener("change", () => {
    localStorage.setItem("theme", choose.value);
    show(choose.value);
  });
}
