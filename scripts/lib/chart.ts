/** One small chart: bars for one series, lines for several. A value that is not known is null. */
export interface Panel {
  title: string;
  kind: "bars" | "lines";
  series: { name: string; values: (number | null)[] }[];
  /** Upper end of the axis; default: the largest value. */
  top?: number;
}

const WIDTH = 420;
const HEIGHT = 240;
const FRAME = { left: 56, right: 12, top: 44, bottom: 28 };
const COLOURS = ["#3b6ea5", "#d1783c", "#4d9a63"];
const PLOT = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom };

/** An SVG of panels, two in a row, over the same labels. */
export function chart(labels: string[], panels: Panel[]): string {
  const rows = Math.ceil(panels.length / 2);
  const drawn = panels.map((panel, i) => {
    const place = `translate(${(i % 2) * WIDTH} ${Math.floor(i / 2) * HEIGHT})`;
    return `<g transform="${place}">\n${draw(labels, panel)}\n</g>`;
  });
  const [width, height] = [WIDTH * Math.min(2, panels.length), HEIGHT * rows];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function draw(labels: string[], { title, kind, series, top }: Panel): string {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const limit = top ?? (Math.max(0, ...known) || 1);
  const slot = PLOT.width / Math.max(1, labels.length);
  const x = (i: number) => round(FRAME.left + slot * (i + 0.5));
  const y = (value: number) => round(FRAME.top + PLOT.height * (1 - value / limit));
  const parts = [text(FRAME.left, 16, title, 'font-weight="bold" font-size="12"')];
  for (const share of [0, 0.5, 1]) {
    const level = y(limit * share);
    parts.push(
      `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${level}" y2="${level}" stroke="#ddd"/>`,
      text(FRAME.left - 6, level + 4, short(limit * share), 'text-anchor="end"'),
    );
  }
  // As many labels as fit beside one another.
  const every = Math.ceil(labels.length / Math.floor(PLOT.width / 52));
  for (const [i, label] of labels.entries()) {
    if (i % every === 0) parts.push(text(x(i), HEIGHT - 10, label, 'text-anchor="middle"'));
  }
  for (const [s, { name, values }] of series.entries()) {
    const colour = COLOURS[s % COLOURS.length]!;
    if (kind === "bars") {
      const width = round(Math.min(slot * 0.7, 40));
      for (const [i, value] of values.entries()) {
        if (value === null || value === 0) continue;
        const height = round(FRAME.top + PLOT.height - y(value));
        parts.push(
          `<rect x="${round(x(i) - width / 2)}" y="${y(value)}" width="${width}" height="${height}" fill="${colour}"/>`,
        );
      }
    } else {
      parts.push(text(FRAME.left + s * 80, 32, `● ${name}`, `fill="${colour}"`));
      const points = values.flatMap((value, i) => (value === null ? [] : [{ x: x(i), y: y(value) }]));
      const path = points.map((point) => `${point.x},${point.y}`).join(" ");
      // Lines that lie on one another are all seen: what is drawn first is wider.
      const wider = 2.5 * (series.length - 1 - s);
      parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${2 + wider}"/>`);
      for (const { x, y } of points) parts.push(`<circle cx="${x}" cy="${y}" r="${3 + wider}" fill="${colour}"/>`);
    }
  }
  return parts.join("\n");
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Three digits and a thousand's letter. */
function short(value: number): string {
  const steps = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const;
  const [unit, letter] = steps.find(([size]) => value >= size) ?? [1, ""];
  return `${Number((value / unit).toPrecision(3))}${letter}`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
