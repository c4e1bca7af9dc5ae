// Which half of the page a narrow window shows.

/** Listens to the two buttons at the foot of a narrow window. */
export function begin() {
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => panel(button.dataset.show));
  }
}

/** Shows one half: `telegram` or `house`. A wide window shows both anyway. */
export function panel(name) {
  document.body.dataset.panel = name;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === name));
  }
}
