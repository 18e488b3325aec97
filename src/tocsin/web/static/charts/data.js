// How many events of which country and year: a field of squares.
(function () {
  "use strict";

  const whole = d3.format(",");

  tocsin.chart("data-coverage", function (figures, frame) {
    const theme = frame.theme;
    const cells = [];
    for (const [theatre, events] of figures.rows) {
      events.forEach((n, k) => { if (n) cells.push({ theatre: theatre, year: figures.years[k], events: n }); });
    }
    const top = Math.max(10, d3.max(cells, (d) => d.events) || 0);
    const steps = [1, 10, 100, 1000].filter((n) => n <= top);
    const shade = d3.scaleQuantize([0, 1], d3.range(7).map((k) => d3.interpolateRgb(theme.panel, theme.accent)(0.16 + 0.14 * k)));
    const colour = (n) => shade(Math.log(1 + n) / Math.log(1 + top));
    const head = 26;
    const every = Math.ceil((figures.years.length * 34) / Math.max(120, frame.width - 172));
    const long = frame.compact ? 12 : 24;
    const cut = (name) => (name.length > long ? name.slice(0, long - 1) + "…" : name);
    const plot = Plot.plot({
      className: "plot",
      style: { background: "none", color: theme.ink, fontFamily: "inherit", fontSize: "13px", overflow: "visible" },
      width: frame.width, height: head + 40 + figures.rows.length * (frame.compact ? 17 : 19),
      marginTop: head + 8, marginLeft: frame.compact ? 92 : 172, marginRight: 4, marginBottom: 30,
      x: { type: "band", domain: figures.years, padding: 0.08, label: null, tickSize: 0, ticks: figures.years.filter((y, k) => k % every === 0), tickFormat: (y) => (frame.compact ? "’" + String(y).slice(2) : String(y)) },
      y: { type: "band", domain: figures.rows.map((row) => row[0]), padding: 0.1, label: null, tickSize: 0, tickFormat: cut },
      marks: [
        Plot.frame({ stroke: theme.line }),
        Plot.cell(cells, { x: "year", y: "theatre", fill: (d) => colour(d.events) }),
      ],
      color: { type: "identity" },
    });
    const key = d3.select(plot).append("g").attr("font-size", 13).attr("text-anchor", "start");
    let x = 0;
    key.append("text").attr("x", x).attr("y", 13).attr("fill", theme.ink).text("events a year:");
    x = 104;
    for (const n of steps) {
      key.append("rect").attr("x", x).attr("y", 2).attr("width", 13).attr("height", 12).attr("fill", colour(n)).attr("stroke", theme.muted).attr("stroke-width", 0.5);
      key.append("text").attr("x", x + 18).attr("y", 13).attr("fill", theme.ink).text(whole(n));
      x += 26 + whole(n).length * 7.5 + 8;
    }
    return plot;
  });
})();
