"use strict";

// Reads a chart's numbers out under the pointer, or by the arrow keys when the chart has the focus.
function readOut(figure) {
  const svg = figure.querySelector("svg");
  const numbers = JSON.parse(figure.querySelector(".numbers").textContent);
  const cursor = svg.querySelector(".cursor");
  const epoch = figure.querySelector("[data-epoch]");
  const lines = figure.querySelectorAll("[data-line]");
  const last = numbers.x.length - 1;
  let at = last;

  const add = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    cursor.append(element);
  };
  const panel = () => [...svg.querySelectorAll(".panel")].find((p) => getComputedStyle(p).display !== "none");
  const place = (axis, value) => {
    const along = axis.kind === "log" ? Math.log10 : Number;
    const share = (along(value) - along(+axis.low)) / (along(+axis.high) - along(+axis.low));
    return +axis.start + share * (axis.end - axis.start);
  };
  const show = (index) => {
    at = Math.max(0, Math.min(last, index));
    const axis = panel().dataset;
    cursor.replaceChildren();
    add("line", { x1: numbers.x[at], x2: numbers.x[at], y1: axis.start, y2: axis.end });
    epoch.textContent = numbers.labels[at];
    numbers.lines.forEach((line, k) => {
      lines[k].textContent = line.text[at];
      const y = line.y[at] === null ? NaN : numbers.isPlaced ? line.y[at] : place(axis, line.y[at]);
      if (Number.isFinite(y)) add("circle", { cx: numbers.x[at], cy: y, r: 4, class: "dot " + line.style });
    });
  };
  const rest = () => {
    show(last);
    cursor.replaceChildren();
  };
  const follow = (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    let near = 0;
    numbers.x.forEach((place, k) => {
      if (Math.abs(place - x) < Math.abs(numbers.x[near] - x)) near = k;
    });
    show(near);
  };
  const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };

  svg.setAttribute("tabindex", "0");
  figure.querySelector(".reading").setAttribute("aria-live", "polite");
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  svg.addEventListener("pointerleave", rest);
  svg.addEventListener("focus", () => { if (svg.matches(":focus-visible")) show(at); });
  svg.addEventListener("blur", rest);
  svg.addEventListener("keydown", (event) => {
    if (!(event.key in step)) return;
    event.preventDefault();
    show(at + step[event.key]);
  });
  figure.addEventListener("change", () => cursor.replaceChildren());
}

// Opens the examples behind a cell of the confusion matrix in place, where the link alone would scroll to them.
function openCells(layout) {
  const open = (key) => {
    const chosen = document.getElementById(key);
    if (!chosen || !chosen.classList.contains("cell")) return null;
    for (const cell of layout.querySelectorAll(".cell")) cell.classList.toggle("is-open", cell === chosen);
    for (const link of layout.querySelectorAll("td a")) {
      if (link.hash === "#" + key) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    layout.querySelector("[data-status]").textContent = chosen.querySelector("h3").textContent;
    return chosen;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#cell-"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const chosen = open(link.hash.slice(1));
    if (!chosen) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    chosen.scrollIntoView({ block: "nearest" });
  });
  if (location.hash) open(location.hash.slice(1));
}

// Shows the planes of a row at the epoch that the slider stands on.
function moveFrames(row) {
  const epochs = JSON.parse(row.querySelector(".epochs").textContent);
  const slider = row.querySelector("input");
  slider.addEventListener("input", () => {
    row.querySelector("output").textContent = epochs[slider.value].toLocaleString("en");
    for (const svg of row.querySelectorAll("svg")) {
      svg.querySelectorAll(".frame").forEach((frame, k) => frame.classList.toggle("is-shown", k === +slider.value));
    }
  });
}

document.documentElement.classList.add("scripted");
document.querySelectorAll("[data-chart]").forEach(readOut);
document.querySelectorAll(".confusion-layout").forEach(openCells);
document.querySelectorAll("[data-frames]").forEach(moveFrames);
