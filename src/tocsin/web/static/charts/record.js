// Charts of the record: reliability by class of probability, skill of the models by year, lead time.
(function () {
  "use strict";

  const LABEL = 15; // pixels that a label at a line's end needs
  const DASHES = ["6,4", "2,3", "9,3,2,3", "1,4", "12,4"];
  const MARKS = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolStar, d3.symbolWye];

  const share = (value) => (value > 0 && value < 0.095 ? d3.format(".2~%")(value) : d3.format(".0%")(value));

  function empty(width, height, theme) {
    const svg = d3.create("svg").attr("width", width).attr("height", height).attr("viewBox", [0, 0, width, height]);
    return svg.attr("font-family", "inherit").attr("font-size", 14).attr("fill", theme.ink);
  }

  function axes(svg, x, y, box, theme, ticks) {
    const [left, right, top, bottom] = box;
    const rows = svg.append("g");
    for (const value of ticks.y) {
      rows.append("line").attr("x1", left).attr("x2", right).attr("y1", y(value)).attr("y2", y(value)).attr("stroke", theme.line);
      rows.append("text").attr("x", left - 6).attr("y", y(value)).attr("dy", "0.34em").attr("text-anchor", "end").attr("fill", theme.muted).text(ticks.say(value));
    }
    for (const value of ticks.x) {
      rows.append("text").attr("x", x(value)).attr("y", bottom + 18).attr("text-anchor", "middle").attr("fill", theme.muted).text(ticks.sayX(value));
    }
    rows.append("line").attr("x1", left).attr("x2", right).attr("y1", bottom).attr("y2", bottom).attr("stroke", theme.muted);
  }

  // Heights of the labels, moved apart so that none lies on another, within the box.
  function apart(heights, top, bottom) {
    const order = heights.map((_, k) => k).sort((a, b) => heights[a] - heights[b]);
    const placed = heights.slice();
    let last = -Infinity;
    for (const k of order) {
      placed[k] = Math.max(placed[k], last + LABEL, top);
      last = placed[k];
    }
    let next = bottom;
    for (const k of order.reverse()) {
      placed[k] = Math.min(placed[k], next);
      next = placed[k] - LABEL;
    }
    return placed;
  }

  function look(series, theme) {
    const k = series.slot;
    const main = series.kind === "headline";
    const colour = main ? theme.ink : series.kind === "warning" ? theme.warning : theme.series[(k + 5) % 6];
    return { colour: colour, dash: main ? null : DASHES[(k + 4) % 5], wide: main ? 3 : 1.75, mark: d3.symbol(MARKS[k % 6], main ? 56 : 40)() };
  }

  // Lines with a mark at each point and their names at the right end.
  function lines(svg, all, x, y, box, theme) {
    const [, right, top, bottom] = box;
    const ends = all.map((one) => y(one.points[one.points.length - 1][1]));
    const placed = apart(ends, top, bottom);
    for (const k of all.map((_, i) => i).reverse()) {
      const one = all[k];
      const style = look(one, theme);
      const path = d3.line((p) => x(p[0]), (p) => y(p[1]))(one.points);
      svg.append("path").attr("d", path).attr("fill", "none").attr("stroke", style.colour).attr("stroke-width", style.wide).attr("stroke-dasharray", style.dash);
      for (const point of one.points) {
        svg.append("path").attr("d", style.mark).attr("transform", "translate(" + x(point[0]) + "," + y(point[1]) + ")").attr("fill", style.colour);
      }
      const end = x(one.points[one.points.length - 1][0]);
      svg.append("line").attr("x1", end + 6).attr("x2", right + 10).attr("y1", ends[k]).attr("y2", placed[k]).attr("stroke", theme.line);
      svg.append("path").attr("d", style.mark).attr("transform", "translate(" + (right + 16) + "," + placed[k] + ")").attr("fill", style.colour);
      svg.append("text").attr("x", right + 25).attr("y", placed[k]).attr("dy", "0.34em").attr("fill", style.colour).attr("font-weight", one.kind === "headline" ? 700 : 400).text(one.name);
    }
  }

  const widest = (all) => 32 + 7.6 * d3.max(all, (one) => one.name.length);

  tocsin.chart("record-reliability", (figures, frame) => {
    const theme = frame.theme;
    const width = Math.min(frame.width, 560);
    const height = Math.round(width * 0.86) + 30;
    const box = [58, width - 14, 34, height - 46];
    const x = d3.scaleSqrt([0, 1], [box[0], box[1]]);
    const y = d3.scaleSqrt([0, 1], [box[3], box[2]]);
    const svg = empty(width, height, theme);
    const ticks = frame.compact ? [0, 0.05, 0.2, 0.5, 1] : [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1];
    axes(svg, x, y, box, theme, { x: ticks, y: ticks, say: share, sayX: share });
    svg.append("line").attr("x1", x(0)).attr("y1", y(0)).attr("x2", x(1)).attr("y2", y(1)).attr("stroke", theme.muted).attr("stroke-dasharray", "4,4");
    svg.append("text").attr("x", box[1]).attr("y", height - 6).attr("text-anchor", "end").attr("fill", theme.muted).text("said on average in the class →");
    svg.append("text").attr("x", 4).attr("y", 14).attr("fill", theme.muted).text("↑ share that came");
    figures.series.forEach((one, k) => {
      const colour = theme.series[k];
      const mark = d3.symbol(k ? d3.symbolSquare : d3.symbolCircle, 64)();
      for (const [said, came, low, high, n, hits] of one.points) {
        const group = svg.append("g").attr("stroke", colour);
        group.append("title").text(one.name + ": said " + share(said) + ", came " + share(came) + " (" + hits.toLocaleString("en") + " of " + n.toLocaleString("en") + ")");
        group.append("line").attr("x1", x(said)).attr("x2", x(said)).attr("y1", y(low)).attr("y2", y(high)).attr("stroke-width", 1.5);
        const at = "translate(" + x(said) + "," + y(came) + ")";
        group.append("path").attr("d", mark).attr("transform", at).attr("fill", k ? theme.paper : colour).attr("stroke-width", 2);
      }
      const row = box[2] + 12 + 20 * k;
      svg.append("path").attr("d", mark).attr("transform", "translate(" + (box[0] + 14) + "," + row + ")").attr("fill", k ? theme.paper : colour).attr("stroke", colour).attr("stroke-width", 2);
      svg.append("text").attr("x", box[0] + 26).attr("y", row).attr("dy", "0.34em").attr("fill", colour).text(one.name);
    });
    return svg.node();
  });

  tocsin.chart("record-skill", (figures, frame) => {
    const theme = frame.theme;
    const width = Math.min(frame.width, 980);
    const height = frame.compact ? 330 : 360;
    const box = [50, width - widest(figures.series), frame.compact ? 50 : 36, height - 30];
    const years = [...new Set(figures.series.flatMap((one) => one.points.map((p) => p[0])))].sort();
    const values = figures.series.flatMap((one) => one.points.map((p) => p[1]));
    const x = d3.scalePoint(years, [box[0] + 14, box[1] - 8]);
    const low = figures.one ? Math.min(d3.min(values), 1) : 0;
    const y = d3.scaleLinear([low, Math.max(d3.max(values), figures.one ? 1 : 0)], [box[3], box[2]]).nice(5);
    const svg = empty(width, height, theme);
    const step = Math.ceil(years.length / Math.max(1, Math.floor((box[1] - box[0]) / 46)));
    const shown = years.filter((_, k) => (years.length - 1 - k) % step === 0);
    const say = d3.format("~g");
    axes(svg, x, y, box, theme, { x: shown, y: y.ticks(5), say: (v) => say(+v.toFixed(6)), sayX: String });
    if (figures.one) svg.append("line").attr("x1", box[0]).attr("x2", box[1]).attr("y1", y(1)).attr("y2", y(1)).attr("stroke", theme.muted).attr("stroke-width", 1.5);
    const cut = frame.compact ? figures.scale.replace(" (", "\n(").split("\n") : [figures.scale];
    cut.forEach((text, k) => svg.append("text").attr("x", 4).attr("y", 13 + 16 * k).attr("fill", theme.muted).text(text));
    lines(svg, figures.series, x, y, box, theme);
    for (const [year, , value] of figures.best) {
      svg.append("circle").attr("cx", x(year)).attr("cy", y(value)).attr("r", frame.compact ? 6.5 : 9).attr("fill", "none").attr("stroke", theme.ink).attr("stroke-width", 1.25);
    }
    return svg.node();
  });

  tocsin.chart("record-lead", (figures, frame) => {
    const theme = frame.theme;
    const width = Math.min(frame.width, 980);
    const height = frame.compact ? 290 : 320;
    const box = [50, width - widest(figures.series), 32, height - 46];
    const months = figures.series[0].points.map((p) => p[0]);
    const most = d3.max(figures.series, (one) => d3.max(one.points, (p) => p[1]));
    const x = d3.scaleLinear([months[0], months[months.length - 1]], [box[0] + 12, box[1] - 8]);
    const y = d3.scaleLinear([0, most], [box[3], box[2]]).nice(5);
    const svg = empty(width, height, theme);
    const few = frame.compact ? months.filter((m) => m === 1 || m % 3 === 0) : months;
    axes(svg, x, y, box, theme, { x: few, y: y.ticks(5), say: share, sayX: String });
    svg.append("text").attr("x", 4).attr("y", 13).attr("fill", theme.muted).text("↑ share of emergences");
    svg.append("text").attr("x", box[0]).attr("y", height - 8).attr("fill", theme.muted).text(frame.compact ? "months before, or more →" : "months before the emergence, or more →");
    lines(svg, figures.series, x, y, box, theme);
    return svg.node();
  });
})();
