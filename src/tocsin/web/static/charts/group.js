// The charts of a group: its past by month, the months ahead, its ground.
(function () {
  "use strict";

  const month = (text) => new Date(text + "T00:00:00Z");
  const later = (day, months) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1));
  const whole = d3.format(",");
  const short = (value) => (value >= 9.95 || value === Math.round(value) ? whole(Math.round(value)) : value.toFixed(1));
  const look = (theme) => ({ background: "none", color: theme.ink, fontFamily: "inherit", fontSize: "13px", overflow: "visible" });

  // Deaths of an axis: whole ones, and few enough to read.
  function logTicks(top) {
    const found = [0];
    for (let power = 1; power <= top * 3; power *= 10) for (const k of [1, 3]) if (k * power <= top) found.push(k * power);
    return found.length > 7 ? found.filter((v) => v === 0 || String(v)[0] === "1") : found;
  }

  function stripes(svg, id, colour, back) {
    const pattern = svg.append("defs").append("pattern").attr("id", id).attr("patternUnits", "userSpaceOnUse");
    pattern.attr("width", 4).attr("height", 4).attr("patternTransform", "rotate(45)");
    pattern.append("rect").attr("width", 4).attr("height", 4).attr("fill", back);
    pattern.append("rect").attr("width", 2.2).attr("height", 4).attr("fill", colour);
  }

  // A key in the drawing itself, so that it goes along when the drawing is saved; gives how tall it is.
  function key(svg, entries, frame) {
    let x = 0, y = 4;
    for (const entry of entries) {
      const width = 24 + entry.words.length * 6.9;
      if (x > 0 && x + width > frame.width) { x = 0; y += 20; }
      const at = svg.append("g").attr("transform", "translate(" + x + "," + y + ")");
      entry.draw(at);
      at.append("text").attr("x", 19).attr("y", 10).attr("text-anchor", "start").attr("fill", frame.theme.ink).attr("font-size", 13).text(entry.words);
      x += width + 8;
    }
    return y + 20;
  }

  function keyRows(entries, width) {
    let x = 0, rows = 1;
    for (const entry of entries) {
      const wide = 24 + entry.words.length * 6.9;
      if (x > 0 && x + wide > width) { x = 0; rows += 1; }
      x += wide + 8;
    }
    return rows;
  }

  const box = (fill, stroke) => (at) => at.append("rect").attr("width", 13).attr("height", 11).attr("fill", fill).attr("stroke", stroke).attr("stroke-width", 0.6);

  tocsin.chart("group-history", function (figures, frame) {
    const theme = frame.theme;
    const striped = "url(#" + frame.name + "-stripes)";
    const rows = figures.months.map(([day, state, groups, civilians, attacks]) => {
      const x1 = month(day);
      return { x1: x1, x2: later(x1, 1), state: state, groups: groups, civilians: civilians, attacks: attacks, all: state + groups + civilians };
    });
    const top = Math.max(4, d3.max(rows, (d) => d.all) || 0);
    const triangle = d3.symbol(d3.symbolTriangle2, 34)();
    const entries = [
      { words: "clashes with a state", draw: box(theme.series[0], theme.ink) },
      { words: "fights between groups", draw: box(striped, theme.ink) },
      { words: "attacks on civilians", draw: box(theme.warning, theme.ink) },
      { words: "mass-casualty attack", draw: (at) => at.append("path").attr("d", triangle).attr("transform", "translate(7,6) rotate(180)").attr("fill", theme.ink) },
    ];
    const head = keyRows(entries, frame.width) * 20 + 8;
    const bars = (from, to, fill) => Plot.rect(rows.filter((d) => to(d) > from(d)), {
      x1: "x1", x2: "x2", y1: from, y2: to, fill: fill, insetLeft: frame.compact ? 0.2 : 0.6, insetRight: frame.compact ? 0.2 : 0.6,
    });
    const peak = rows.reduce((a, b) => (b.all > a.all ? b : a), rows[0]);
    const plot = Plot.plot({
      className: "plot", style: look(theme), width: frame.width, height: frame.compact ? 260 : 300,
      marginTop: head + 30, marginLeft: 46, marginRight: 8, marginBottom: 34,
      x: { type: "utc", domain: [rows[0].x1, rows[rows.length - 1].x2], label: null, ticks: frame.compact ? 5 : 10 },
      y: { domain: [0, top * 1.06], label: null, grid: true, ticks: 5, nice: false },
      marks: [
        Plot.ruleY([0], { stroke: theme.ink }),
        bars(() => 0, (d) => d.state, theme.series[0]),
        bars((d) => d.state, (d) => d.state + d.groups, striped),
        bars((d) => d.state + d.groups, (d) => d.all, theme.warning),
        peak.all ? Plot.text([peak], { x: (d) => new Date((+d.x1 + +d.x2) / 2), y: "all", text: (d) => whole(d.all), dy: -8, fill: theme.ink, stroke: theme.paper, strokeWidth: 3 }) : null,
      ],
    });
    const svg = d3.select(plot);
    stripes(svg, frame.name + "-stripes", theme.series[1], theme.paper);
    key(svg, entries, frame);
    svg.append("text").attr("x", 0).attr("y", head + 8).attr("text-anchor", "start").attr("font-size", 12).attr("fill", theme.muted).text("deaths a month (linear scale)");
    const x = plot.scale("x"), above = head + 21;
    for (const d of rows.filter((row) => row.attacks)) {
      const at = (x.apply(d.x1) + x.apply(d.x2)) / 2;
      svg.append("path").attr("d", triangle).attr("fill", theme.ink).attr("transform", "translate(" + at + "," + above + ") rotate(180)");
    }
    return plot;
  });

  // Names beside the ends of lines, moved apart where they would touch.
  function names(svg, labels, x, from, bottom, theme) {
    const gap = 16;
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, k) => { label.at = Math.max(label.y, k ? labels[k - 1].at + gap : from); });
    let limit = bottom;
    for (const label of [...labels].reverse()) { label.at = Math.min(label.at, limit); limit = label.at - gap; }
    for (const label of labels) {
      svg.append("path").attr("d", "M" + (x + 2) + "," + label.y + "L" + (x + 12) + "," + label.at).attr("stroke", label.colour).attr("stroke-width", 0.8).attr("fill", "none");
      svg.append("text").attr("x", x + 15).attr("y", label.at + 4.5).attr("text-anchor", "start").attr("font-size", 13).attr("fill", label.colour).text(label.words);
    }
  }

  tocsin.chart("group-ahead", function (figures, frame) {
    const theme = frame.theme;
    const past = figures.past.map(([day, deaths]) => ({ x1: month(day), x2: later(month(day), 1), deaths: deaths }));
    const middle = (day) => new Date(+month(day) + 14 * 864e5);
    const ahead = figures.ahead.map((d) => Object.assign({}, d, { x: middle(d.month) }));
    const known = ahead[0].baseline_low !== null;
    const based = ahead[0].baseline !== null;
    const last = ahead[ahead.length - 1];
    const top = Math.max(4, d3.max(past, (d) => d.deaths) || 0, d3.max(ahead, (d) => Math.max(d.high, d.expected, d.baseline_high || d.baseline)));
    const log = figures.logarithmic;
    const domain = [0, log ? top * 1.3 : top * 1.08];
    const start = past.length ? past[0].x1 : month(ahead[0].month);
    const end = later(month(last.month), 1);
    const entries = frame.compact ? [
      { words: "80% interval", draw: box(theme.series[0] + "44", theme.series[0]) },
      { words: "median", draw: (at) => at.append("path").attr("d", "M0,6H14").attr("stroke", theme.series[0]).attr("stroke-width", 1.6) && at.append("circle").attr("cx", 7).attr("cy", 6).attr("r", 2.6).attr("fill", theme.paper).attr("stroke", theme.series[0]) },
      { words: "expected", draw: (at) => at.append("path").attr("d", "M0,6H14").attr("stroke", theme.series[0]).attr("stroke-width", 3) },
      ...(based ? [{ words: "baseline", draw: (at) => at.append("path").attr("d", "M0,6H14").attr("stroke", theme.series[1]).attr("stroke-width", 2).attr("stroke-dasharray", "6 3") }] : []),
    ] : [];
    const head = frame.compact ? keyRows(entries, frame.width) * 20 + 10 : 6;
    const curve = (name, colour, width, dash) => Plot.lineY(ahead, { x: "x", y: name, stroke: colour, strokeWidth: width, strokeDasharray: dash });
    const plot = Plot.plot({
      className: "plot", style: look(theme), width: frame.width, height: (frame.compact ? 250 : 300) + head,
      marginTop: head + 32, marginLeft: 46, marginRight: frame.compact ? 10 : 176, marginBottom: 34,
      x: { type: "utc", domain: [start, end], label: null, ticks: frame.compact ? 4 : 8 },
      y: Object.assign({ domain: domain, label: null, grid: true, tickFormat: whole },
        log ? { type: "symlog", constant: 1, ticks: logTicks(domain[1]) } : { ticks: 5 }),
      marks: [
        Plot.rect(past.filter((d) => d.deaths), { x1: "x1", x2: "x2", y1: 0, y2: "deaths", fill: theme.muted, fillOpacity: 0.55, insetLeft: 0.8, insetRight: 0.8 }),
        Plot.areaY(ahead, { x: "x", y1: "low", y2: "high", fill: theme.series[0], fillOpacity: 0.25 }),
        known ? curve("baseline_low", theme.series[1], 1.2, "2 3") : null,
        known ? curve("baseline_high", theme.series[1], 1.2, "2 3") : null,
        based ? curve("baseline", theme.series[1], 2, "6 3") : null,
        curve("median", theme.series[0], 1.4),
        Plot.dot(ahead, { x: "x", y: "median", r: 2.6, fill: theme.paper, stroke: theme.series[0], strokeWidth: 1.2 }),
        curve("expected", theme.series[0], 3),
        Plot.ruleX([month(ahead[0].month)], { stroke: theme.ink }),
        Plot.ruleY([0], { stroke: theme.ink }),
      ],
    });
    const svg = d3.select(plot);
    const x = plot.scale("x"), y = plot.scale("y");
    svg.append("text").attr("x", x.apply(month(ahead[0].month)) + (past.length ? -5 : 5)).attr("y", head + 26).attr("text-anchor", past.length ? "end" : "start").attr("font-size", 12).attr("fill", theme.muted).text("data end");
    svg.append("text").attr("x", 0).attr("y", head + 6).attr("text-anchor", "start").attr("font-size", 12).attr("fill", theme.muted)
      .text("deaths a month (" + (log ? "log scale)" : "linear scale)"));
    if (frame.compact) key(svg, entries, frame);
    else {
      const at = (value) => y.apply(value);
      const labels = [
        { y: at(last.high), words: "80% interval, to " + short(last.high), colour: theme.series[0] },
        { y: at(last.expected), words: "expected " + short(last.expected), colour: theme.series[0] },
        { y: at(last.median), words: "median " + short(last.median), colour: theme.series[0] },
      ];
      if (based) labels.push({ y: at(last.baseline), words: "baseline " + short(last.baseline), colour: theme.series[1] });
      if (known) labels.push({ y: at(last.baseline_high), words: "baseline 80%, to " + short(last.baseline_high), colour: theme.series[1] });
      names(svg, labels, x.apply(last.x), head + 32, y.apply(0), theme);
    }
    return plot;
  });

  const CLASSES = [
    { least: 0, words: "none", share: 0.34 },
    { least: 1, words: "1 to 9", share: 0.55 },
    { least: 10, words: "10 to 99", share: 0.78 },
    { least: 100, words: "100 and more", share: 1 },
  ];

  tocsin.chart("group-ground", function (figures, frame) {
    const theme = frame.theme;
    const [west, south, east, north] = figures.box;
    let width = Math.min(frame.width, 720);
    const entries = CLASSES.map((of) => ({
      words: (of.least ? "" : "deaths: ") + of.words,
      draw: (at) => mark(at, 6.5, 5.5, 13, of),
    }));
    // Points for the edges: great circles between corners would bulge.
    const edge = { type: "MultiPoint", coordinates: [[west, south], [east, south], [west, north], [east, north]] };
    const projection = d3.geoMercator().fitWidth(width, edge);
    let height = projection([west, south])[1] - projection([west, north])[1];
    const most = frame.compact ? 360 : 520;
    // A tall box is drawn narrower: what lies beside it has no outlines.
    if (height > most) {
      width = Math.max(200, width * most / height);
      projection.fitWidth(width, edge);
      height = projection([west, south])[1] - projection([west, north])[1];
    }
    projection.translate([projection.translate()[0], projection.translate()[1] - projection([west, north])[1]]);
    projection.clipExtent([[0, 0], [width, height]]);
    const wide = Math.min(frame.width, Math.max(width, 420));  // of the key above it
    const head = keyRows(entries, wide) * 20 + 8;
    const path = d3.geoPath(projection);
    const svg = d3.create("svg").attr("width", wide).attr("height", height + head).attr("viewBox", [0, 0, wide, height + head].join(" "));
    svg.attr("font-family", "inherit");
    const id = frame.name + "-clip";
    svg.append("defs").append("clipPath").attr("id", id).append("rect").attr("width", width).attr("height", height);
    const map = svg.append("g").attr("transform", "translate(0," + head + ")").append("g").attr("clip-path", "url(#" + id + ")");
    map.append("rect").attr("width", width).attr("height", height).attr("fill", theme.sea || theme.panel);
    const land = frame.land ? frame.land.features : [];
    map.selectAll(null).data(land).join("path").attr("d", path).attr("fill", theme.land || theme.panel).attr("stroke", theme.muted).attr("stroke-width", 0.8);

    function mark(at, x, y, size, of) {
      at.append("rect").attr("x", x - size / 2).attr("y", y - size / 2).attr("width", size).attr("height", size)
        .attr("fill", of.least >= 100 ? theme.warning : theme.paper).attr("fill-opacity", of.least >= 100 ? 1 : 0.35).attr("stroke", theme.warning).attr("stroke-width", 0.9);
      if (of.least < 100) {
        const inner = size * of.share;
        at.append("rect").attr("x", x - inner / 2).attr("y", y - inner / 2).attr("width", inner).attr("height", inner)
          .attr("fill", of.least ? theme.warning : "none").attr("fill-opacity", of.least >= 10 ? 0.9 : 0.75);
      }
    }

    for (const [lat, lon, deaths] of [...figures.cells].reverse()) {
      const [x, y] = projection([lon, lat]);
      const size = Math.max(5, Math.abs(projection([lon + 0.25, lat])[0] - projection([lon - 0.25, lat])[0]));
      mark(map, x, y, size, CLASSES.filter((of) => deaths >= of.least).pop());
    }
    const labels = map.append("g").attr("font-size", 13).attr("fill", theme.ink).attr("stroke", theme.paper).attr("stroke-width", 3).attr("paint-order", "stroke").attr("text-anchor", "middle");
    for (const one of land) {
      const name = one.properties && one.properties.name;
      const [[x0, y0], [x1, y1]] = path.bounds(one);
      if (!name || x1 - x0 < name.length * 7.5 || y1 - y0 < 22) continue;
      const [x, y] = path.centroid(one);
      const half = name.length * 3.8;
      labels.append("text").attr("x", Math.min(Math.max(x, half), width - half)).attr("y", Math.min(Math.max(y, 14), height - 6)).text(name);
    }
    svg.append("rect").attr("y", head).attr("width", width).attr("height", height).attr("fill", "none").attr("stroke", theme.line);
    key(svg, entries, { width: wide, theme: theme });
    return svg.node();
  });
})();
