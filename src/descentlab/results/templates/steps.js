
// Goes through steps: buttons, the list, keys, and the columns of the drawing.
function goThrough(part) {
  const steps = [...part.querySelectorAll(".step")];
  const links = [...part.querySelectorAll(".phases a")];
  const scenes = steps.map((step) => (step.dataset.scene ? JSON.parse(step.dataset.scene) : null));
  const stage = part.querySelector(".stage svg");
  const nav = part.querySelector(".step-nav");
  const last = steps.length - 1;
  let at = 0;

  const draw = (scene) => {
    if (!stage || !scene) return;
    stage.classList.toggle("is-mean", scene.isMean);
    for (const each of stage.querySelectorAll("[data-column]")) {
      const column = +each.dataset.column;
      // The derivative by a column's activations is known once the weights behind it are done.
      const from = each.classList.contains("column") ? scene.backFrom - 1 : scene.backFrom;
      each.classList.toggle("is-forward", column <= scene.forwardTo);
      each.classList.toggle("is-back", column >= from);
      each.classList.toggle("is-lit", column === scene.lit);
    }
    const lit = stage.querySelector(".is-lit");
    if (!lit) return;
    const box = stage.parentElement, place = lit.getBoundingClientRect(), frame = box.getBoundingClientRect();
    box.scrollLeft += place.left + place.width / 2 - frame.left - frame.width / 2;
  };
  const show = (index, isAsked = true) => {
    at = Math.max(0, Math.min(last, index));
    steps.forEach((step, k) => step.classList.toggle("is-shown", k === at));
    links.forEach((link, k) => {
      link.classList.toggle("is-past", k < at);
      if (k === at) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    for (const button of part.querySelectorAll("[data-move]")) {
      const isEnd = ["first", "back"].includes(button.dataset.move) ? at === 0 : at === last;
      button.setAttribute("aria-disabled", isEnd);
    }
    part.querySelector("[data-at]").textContent = at + 1;
    part.style.setProperty("--nav", nav.offsetHeight + "px");
    draw(scenes[at]);
    const list = links[at].closest(".phases"), link = links[at].getBoundingClientRect(), row = list.getBoundingClientRect();
    list.scrollLeft += link.left + link.width / 2 - row.left - row.width / 2;
    if (!isAsked) return;
    part.querySelector("[data-status]").textContent =
      `Step ${at + 1} of ${steps.length}: ${links[at].closest(".phases > li").firstElementChild.textContent}, ` +
      steps[at].querySelector(".step-title").textContent;
    history.replaceState(null, "", "#" + steps[at].id);
    // Deep in a long step, the next one would begin above the window.
    if (steps[at].getBoundingClientRect().top < nav.offsetHeight && nav.getBoundingClientRect().top <= 0) {
      steps[at].scrollIntoView({ block: "start" });
    }
  };
  const moves = { first: () => show(0), back: () => show(at - 1), on: () => show(at + 1), last: () => show(last) };
  const keys = { ArrowLeft: moves.back, ArrowRight: moves.on, Home: moves.first, End: moves.last };
  // Charts, tables that scroll and fields have their own use for these keys.
  const isTaken = (target) => target.closest("svg[tabindex], [tabindex='0'], input, select, textarea");
  const isInside = (target) => part.contains(target) && target !== document.body;

  part.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]"), link = event.target.closest(".phases a");
    const column = event.target.closest(".column");
    if (button && button.getAttribute("aria-disabled") !== "true") moves[button.dataset.move]();
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show(links.indexOf(link));
    }
    if (column) {
      const about = scenes.map((scene, k) => (scene && scene.lit === +column.dataset.column ? k : -1)).filter((k) => k >= 0);
      const after = about.find((k) => k > at);
      if (about.length) show(after === undefined ? about[0] : after);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const isArrow = event.key.startsWith("Arrow");
    if (isTaken(event.target) || (!isArrow && !isInside(event.target))) return;
    event.preventDefault();
    keys[event.key]();
  });
  const asked = steps.findIndex((step) => "#" + step.id === location.hash);
  show(asked >= 0 ? asked : +part.dataset.steps, false);
  window.addEventListener("hashchange", () => {
    const found = steps.findIndex((step) => "#" + step.id === location.hash);
    if (found >= 0) show(found, false);
  });
}

document.querySelectorAll("[data-steps]").forEach(goThrough);
