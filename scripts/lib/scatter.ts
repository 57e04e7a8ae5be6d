/** Points of one small square plot: what was measured, and what was predicted. */
export interface Cloud {
  title: string;
  note: string;
  points: readonly (readonly [measured: number, predicted: number])[];
}

const SIZE = 260;
const MARGIN = 46;
const ACROSS = 3;

/** An SVG of clouds, three in a row, each over its own square axes with the diagonal drawn. */
export function scatter(axes: { x: string; y: string }, clouds: readonly Cloud[]): string {
  const step = SIZE + MARGIN;
  const [width, height] = [step * Math.min(ACROSS, clouds.length) + 10, step * Math.ceil(clouds.length / ACROSS) + 20];
  const panels = clouds.map((cloud, i) => {
    const place = `translate(${(i % ACROSS) * step + MARGIN} ${Math.floor(i / ACROSS) * step + MARGIN - 10})`;
    return `<g transform="${place}">\n${panel(axes, cloud)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function panel({ x, y }: { x: string; y: string }, { title, note, points }: Cloud): string {
  const edge = SIZE - 20;
  const largest = Math.max(...points.flat().map(Math.abs), Number.MIN_VALUE);
  const at = (value: number) => Math.round((edge / 2) * (1 + value / largest) * 10) / 10;
  const text = (left: number, top: number, words: string, more = "") =>
    `<text x="${left}" y="${top}" ${more}>${words.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`;
  return [
    text(0, -18, title, 'font-weight="bold" font-size="12"'),
    text(0, -5, note, 'fill="#666"'),
    `<rect width="${edge}" height="${edge}" fill="none" stroke="#ccc"/>`,
    `<path d="M0 ${edge / 2}H${edge}M${edge / 2} 0V${edge}" stroke="#ddd"/>`,
    `<path d="M0 ${edge}L${edge} 0" stroke="#d1783c" stroke-dasharray="4 3"/>`,
    '<g fill="#3b6ea5" fill-opacity="0.6">',
    ...points.map(([measured, predicted]) => `<circle cx="${at(measured)}" cy="${at(-predicted)}" r="2.2"/>`),
    "</g>",
    text(edge / 2, edge + 14, `${x} (± ${largest.toPrecision(2)})`, 'text-anchor="middle" fill="#666"'),
    text(-edge / 2, -6, y, 'text-anchor="middle" fill="#666" transform="rotate(-90)"'),
  ].join("\n");
}
