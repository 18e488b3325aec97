// Draws the charts of a page from the figures that the page carries, and offers each drawing as SVG and PNG.
// A plain script: pages also work when opened from disk. Without it the tables of figures stand open.
(function () {
  "use strict";

  const drawers = new Map();
  const NAMES = ["ink", "muted", "line", "paper", "panel", "accent", "warning", "watch", "good", "land", "sea"];
  const LEAST_WIDTH = 240;

  function theme() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue("--" + name).trim();
    const found = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
    found.series = [1, 2, 3, 4, 5, 6].map((k) => value("series-" + k));
    return found;
  }

  function outlines(land) {
    return land ? topojson.feature(land, land.objects.land) : null;
  }

  function draw(figure) {
    const drawer = drawers.get(figure.dataset.kind);
    const place = figure.querySelector(".drawing");
    if (!drawer || !place.clientWidth) return;
    if (!figure.tocsin) {
      const given = JSON.parse(figure.querySelector(".chart-data").textContent);
      figure.tocsin = { figures: given.figures, land: outlines(given.land), topology: given.land, source: given.source };
    }
    const held = figure.tocsin;
    const width = Math.max(LEAST_WIDTH, Math.floor(place.clientWidth));
    const frame = {
      width: width,
      compact: width < 520,
      land: held.land,
      topology: held.topology,
      theme: theme(),
      name: figure.dataset.name,
    };
    const element = drawer(held.figures, frame);
    const svg = element instanceof SVGElement ? element : element.querySelector("svg");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", place.dataset.alt);
    for (const part of element.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    if (svg && svg !== element) svg.setAttribute("aria-hidden", "true");
    place.replaceChildren(element);
    held.element = element;
    held.width = width;
  }

  function drawAll() {
    for (const figure of document.querySelectorAll("figure.chart")) draw(figure);
  }

  // --- drawings to take away ------------------------------------------------------------------------------------

  const MARGIN = 16;
  const LINE = 15;

  function lines(text, letters) {
    const found = [""];
    for (const word of text.split(/\s+/)) {
      const last = found[found.length - 1];
      if (last && last.length + word.length + 1 > letters) found.push(word);
      else found[found.length - 1] = last ? last + " " + word : word;
    }
    return found;
  }

  // One SVG of the whole figure: its canvas as a picture, its drawing, its caption and where it is from.
  function standalone(figure) {
    const held = figure.tocsin;
    const colours = theme();
    const box = held.element.getBoundingClientRect();
    const said = [figure.querySelector("figcaption").textContent, held.source];
    const below = said.flatMap((text) => lines(text, Math.floor(box.width / 6.2)));
    const width = box.width + 2 * MARGIN;
    const height = box.height + 2 * MARGIN + LINE * (below.length + 1);
    const out = d3.create("svg").attr("xmlns", "http://www.w3.org/2000/svg").attr("width", width).attr("height", height);
    out.attr("viewBox", [0, 0, width, height].join(" ")).attr("font-family", "system-ui, sans-serif");
    out.append("title").text(figure.querySelector(".drawing").dataset.alt);
    out.append("rect").attr("width", width).attr("height", height).attr("fill", colours.paper);
    const parts = held.element instanceof SVGElement ? [held.element] : held.element.querySelectorAll("canvas, svg");
    for (const part of parts) {
      const at = part.getBoundingClientRect();
      const x = MARGIN + at.left - box.left;
      const y = MARGIN + at.top - box.top;
      if (part instanceof HTMLCanvasElement) {
        const picture = out.append("image").attr("href", part.toDataURL("image/png"));
        picture.attr("x", x).attr("y", y).attr("width", at.width).attr("height", at.height);
      } else if (!part.parentElement || !part.parentElement.closest("svg")) {
        const copy = part.cloneNode(true);
        for (const [name, value] of Object.entries({ x: x, y: y, width: at.width, height: at.height, color: colours.ink })) {
          copy.setAttribute(name, value);
        }
        out.node().append(copy);
      }
    }
    below.forEach((text, k) => {
      const line = out.append("text").attr("x", MARGIN).attr("y", MARGIN + box.height + LINE * (k + 1.4));
      line.attr("font-size", 11).attr("fill", colours.muted).text(text);
    });
    return { text: new XMLSerializer().serializeToString(out.node()), width: width, height: height };
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "tocsin-" + name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function saveSvg(figure) {
    save(new Blob([standalone(figure).text], { type: "image/svg+xml" }), figure.dataset.name + ".svg");
  }

  function savePng(figure) {
    const drawn = standalone(figure);
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * drawn.width;
      canvas.height = 2 * drawn.height;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, figure.dataset.name + ".png"), "image/png");
    };
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.text);
  }

  function offer(figure) {
    const tools = figure.querySelector(".tools");
    const name = figure.querySelector("figcaption").textContent;
    for (const [words, action] of [["PNG", savePng], ["SVG", saveSvg]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.setAttribute("aria-label", "Save the drawing as " + words + ": " + name.slice(0, 80));
      button.addEventListener("click", () => action(figure));
      tools.prepend(button);
    }
  }

  // --- a page that waits for a part of it -----------------------------------------------------------------------

  async function askAgain() {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.ok && answer.headers.get("X-Tocsin-Waiting") !== "yes") {
        location.reload();
        return;
      }
    } catch (error) {
      // The server has gone away; it may come back.
    }
    setTimeout(askAgain, 4000);
  }

  globalThis.tocsin = {
    chart: (kind, drawer) => drawers.set(kind, drawer),
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const figure of document.querySelectorAll("figure.chart")) {
      if (drawers.has(figure.dataset.kind)) offer(figure);
    }
    drawAll();
    let width = document.documentElement.clientWidth;
    let due = 0;
    addEventListener("resize", () => {
      if (document.documentElement.clientWidth === width) return;
      width = document.documentElement.clientWidth;
      clearTimeout(due);
      due = setTimeout(drawAll, 120);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
    matchMedia("print").addEventListener("change", drawAll);
    if (document.body.dataset.waiting) setTimeout(askAgain, 3000);
    document.documentElement.dataset.ready = "yes";
  });
})();
