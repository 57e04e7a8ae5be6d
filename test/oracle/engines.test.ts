import { expect } from "chai";
import { ENGINES, EngineError, engineNamed } from "../../oracle/engines/index.ts";

describe("engines by their names", () => {
  it("are found, each under one name", () => {
    for (const engine of ENGINES) expect(engineNamed(engine.name)).to.equal(engine);
    expect(ENGINES.map(({ name }) => name)).to.include.members(["tangent", "trajectory", "grad-dot"]);
  });

  it("that are unknown are refused, with those that there are", () => {
    expect(() => engineNamed("oracle")).to.throw(EngineError, 'no engine "oracle": there are tangent, trajectory');
  });
});
