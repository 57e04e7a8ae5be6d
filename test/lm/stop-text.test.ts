import { expect } from "chai";
import { StopText } from "../../lm/stop-text.ts";

describe("text before a stop string", () => {
  const stream = (pieces: string[], stops: string[]) => {
    const stop = new StopText(stops);
    const released = pieces.map((piece, i) => stop.push(piece, i === pieces.length - 1));
    return { released, text: stop.text, found: stop.found };
  };

  it("is all there is without one", () => {
    expect(stream(["a", "b"], [])).to.deep.equal({ released: ["a", "b"], text: "ab", found: false });
    expect(stream(["a", "b"], [""])).to.deep.equal({ released: ["a", "b"], text: "ab", found: false });
  });

  it("ends before the first of several", () => {
    expect(stream(["one. two! three"], ["!", "."])).to.deep.equal({ released: ["one"], text: "one", found: true });
  });

  it("holds back what may become one, and never shows any of it", () => {
    expect(stream(["x\n", "\nQues", "tion"], ["\n\nQuestion"])).to.deep.equal({
      released: ["x", "", ""],
      text: "x",
      found: true,
    });
  });

  it("lets go of what did not become one", () => {
    expect(stream(["x\n", "y\n", "z"], ["\n\n"])).to.deep.equal({
      released: ["x", "\ny", "\nz"],
      text: "x\ny\nz",
      found: false,
    });
    expect(stream(["x", "\n"], ["\n\n"])).to.deep.equal({ released: ["x", "\n"], text: "x\n", found: false });
  });
});
