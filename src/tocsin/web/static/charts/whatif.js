// Charts of a what-if result, and an address of the form that names only what was changed.
(function () {
  "use strict";

  // One look an option: colour, marker and dash; the one that all others are compared with is ink and a whole line.
  const SYMBOLS = ["circle", "square", "diamond2", "triangle", "star", "wye", "cross"];
  const DASHES = ["7 2", "2 2", "9 2 2 2", "12 3", "4 2 1 2", "3 4", "6 3"];
  const GAP = 20;

  function colourOf(series, theme) {
    return series === null ? theme.ink : theme.series[series % theme.series.length];
  }

  function dashOf(series) {
    return series === null ? null : DASHES[series % DASHES.length];
  }

  function symbolOf(series) {
    return SYMBOLS[series % SYMBOLS.length];
  }

  // Drawings beside each other, as many as fit; each is an SVG of its own.
  function panels(frame, count, least, draw) {
    const columns = Math.max(1, Math.min(count, Math.floor((frame.width + GAP) / (least + GAP))));
    const width = Math.floor((frame.width - (columns - 1) * GAP) / columns);
    const place = document.createElement("div");
    place.className = "whatif-panels";
    for (let k = 0; k < count; k += 1) place.append(draw(k, width));
    return place;
  }

  function plot(frame, options) {
    return Plot.plot({
      className: "plot",
      ...options,
      style: { color: frame.theme.ink, background: "transparent", fontSize: "13px", ...options.style },
    });
  }

  // The title of a panel; `left` are the pixels between the drawing's edge and its axis.
  function heading(words, width, left, theme) {
    return Plot.text([shortened(words, width, 8.6)], {
      frameAnchor: "top-left", dx: -left, dy: -26, textAnchor: "start", fontWeight: 600, fontSize: 14, fill: theme.ink,
    });
  }

  // Parts words from what lies behind them.
  function halo(theme) {
    return { stroke: theme.paper, strokeWidth: 4 };
  }

  // As many letters as fit, the rest as an ellipsis.
  function shortened(words, width, letter = 7) {
    const letters = Math.floor(width / letter);
    return words.length > letters ? words.slice(0, letters - 1) + "…" : words;
  }

  const whole = d3.format(",.0f");
  const some = (value) => (Math.abs(value) < 10 && value % 1 ? d3.format(",.2~f")(value) : whole(value));

  tocsin.chart("whatif-differences", (figures, frame) => {
    const theme = frame.theme;
    return panels(frame, figures.panels.length, 300, (k, width) => {
      const panel = figures.panels[k];
      const rows = panel.rows.map((row, y) => ({ ...row, y: y }));
      const inner = width - 16;
      const ends = rows.flatMap((row) => [row.low, row.high, row.mean_low, row.mean_high]);
      const [low, high] = d3.extent([0, ...ends]);
      const room = 0.04 * (high - low || 1);
      return plot(frame, {
        width: width,
        height: 34 + 74 * rows.length + 46,
        marginTop: 34,
        marginBottom: 46,
        marginLeft: 8,
        marginRight: 8,
        x: { domain: [low - room, high + room], label: k === 0 ? figures.axis : null, labelAnchor: "left",
          labelArrow: "none", labelOffset: 40, ticks: Math.max(3, Math.floor(width / 90)), tickFormat: some, grid: false },
        y: { domain: [-0.55, rows.length - 0.45], reverse: true, axis: null },
        marks: [
          heading(panel.title, width, 0, theme),
          Plot.ruleX([0], { stroke: theme.muted }),
          Plot.link(rows, { x1: "low", x2: "high", y1: "y", y2: "y", stroke: (d) => colourOf(d.series, theme),
            strokeWidth: 1.4 }),
          Plot.link(rows, { x1: "mean_low", x2: "mean_high", y1: "y", y2: "y", stroke: (d) => colourOf(d.series, theme),
            strokeWidth: 7, strokeOpacity: 0.55 }),
          rows.map((row) => Plot.dot([row], { x: "mean", y: "y", symbol: symbolOf(row.series), r: 5.5,
            fill: colourOf(row.series, theme), stroke: theme.paper, strokeWidth: 1 })),
          Plot.text(rows, { x: low - room, y: "y", dy: -20, textAnchor: "start", text: (d) => shortened(d.option, inner, 7.8),
            fill: theme.ink, fontWeight: 600, ...halo(theme) }),
          Plot.text(rows, { x: low - room, y: "y", dy: 18, textAnchor: "start", text: (d) => shortened(d.told, inner),
            fill: theme.muted, ...halo(theme) }),
        ],
      });
    });
  });

  function monthAxis(months, width) {
    const every = width < 500 || months.length > 48 ? 12 : 6;
    const format = d3.utcFormat("%b %Y");
    return { ticks: months.filter((_, t) => t % every === 0), tickFormat: format, label: null, type: "utc" };
  }

  tocsin.chart("whatif-months", (figures, frame) => {
    const theme = frame.theme;
    const months = figures.months.map((day) => new Date(day));
    const nothing = figures.panels.find((panel) => panel.series === null);
    return panels(frame, figures.panels.length, 340, (k, width) => {
      const panel = figures.panels[k];
      const colour = colourOf(panel.series, theme);
      const points = months.map((month, t) => ({
        month: month, mean: panel.mean[t], median: panel.median[t], low: panel.low[t],
        high: Math.min(panel.high[t], figures.top), reference: nothing.mean[t],
      }));
      return plot(frame, {
        width: width,
        height: 210,
        marginTop: 34,
        marginLeft: 46,
        marginRight: 26,
        marginBottom: 26,
        x: monthAxis(months, width),
        y: { domain: [0, figures.top], label: null, ticks: 4, tickFormat: some, grid: true },
        marks: [
          heading(panel.title, width, 46, theme),
          Plot.areaY(points, { x: "month", y1: "low", y2: "high", fill: colour, fillOpacity: 0.2 }),
          Plot.line(points, { x: "month", y: "median", stroke: colour, strokeWidth: 1.4, strokeDasharray: "1 3",
            strokeLinecap: "round" }),
          panel.series === null ? null : Plot.line(points, { x: "month", y: "reference", stroke: theme.muted,
            strokeWidth: 1.4, strokeDasharray: "6 3" }),
          Plot.line(points, { x: "month", y: "mean", stroke: colour, strokeWidth: 2.2 }),
          panel.cut ? Plot.text([panel.cut], { frameAnchor: "top-right", textAnchor: "end", dy: 4, fill: theme.ink,
            ...halo(theme) }) : null,
        ],
      });
    });
  });

  tocsin.chart("whatif-strength", (figures, frame) => {
    const theme = frame.theme;
    const months = figures.months.map((day) => new Date(day));
    const place = panels(frame, figures.panels.length, 340, (k, width) => {
      const panel = figures.panels[k];
      const band = months.map((month, t) => ({ month: month, low: panel.low[t], high: panel.high[t] }));
      return plot(frame, {
        width: width,
        height: 210,
        marginTop: 34,
        marginLeft: 62,
        marginRight: 26,
        marginBottom: 26,
        x: monthAxis(months, width),
        y: { domain: [0, 1.05 * d3.max(panel.high)], label: null, ticks: 4, tickFormat: whole, grid: true },
        marks: [
          heading(panel.title, width, 62, theme),
          Plot.areaY(band, { x: "month", y1: "low", y2: "high", fill: theme.muted, fillOpacity: 0.18 }),
          panel.lines.map((line) => Plot.line(months.map((month, t) => ({ month: month, mean: line.mean[t] })), {
            x: "month", y: "mean", stroke: colourOf(line.series, theme), strokeDasharray: dashOf(line.series),
            strokeWidth: line.series === null ? 2.6 : 1.8,
          })),
        ],
      });
    });
    place.prepend(key(figures.panels[0].lines, frame));
    return place;
  });

  // Which line is which option, as a drawing, so that it goes along when the chart is saved.
  function key(lines, frame) {
    const height = 24;
    const columns = Math.max(1, Math.floor(frame.width / 290));
    const tall = height * Math.ceil(lines.length / columns);
    const svg = d3.create("svg").attr("width", frame.width).attr("height", tall).attr("viewBox", [0, 0, frame.width, tall]);
    lines.forEach((line, k) => {
      const at = `translate(${(k % columns) * 290}, ${Math.floor(k / columns) * height + 14})`;
      const group = svg.append("g").attr("transform", at);
      group.append("line").attr("x2", 40).attr("stroke", colourOf(line.series, frame.theme))
        .attr("stroke-width", line.series === null ? 2.6 : 1.8).attr("stroke-dasharray", dashOf(line.series));
      group.append("text").attr("x", 48).attr("dy", "0.32em").attr("font-size", 13).attr("fill", frame.theme.ink)
        .text(line.option);
    });
    return svg.node();
  }

  tocsin.chart("whatif-best", (figures, frame) => {
    const theme = frame.theme;
    const every = figures.variants.length;
    const points = figures.rows.flatMap((row, y) => row.values.map((value, v) => ({
      option: row.option, variant: figures.variants[v], v: v, value: value, y: y + 0.17 * (v - (every - 1) / 2),
    }))).filter((point) => point.value !== null);
    const place = document.createElement("div");
    place.className = "whatif-panels";
    const step = 66;
    const most = Math.min(1, Math.max(0.4, Math.ceil(11 * d3.max(points, (point) => point.value)) / 10));
    place.append(variantKey(figures.variants, frame));
    place.append(plot(frame, {
      width: frame.width,
      height: 20 + step * figures.rows.length + 44,
      marginTop: 8,
      marginBottom: 44,
      marginLeft: 10,
      marginRight: 24,
      x: { domain: [0, most], label: "share of points at which it has the fewest", labelAnchor: "left", labelArrow: "none",
        labelOffset: 40, tickFormat: d3.format(".0%"), ticks: frame.compact ? 4 : 10, grid: true },
      y: { domain: [-0.85, figures.rows.length - 0.55], reverse: true, axis: null },
      marks: [
        Plot.text(figures.rows.map((row, y) => ({ option: row.option, y: y })), { x: 0, y: "y", dx: 2, dy: -29,
          textAnchor: "start", text: "option", fill: theme.ink, fontWeight: 600 }),
        Plot.link(points, { x1: 0, x2: "value", y1: "y", y2: "y", stroke: (d) => colourOf(d.v, theme), strokeWidth: 1.6,
          strokeOpacity: 0.7 }),
        d3.range(every).map((v) => Plot.dot(points.filter((point) => point.v === v), { x: "value", y: "y",
          symbol: symbolOf(v), r: 5, fill: colourOf(v, theme), stroke: theme.paper, strokeWidth: 1, clip: false })),
      ],
    }));
    return place;
  });

  function variantKey(variants, frame) {
    const svg = d3.create("svg").attr("width", frame.width).attr("height", 26).attr("viewBox", [0, 0, frame.width, 26]);
    const symbol = Plot.scale({ symbol: { domain: variants.map((_, v) => v), range: variants.map((_, v) => symbolOf(v)) } });
    const step = Math.min(110, (frame.width - 8) / variants.length);
    variants.forEach((variant, v) => {
      const group = svg.append("g").attr("transform", `translate(${v * step + 8}, 13)`);
      group.append("path").attr("d", d3.symbol(symbol.apply(v), 70)()).attr("fill", colourOf(v, frame.theme));
      group.append("text").attr("x", 13).attr("dy", "0.32em").attr("font-size", 13).attr("fill", frame.theme.ink)
        .text(variant);
    });
    return svg.node();
  }

  // What a number rests on, by colour, and in words at the end of its bar.
  function evidenceColour(evidence, theme) {
    const found = { "estimated from data": 0, "taken from the literature": 2, assumed: 1 }[evidence];
    return found === undefined ? theme.series[3] : theme.series[found];
  }

  tocsin.chart("whatif-decides", (figures, frame) => {
    const theme = frame.theme;
    const rows = figures.rows.map((row, y) => ({ ...row, y: y }));
    const step = 48;
    return plot(frame, {
      width: frame.width,
      height: 16 + step * rows.length + 44,
      marginTop: 8,
      marginBottom: 44,
      marginLeft: 8,
      marginRight: 16,
      x: { domain: [0, 1.04 * d3.max(rows, (row) => row.value + row.half)], label: figures.axis, labelAnchor: "left",
        labelArrow: "none", labelOffset: 40, tickFormat: some, ticks: frame.compact ? 4 : 8, grid: true },
      y: { domain: [-0.7, rows.length - 0.45], reverse: true, axis: null },
      marks: [
        Plot.rect(rows, { x1: 0, x2: "value", y1: (d) => d.y - 0.02, y2: (d) => d.y + 0.3,
          fill: (d) => evidenceColour(d.evidence, theme), fillOpacity: 0.75 }),
        Plot.link(rows, { x1: (d) => Math.max(0, d.value - d.half), x2: (d) => d.value + d.half, y1: (d) => d.y + 0.14,
          y2: (d) => d.y + 0.14, stroke: theme.ink, strokeWidth: 1.3 }),
        Plot.text(rows, { x: 0, y: (d) => d.y - 0.22, textAnchor: "start", fill: theme.ink,
          text: (d) => shortened(`${d.quantity} (${d.evidence})${frame.compact ? "" : " · " + d.option}`, frame.width - 24),
          ...halo(theme) }),
      ],
    });
  });

  // --- the form: an address that names only what was changed ----------------------------------------------------

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form.whatif-form");
    if (!form) return;
    form.addEventListener("formdata", (event) => {
      for (const field of form.elements) {
        if (field.dataset.usual !== undefined && field.value.trim() === field.dataset.usual) {
          event.formData.delete(field.name);
        }
      }
    });
  });
})();
