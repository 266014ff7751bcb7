"use strict";
// Shows a node's neighbours while the pointer or the keyboard is on it.
const graph = document.querySelector(".graph");
if (graph) {
  const boxes = new Map([...graph.querySelectorAll("a")].map((box) => [box.dataset.node, box]));
  const arrows = [...graph.querySelectorAll("path")];
  const clear = () => {
    graph.classList.remove("focused");
    graph.querySelectorAll(".near").forEach((element) => element.classList.remove("near"));
  };
  const show = (box) => {
    clear();
    graph.classList.add("focused");
    box.classList.add("near");
    for (const arrow of arrows) {
      if (arrow.dataset.before === box.dataset.node || arrow.dataset.after === box.dataset.node) {
        arrow.classList.add("near");
        boxes.get(arrow.dataset.before).classList.add("near");
        boxes.get(arrow.dataset.after).classList.add("near");
      }
    }
  };
  for (const box of boxes.values()) {
    box.addEventListener("pointerenter", () => show(box));
    box.addEventListener("pointerleave", clear);
    box.addEventListener("focus", () => show(box));
    box.addEventListener("blur", clear);
  }
}
