// Narrows the list of groups while a name is typed: for pages that no server stands behind.
(function () {
  "use strict";

  const STROKES = { ı: "i", ø: "o", ł: "l", đ: "d" };

  // As the names were written into the page: without case, accents and punctuation.
  function words(text) {
    return text.replace(/^\s*the\s+/i, "").normalize("NFKD").toLowerCase().split(/[\s\-–—/,.;:()+@&]+/)
      .map((word) => word.replace(/[^\p{L}\p{N}]|\p{Lm}/gu, "").replace(/[ıøłđ]/g, (letter) => STROKES[letter]))
      .filter((word) => word && word !== "in");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const field = document.getElementById("filter");
    const table = document.getElementById("filed");
    if (!field || !table) return;
    const rows = Array.from(table.querySelectorAll("tbody tr"));
    const left = document.getElementById("left");
    const nothing = document.getElementById("nothing");
    field.closest("[hidden]").hidden = false;

    function narrow() {
      const asked = words(field.value);
      const whole = asked.join("");
      let shown = 0;
      for (const row of rows) {
        const held = " " + row.dataset.words + " ";
        const fits = held.includes(" " + whole) || asked.every((word) => held.includes(" " + word));
        row.hidden = !fits;
        shown += fits;
      }
      left.textContent = asked.length ? shown + " of " + rows.length : "";
      nothing.hidden = shown > 0;
    }

    field.addEventListener("input", narrow);
    narrow();
  });
})();
