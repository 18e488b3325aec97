// The map of the world: land and half-degree cells on a canvas, above it borders, numbers and the key as SVG.
(function () {
  "use strict";

  const RADIANS = Math.PI / 180;
  const SOUTH = -56.5;
  const NORTH = 79;
  const SIDES = [2.4, 2.4, 3.4, 4.8, 6.4]; // pixels of a cell's mark by class, on a map 1000 pixels wide

  // Equal Earth, north up, of degrees; the map is a plane, so that lines need no clipping on the sphere.
  function projection(width, west, east) {
    const raw = (lon, lat) => d3.geoEqualEarthRaw(lon * RADIANS, lat * RADIANS);
    const left = raw(west, 0)[0];
    const scale = width / (raw(east, 0)[0] - left);
    const top = raw(0, NORTH)[1];
    const project = (lon, lat) => {
      const [x, y] = raw(lon, lat);
      return [(x - left) * scale, (top - y) * scale];
    };
    project.height = Math.ceil((top - raw(0, SOUTH)[1]) * scale);
    return project;
  }

  // West and east of what is drawn; on a narrow screen without the sides of the world that hold nothing.
  function edges(figures, compact) {
    const drawn = [...figures.cells.map((c) => c[0]), ...figures.marks.map((m) => m[1])];
    if (!compact || !drawn.length) return [-180, 180];
    const [west, east] = d3.extent(drawn);
    return [Math.max(-180, west - 25), Math.min(180, east + 25)];
  }

  function shades(theme) {
    const towards = d3.interpolateLab(theme.land, theme.warning);
    return [theme.paper, towards(0.55), towards(0.8), theme.warning, d3.interpolateLab(theme.warning, theme.ink)(0.5)];
  }

  function hatching(theme, ratio) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 5 * ratio;
    const pen = tile.getContext("2d");
    pen.fillStyle = theme.paper;
    pen.fillRect(0, 0, tile.width, tile.height);
    pen.strokeStyle = theme.muted;
    pen.globalAlpha = 0.55;
    pen.lineWidth = 0.8 * ratio;
    for (const shift of [-1, 0, 1]) {
      pen.moveTo(shift * tile.width, tile.height);
      pen.lineTo((shift + 1) * tile.width, 0);
    }
    pen.stroke();
    return tile;
  }

  function path(project, pen) {
    const points = d3.geoTransform({
      point(lon, lat) {
        const [x, y] = project(lon, lat);
        this.stream.point(x, y);
      },
    });
    return d3.geoPath(points, pen).digits(1);
  }

  function square(pen, x, y, side, shade, edge) {
    pen.fillStyle = shade;
    pen.fillRect(x - side / 2, y - side / 2, side, side);
    pen.strokeStyle = edge;
    pen.strokeRect(x - side / 2, y - side / 2, side, side);
  }

  function ground(figures, frame, project) {
    const theme = frame.theme;
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(frame.width * ratio);
    canvas.height = Math.round(project.height * ratio);
    canvas.style.width = frame.width + "px";
    canvas.style.maxWidth = "100%"; // shrinks as the drawing above it does, in print for one
    canvas.style.height = "auto";
    const pen = canvas.getContext("2d");
    const hatch = pen.createPattern(hatching(theme, ratio), "repeat");
    hatch.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
    pen.scale(ratio, ratio);
    pen.fillStyle = theme.sea;
    pen.fillRect(0, 0, frame.width, project.height);
    const draw = path(project, pen);
    const covered = new Set(figures.covered.concat(figures.neutral));
    for (const country of frame.land.features) {
      pen.fillStyle = covered.has(country.id) ? theme.land : hatch;
      pen.beginPath();
      draw(country);
      pen.fill("evenodd");
    }
    const colours = shades(theme);
    const scale = sizeOf(frame);
    for (const [lon, lat, level] of d3.sort(figures.cells, (c) => c[2])) {
      const [x, y] = project(lon, lat);
      pen.lineWidth = level ? 0.5 : 0.8;
      square(pen, x, y, SIDES[level] * scale, colours[level], level ? theme.land : theme.muted);
    }
    return canvas;
  }

  function sizeOf(frame) {
    return Math.min(1.2, Math.max(0.8, frame.width / 1000));
  }

  // A place for each number near its mark: discs do not overlap, and hide few cells and no leader line.
  function spread(anchors, cells, radius, width, height) {
    const placed = [];
    const edge = radius + 2;
    anchors.forEach(([x, y], k) => {
      let best = null;
      let least = Infinity;
      for (const away of [16, 21, 27, 34, 43, 54, 68, 85, 105, 130, 160]) {
        for (let turn = 0; turn < 24; turn++) {
          const angle = Math.PI * (turn / 12 - 0.25);
          const at = [x + away * Math.cos(angle), y + away * Math.sin(angle)];
          if (at[0] < edge || at[0] > width - edge || at[1] < edge || at[1] > height - edge) continue;
          if (placed.some((other) => between(other, at) < 2 * radius + 2)) continue;
          const hidden = cells.filter((cell) => between(cell, at) < radius + 2).length;
          let crossed = placed.filter((other) => offLine(other, [x, y], at) < radius + 1).length;
          crossed += placed.filter((other, i) => offLine(at, anchors[i], other) < radius + 1).length;
          const cost = away + 2 * hidden + 40 * crossed;
          if (cost < least) [best, least] = [at, cost];
        }
      }
      placed.push(best || [Math.min(Math.max(x, edge), width - edge), Math.min(Math.max(y, edge), height - edge)]);
    });
    return placed;
  }

  function between(a, b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  function offLine(point, a, b) {
    const along = [b[0] - a[0], b[1] - a[1]];
    const length = along[0] ** 2 + along[1] ** 2;
    const share = length ? ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / length : 0;
    const part = Math.min(1, Math.max(0, share));
    return Math.hypot(point[0] - a[0] - part * along[0], point[1] - a[1] - part * along[1]);
  }

  function disc(svg, number, x, y, radius, theme) {
    svg.append("circle").attr("cx", x).attr("cy", y).attr("r", radius)
      .attr("fill", theme.accent).attr("stroke", theme.paper).attr("stroke-width", 1.5);
    svg.append("text").attr("x", x).attr("y", y).attr("dy", "0.36em").attr("text-anchor", "middle")
      .attr("font-size", radius * 1.27).attr("font-weight", 700).attr("fill", theme.paper).text(number);
  }

  function numbers(svg, figures, frame, project) {
    const theme = frame.theme;
    const radius = frame.compact ? 9 : 11;
    const anchors = figures.marks.map((mark) => project(mark[1], mark[2]));
    const cells = figures.cells.map((cell) => project(cell[0], cell[1]));
    const places = spread(anchors, cells, radius, frame.width, project.height);
    anchors.forEach(([x, y], k) => {
      for (const [colour, wide] of [[theme.paper, 4], [theme.accent, 1.75]]) {
        svg.append("line").attr("x1", x).attr("y1", y).attr("x2", places[k][0]).attr("y2", places[k][1])
          .attr("stroke", colour).attr("stroke-width", wide);
      }
      svg.append("circle").attr("cx", x).attr("cy", y).attr("r", 3).attr("fill", theme.accent).attr("stroke", theme.paper);
    });
    figures.marks.forEach((mark, k) => disc(svg, mark[0], places[k][0], places[k][1], radius, theme));
  }

  // What marks, hatching and numbers mean, in rows as wide as the map; gives its height.
  function key(svg, figures, frame, top) {
    const theme = frame.theme;
    const size = 14;
    const row = 23;
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = size + "px " + getComputedStyle(document.body).fontFamily;
    const colours = shades(theme);
    const scale = sizeOf(frame);
    const hatch = frame.name + "-hatch";
    const pattern = svg.append("defs").append("pattern").attr("id", hatch).attr("width", 5).attr("height", 5)
      .attr("patternUnits", "userSpaceOnUse");
    pattern.append("rect").attr("width", 5).attr("height", 5).attr("fill", theme.paper);
    pattern.append("path").attr("d", "M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2").attr("stroke", theme.muted).attr("stroke-width", 0.8);
    const items = figures.cells.length
      ? figures.classes.map((words, level) => [words, (x, y) => {
          const side = SIDES[level] * scale;
          svg.append("rect").attr("x", x + 7 - side / 2).attr("y", y - side / 2).attr("width", side).attr("height", side)
            .attr("fill", colours[level]).attr("stroke", level ? "none" : theme.muted).attr("stroke-width", 0.8);
        }])
      : [];
    if (figures.marks.length) items.push([figures.mark, (x, y) => disc(svg, "n", x + 8, y, 8, theme)]);
    items.push([figures.none, (x, y) => svg.append("rect").attr("x", x).attr("y", y - 6).attr("width", 16).attr("height", 12)
      .attr("fill", "url(#" + hatch + ")").attr("stroke", theme.muted).attr("stroke-width", 0.75)]);
    let x = 0;
    let y = top + row / 2 + 6;
    const write = (words, at) => {
      const lines = [""];
      for (const word of words.split(" ")) {
        const longer = lines[lines.length - 1] ? lines[lines.length - 1] + " " + word : word;
        if (measure.measureText(longer).width > frame.width - at && lines[lines.length - 1]) lines.push(word);
        else lines[lines.length - 1] = longer;
      }
      lines.forEach((line, k) => {
        if (k) y += row - 4;
        svg.append("text").attr("x", at).attr("y", y).attr("dy", "0.36em").attr("font-size", size)
          .attr("fill", theme.ink).text(line);
      });
      return measure.measureText(lines[lines.length - 1]).width;
    };
    if (figures.cells.length) {
      const wide = write(figures.head, 0);
      if (frame.compact) y += row;
      else x = wide + 14;
    }
    for (const [words, symbol] of items) {
      const wide = 22 + measure.measureText(words).width;
      if (x > 0 && x + wide > frame.width) {
        x = 0;
        y += row;
      }
      symbol(x, y);
      write(words, x + 22);
      x += wide + 18;
    }
    return y + row / 2 - top;
  }

  // Coasts and borders; dashed around land that is drawn with neither of its neighbours.
  function borders(svg, figures, frame, project) {
    const neutral = new Set(figures.neutral);
    const open = (a, b) => a !== b && (neutral.has(a.id) || neutral.has(b.id));
    for (const [which, dashes] of [[(a, b) => !open(a, b), null], [open, "1.5,1.5"]]) {
      const lines = topojson.mesh(frame.topology, frame.topology.objects.land, which);
      svg.append("path").attr("d", path(project)(lines)).attr("fill", "none").attr("stroke", frame.theme.muted)
        .attr("stroke-width", 0.5).attr("stroke-opacity", 0.7).attr("stroke-linejoin", "round")
        .attr("stroke-dasharray", dashes);
    }
  }

  tocsin.chart("world-map", function (figures, frame) {
    const theme = frame.theme;
    const project = projection(frame.width, ...edges(figures, frame.compact));
    const element = document.createElement("div");
    element.style.position = "relative";
    const canvas = ground(figures, frame, project);
    canvas.style.position = "absolute";
    canvas.style.left = canvas.style.top = "0";
    const svg = d3.create("svg").attr("width", frame.width).attr("class", "plot");
    svg.style("position", "relative");
    const edge = frame.name + "-edge";
    svg.append("defs").append("clipPath").attr("id", edge).append("rect")
      .attr("width", frame.width).attr("height", project.height);
    const inside = svg.append("g").attr("clip-path", "url(#" + edge + ")");
    borders(inside, figures, frame, project);
    numbers(inside, figures, frame, project);
    svg.append("rect").attr("x", 0.5).attr("y", 0.5).attr("width", frame.width - 1).attr("height", project.height - 1)
      .attr("fill", "none").attr("stroke", theme.line);
    const height = Math.ceil(project.height + key(svg, figures, frame, project.height));
    svg.attr("height", height).attr("viewBox", [0, 0, frame.width, height].join(" "));
    element.append(canvas, svg.node());
    element.tocsinCanvas = canvas;
    return element;
  });
})();
