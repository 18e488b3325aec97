// The drawings of a theatre: deaths of its groups row by row, the network of who answers whom, the ground fought over.
(function () {
  "use strict";

  const SIZE = 14; // of letters

  function start(frame, height) {
    return d3.create("svg").attr("class", "plot").attr("width", frame.width).attr("height", height)
      .attr("viewBox", [0, 0, frame.width, height].join(" ")).attr("font-size", SIZE);
  }

  const pen = document.createElement("canvas").getContext("2d");

  function widthOf(words, bold) {
    pen.font = (bold ? "600 " : "") + SIZE + "px " + getComputedStyle(document.body).fontFamily;
    return pen.measureText(words).width;
  }

  function cut(words, room, bold) {
    if (widthOf(words, bold) <= room) return words;
    let kept = words;
    while (kept && widthOf(kept + "…", bold) > room) kept = kept.slice(0, -1);
    return kept.trimEnd() + "…";
  }

  // --- deaths by group, one row each ----------------------------------------------------------------------------

  const NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  function monthOf(day) {
    return 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7)) - 1;
  }

  function inWords(month, step) {
    const one = (m) => NAMES[m % 12] + " " + Math.floor(m / 12);
    return step === 1 ? one(month) : one(month) + " to " + one(month + step - 1);
  }

  tocsin.chart("theatre-months", function (figures, frame) {
    const theme = frame.theme;
    const first = monthOf(figures.starts[0]);
    const span = figures.starts.length * figures.step;
    const x = (month) => ((month - first) / span) * frame.width;
    const head = frame.compact ? 40 : 22;
    const tall = frame.compact ? 44 : 54;
    const gap = 20;
    const row = head + tall + gap;
    const bottom = figures.rows.length * row - gap;
    const height = bottom + 26;
    const svg = start(frame, height);
    const most = d3.max(figures.rows, (r) => d3.max(r.deaths)) || 1;

    const years = d3.range(Math.ceil(first / 12), Math.floor((first + span) / 12) + 1);
    const every = [1, 2, 5, 10].find((n) => (n * 12 * frame.width) / span >= 52) || 20;
    for (const year of years) {
      const at = Math.round(x(12 * year)) + 0.5;
      const named = year % every === 0;
      for (let k = 0; k < figures.rows.length; k++) {
        if (!named) break;
        svg.append("line").attr("x1", at).attr("x2", at).attr("y1", k * row + head).attr("y2", k * row + head + tall)
          .attr("stroke", theme.line);
      }
      if (named && at > 0 && at < frame.width - 34) {
        svg.append("text").attr("x", at + 3).attr("y", height - 6).attr("fill", theme.muted).text(year);
        svg.append("line").attr("x1", at).attr("x2", at).attr("y1", bottom).attr("y2", bottom + 8).attr("stroke", theme.muted);
      }
    }

    figures.rows.forEach((one, k) => {
      const top = k * row;
      const own = d3.max(one.deaths) || 0;
      const scale = tall / ((figures.same ? most : own) || 1);
      const colour = one.kind === "group" ? theme.series[0] : theme.muted;
      const floor = top + head + tall;
      const place = one.deaths.indexOf(own);
      const peak = own
        ? "at most " + d3.format(",")(own) + ", " + inWords(first + place * figures.step, figures.step)
        : "none in this time";
      const room = frame.compact ? frame.width : frame.width - widthOf(peak) - 16;
      svg.append("text").attr("x", 0).attr("y", top + 14).attr("font-weight", 600).attr("fill", theme.ink)
        .text(cut(one.name, room, true));
      const said = svg.append("text").attr("fill", theme.muted).text(peak);
      if (frame.compact) said.attr("x", 0).attr("y", top + 32);
      else said.attr("x", frame.width).attr("y", top + 14).attr("text-anchor", "end");
      const bars = one.deaths.map((deaths, i) => {
        if (!deaths) return "";
        const left = x(first + i * figures.step);
        const wide = Math.max(1, x(first + (i + 1) * figures.step) - left - (frame.width / one.deaths.length > 4 ? 1 : 0));
        const up = Math.max(1, deaths * scale);
        return "M" + left.toFixed(1) + "," + floor + "v" + (-up).toFixed(1) + "h" + wide.toFixed(1) + "v" + up.toFixed(1) + "z";
      });
      svg.append("path").attr("d", bars.join("")).attr("fill", colour);
      svg.append("line").attr("x1", 0).attr("x2", frame.width).attr("y1", floor + 0.5).attr("y2", floor + 0.5)
        .attr("stroke", theme.muted);
      const over = svg.append("g").attr("fill", "transparent");
      one.deaths.forEach((deaths, i) => {
        if (!deaths) return;
        const month = first + i * figures.step;
        over.append("rect").attr("x", x(month)).attr("width", x(month + figures.step) - x(month)).attr("y", top + head)
          .attr("height", tall).append("title")
          .text(one.name + ", " + inWords(month, figures.step) + ": " + d3.format(",")(deaths));
      });
    });

    for (const day of figures.changes) {
      const at = x(monthOf(day) + (Number(day.slice(8, 10)) - 1) / 31);
      for (let k = 0; k < figures.rows.length; k++) {
        svg.append("line").attr("x1", at).attr("x2", at).attr("y1", k * row + head).attr("y2", k * row + head + tall)
          .attr("stroke", theme.warning).attr("stroke-width", 1.5).attr("stroke-dasharray", "4 3");
      }
    }
    return svg.node();
  });

  // --- who answers whom -----------------------------------------------------------------------------------------

  function wrapped(words, letters, most) {
    const lines = [""];
    for (const word of words.split(" ")) {
      const last = lines.length - 1;
      if (lines[last] && (lines[last] + " " + word).length > letters) lines.push(word);
      else lines[last] = lines[last] ? lines[last] + " " + word : word;
    }
    if (lines.length > most) {
      lines.length = most;
      lines[most - 1] += "…";
    }
    return lines;
  }

  tocsin.chart("theatre-network", function (figures, frame) {
    const theme = frame.theme;
    const groups = figures.groups;
    const numbered = groups.length > 2 && (frame.compact || groups.length > 10);
    const few = groups.length === 2;
    const largest = d3.max(groups, (g) => g.radius);
    const side = few ? 0.5 : numbered ? 0.22 : 0;
    const room = numbered || few ? 8 : 190;
    const unit = Math.min(few ? 190 : 230, (frame.width / 2 - room) / (1 + side + largest));
    const above = unit * ((few ? 0.35 : 1) + largest) + (numbered ? 26 : few ? 6 : 48);
    const lowest = d3.max(groups, (g) => -g.at[1]) + (figures.untold.length ? 0.2 : 0);
    const below = few ? unit * largest + 78 : unit * (lowest + largest) + (numbered ? 26 : 48);
    const columns = numbered ? (frame.compact ? 1 : 2) : 0;
    const keyed = numbered ? Math.ceil(groups.length / columns) * 22 + 10 : 0;
    const height = Math.ceil(above + below + keyed);
    const svg = start(frame, height);
    const at = ([x, y]) => [frame.width / 2 + x * unit, above - y * unit];
    const shape = (points) => "M" + points.map((p) => at(p).map((v) => v.toFixed(1)).join(",")).join("L");

    for (const [a, b, n] of figures.clashes) {
      svg.append("path").attr("d", shape([groups[a].at, groups[b].at])).attr("stroke", theme.series[1])
        .attr("stroke-width", 0.8 + 1.1 * Math.log10(n)).attr("stroke-dasharray", "8 4").append("title")
        .text(groups[a].name + " and " + groups[b].name + ": " + d3.format(",")(n) + " recorded clashes");
    }
    if (few) {
      for (const [, , n] of figures.clashes) {
        svg.append("text").attr("x", frame.width / 2).attr("y", above - 8).attr("text-anchor", "middle").attr("fill", theme.ink)
          .text(d3.format(",")(n) + (n === 1 ? " clash" : " clashes"));
      }
    }
    for (const line of figures.untold) {
      svg.append("path").attr("d", shape(line)).attr("fill", "none").attr("stroke", theme.muted)
        .attr("stroke-width", 1.4).attr("stroke-dasharray", "2 3");
      const [x, y] = at(line[line.length - 1]);
      const [u, v] = at(line[line.length - 2]);
      const turn = (Math.atan2(y - v, x - u) * 180) / Math.PI;
      svg.append("path").attr("d", "M0,0L-9,4L-9,-4z").attr("fill", theme.muted)
        .attr("transform", "translate(" + x.toFixed(1) + "," + y.toFixed(1) + ") rotate(" + turn.toFixed(1) + ")");
    }
    for (const arrow of figures.answers) {
      for (const [part, opacity] of [["high", 0.22], ["middle", 0.6], ["head", 1], ["low", 0.95]]) {
        svg.append("path").attr("d", shape(arrow[part]) + "z").attr("fill", theme.series[0]).attr("fill-opacity", opacity);
      }
      svg.append("path").attr("d", shape(arrow.high) + "z").attr("fill", "none").attr("stroke", theme.paper).attr("stroke-width", 0.8);
    }

    groups.forEach((group, k) => {
      const [x, y] = at(group.at);
      const radius = Math.max(5, group.radius * unit);
      svg.append("circle").attr("cx", x).attr("cy", y).attr("r", radius).attr("fill", theme.panel)
        .attr("stroke", theme.ink).attr("stroke-width", 1.25);
      const attacks = d3.format(",")(group.attacks) + (group.attacks === 1 ? " attack" : " attacks");
      const out = radius + 6;
      const [ux, uy] = few ? [0, -1] : group.at;
      if (numbered) {
        svg.append("text").attr("x", x + ux * (out + 8)).attr("y", y - uy * (out + 8)).attr("dy", "0.36em")
          .attr("text-anchor", "middle").attr("font-weight", 600).attr("fill", theme.ink).text(k + 1);
        const column = Math.floor(k / Math.ceil(groups.length / columns));
        const line = k % Math.ceil(groups.length / columns);
        const wide = frame.width / columns - 12;
        svg.append("text").attr("x", column * (wide + 12)).attr("y", above + below + 16 + 22 * line).attr("fill", theme.ink)
          .text(cut(k + 1 + "  " + group.name + " (" + attacks + ")", wide));
        return;
      }
      const lines = wrapped(group.name, few ? 18 : 22, 2).concat([attacks]);
      const across = Math.abs(ux) < 0.2 ? "middle" : ux > 0 ? "start" : "end";
      const lower = few || (across === "middle" && uy < 0);
      const first = lower ? 14 : across === "middle" ? -17 * (lines.length - 1) - 2 : -17 * ((lines.length - 1) / 2) + 5;
      lines.forEach((words, i) => {
        const last = i === lines.length - 1;
        const [dx, dy] = across === "middle" ? [ux * out, uy * out] : [Math.sign(ux) * out, (uy * radius) / 2];
        svg.append("text").attr("x", x + dx).attr("y", y - dy + first + 17 * i).attr("text-anchor", across)
          .attr("font-weight", last ? 400 : 600).attr("fill", last ? theme.muted : theme.ink).text(words);
      });
    });
    return svg.node();
  });

  // --- the ground -----------------------------------------------------------------------------------------------

  const SHARES = [0.4, 0.55, 0.7, 0.85, 1]; // of a cell's side that its mark takes, by class

  function shades(theme) {
    const towards = d3.interpolateLab(theme.land, theme.warning);
    return [theme.paper, towards(0.55), towards(0.8), theme.warning, d3.interpolateLab(theme.warning, theme.ink)(0.6)];
  }

  tocsin.chart("theatre-map", function (figures, frame) {
    const theme = frame.theme;
    const [west, south, east, north] = figures.box;
    const shrink = Math.cos(((south + north) / 2) * (Math.PI / 180));
    const tallest = Math.min(620, frame.width * 1.15);
    const scale = Math.min(frame.width / ((east - west) * shrink), tallest / (north - south));
    const wide = (east - west) * shrink * scale;
    const tall = (north - south) * scale;
    const project = (lon, lat) => [(lon - west) * shrink * scale, (north - lat) * scale];
    const colours = shades(theme);
    const rows = keyRows(figures, frame.width);
    const height = Math.ceil(tall + 14 + 24 * rows.length);
    const svg = start(frame, height);
    const map = svg.append("g");
    map.append("rect").attr("width", wide).attr("height", tall).attr("fill", theme.sea);
    const turned = d3.geoTransform({
      point(lon, lat) {
        this.stream.point(...project(lon, lat));
      },
    });
    // Lines end at the edge, so that nothing lies outside the drawing.
    const edge = d3.geoClipRectangle(0, 0, wide, tall);
    const path = d3.geoPath({ stream: (stream) => turned.stream(edge(stream)) }).digits(1);
    const inside = new Set(figures.inside);
    const ordered = d3.sort(frame.land.features, (f) => inside.has(f.id));
    for (const country of ordered) {
      map.append("path").attr("d", path(country)).attr("fill", inside.has(country.id) ? theme.land : theme.panel)
        .attr("fill-rule", "evenodd").attr("stroke", inside.has(country.id) ? theme.muted : theme.line)
        .attr("stroke-width", inside.has(country.id) ? 1 : 0.75).attr("stroke-linejoin", "round");
    }
    for (const [lon, lat, level] of figures.cells) {
      const [x, y] = project(lon, lat);
      const share = SHARES[level];
      const across = Math.max(3, 0.5 * shrink * scale * share);
      const up = Math.max(3, 0.5 * scale * share);
      map.append("rect").attr("x", x - across / 2).attr("y", y - up / 2).attr("width", across).attr("height", up)
        .attr("fill", colours[level]).attr("stroke", level ? theme.land : theme.muted).attr("stroke-width", 0.75);
    }
    svg.append("rect").attr("x", 0.5).attr("y", 0.5).attr("width", wide - 1).attr("height", tall - 1)
      .attr("fill", "none").attr("stroke", theme.line);
    rows.forEach((row, k) => {
      for (const item of row) {
        const y = tall + 24 + 24 * k;
        if (item.level !== undefined) {
          const size = 15 * SHARES[item.level];
          svg.append("rect").attr("x", item.x + 8 - size / 2).attr("y", y - 5 - size / 2).attr("width", size).attr("height", size)
            .attr("fill", colours[item.level]).attr("stroke", item.level ? "none" : theme.muted);
        }
        svg.append("text").attr("x", item.x + (item.level === undefined ? 0 : 22)).attr("y", y).attr("fill", theme.ink).text(item.words);
      }
    });
    return svg.node();
  });

  // What the marks mean, in rows no wider than the map.
  function keyRows(figures, width) {
    if (!figures.cells.length) return [];
    const items = [{ words: "Deaths in a cell:" }].concat(figures.classes.map((words, level) => ({ words: words, level: level })));
    const rows = [[]];
    let x = 0;
    for (const item of items) {
      const wide = widthOf(item.words) + (item.level === undefined ? 0 : 22);
      if (x && x + wide > width) {
        rows.push([]);
        x = 0;
      }
      item.x = x;
      rows[rows.length - 1].push(item);
      x += wide + 18;
    }
    return rows;
  }
})();
