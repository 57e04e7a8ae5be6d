import { expect } from "chai";
import { chart } from "../../scripts/lib/chart.ts";

describe("chart", () => {
  const labels = ["1", "2", "3"];

  it("draws a bar for each value that is there", () => {
    const svg = chart(labels, [{ title: "Bees", kind: "bars", series: [{ name: "bees", values: [1, null, 2000] }] }]);
    expect(svg).to.match(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="420" height="240"/);
    expect(svg.match(/<rect /g)).to.have.length(3); // the ground, and two bars
    expect(svg).to.include(">2k</text>").and.include(">Bees</text>");
  });

  it("draws a line for each series, past what is not known", () => {
    const series = [
      { name: "a", values: [0, null, 1] },
      { name: "b", values: [null, 0.5, null] },
    ];
    const svg = chart(labels, [{ title: "Two", kind: "lines", top: 1, series }]);
    expect(svg.match(/<polyline /g)).to.have.length(2);
    expect(svg.match(/<circle /g)).to.have.length(3);
  });

  it("puts two panels in a row, and escapes what is written", () => {
    const panel = { title: "a < b & c", kind: "bars", series: [{ name: "x", values: [1, 2, 3] }] } as const;
    const panels = [panel, panel, panel].map((one) => ({
      ...one,
      series: one.series.map((s) => ({ ...s, values: [...s.values] })),
    }));
    const svg = chart(labels, panels);
    expect(svg).to.include('width="840" height="480"').and.include("a &lt; b &amp; c");
  });

  it("stays empty where there is nothing to draw", () => {
    const svg = chart([], [{ title: "None", kind: "bars", series: [{ name: "x", values: [] }] }]);
    expect(svg).not.to.match(/NaN|Infinity/);
  });
});
