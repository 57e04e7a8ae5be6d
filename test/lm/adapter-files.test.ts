import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { adapterLayout, initAdapter, loadAdapter, saveAdapter } from "../../lm/index.ts";
import { decodeSafetensors } from "../../lm/safetensors.ts";
import { TINY, tinyAdapter, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";
import { scratchFolder } from "./scratch.ts";

describe("an adapter on disk", () => {
  const folder = scratchFolder();
  const base = tinyBase();
  const adapter = tinyAdapter();

  const edit = async (change: (json: Record<string, unknown>) => void) => {
    const path = join(folder(), "adapter_config.json");
    const json = JSON.parse(await readFile(path, "utf8"));
    change(json);
    await writeFile(path, JSON.stringify(json));
  };

  it("comes back as it was, with the same hash", async () => {
    const { hash } = await saveAdapter(adapter, base, folder());
    const loaded = await loadAdapter(folder(), base);
    expect(loaded).to.deep.equal({ ...adapter, hash });
  });

  it("keeps a single target", async () => {
    const single = initAdapter(TINY, { rank: 2, alpha: 4, targets: ["v_proj"] }, 1);
    await saveAdapter(single, base, folder());
    expect((await loadAdapter(folder(), base)).params).to.deep.equal(single.params);
  });

  it("has PEFT's files, keys and shapes", async () => {
    await saveAdapter(adapter, base, folder());
    expect(await readdir(folder())).to.have.members(["adapter_config.json", "adapter_model.safetensors"]);
    const config = JSON.parse(await readFile(join(folder(), "adapter_config.json"), "utf8"));
    expect(config).to.include({ peft_type: "LORA", task_type: "CAUSAL_LM", r: 3, lora_alpha: 6, bias: "none" });
    expect(config.target_modules).to.deep.equal(["q_proj", "v_proj"]);
    const bytes = await readFile(join(folder(), "adapter_model.safetensors"));
    const { tensors } = decodeSafetensors(bytes, "adapter");
    expect(tensors.size).to.equal(8);
    const key = "base_model.model.model.layers.1.self_attn.v_proj";
    expect(tensors.get(`${key}.lora_A.weight`)!.shape).to.deep.equal([3, 16]);
    expect(tensors.get(`${key}.lora_B.weight`)!.shape).to.deep.equal([16, 3]);
  });

  it("is refused on another base", async () => {
    await saveAdapter(adapter, base, folder());
    const other = tinyBase({ ...TINY, normEps: 1e-6 });
    expect(await rejection(loadAdapter(folder(), other))).to.include(
      `the adapter belongs to the base ${base.hash}, but this one is ${other.hash}`,
    );
  });

  it("is refused with a rank that its tensors do not have, naming the tensor and both shapes", async () => {
    await saveAdapter(adapter, base, folder());
    await edit((json) => {
      json.r = 4;
    });
    const { name } = adapterLayout(TINY, adapter.config)[0]!;
    expect(await rejection(loadAdapter(folder(), base))).to.include(
      `tensor ${name} has the shape [3,16], but the model needs [4,16]`,
    );
  });

  it("is refused when a target is missing from the file, or is too many", async () => {
    await saveAdapter(initAdapter(TINY, { rank: 2, alpha: 4, targets: ["q_proj"] }, 1), base, folder());
    await edit((json) => {
      json.target_modules = ["q_proj", "v_proj"];
    });
    expect(await rejection(loadAdapter(folder(), base)))
      .to.include("no tensor")
      .and.to.include("v_proj");
    await edit((json) => {
      json.target_modules = ["v_proj"];
    });
    expect(await rejection(loadAdapter(folder(), base))).to.include("no tensor");
  });

  const faults: [string, unknown, string][] = [
    ["peft_type", "IA3", 'peft_type must be "LORA"'],
    ["use_rslora", true, "are not supported"],
    ["bias", "all", "are not supported"],
    ["target_modules", "all-linear", "target_modules are missing"],
    ["target_modules", ["k_proj"], "no target k_proj"],
    ["target_modules", [], "name each target once, and at least one"],
    ["r", 0, "the rank must be an integer from 1 to 16, not 0"],
    ["lora_alpha", -1, "alpha must be a positive number"],
  ];
  for (const [key, value, message] of faults) {
    it(`is refused with ${key} ${JSON.stringify(value)}`, async () => {
      await saveAdapter(adapter, base, folder());
      await edit((json) => {
        json[key] = value;
      });
      expect(await rejection(loadAdapter(folder(), base))).to.include(message);
    });
  }

  it("is refused when its tensors are truncated", async () => {
    await saveAdapter(adapter, base, folder());
    await truncate(join(folder(), "adapter_model.safetensors"), 1000);
    expect(await rejection(loadAdapter(folder(), base))).to.include("adapter_model.safetensors: truncated");
  });

  it("is not written with a parameter that is not a number, or one too few", async () => {
    const broken = { ...adapter, params: adapter.params.with(2, Number.NaN) };
    expect(await rejection(saveAdapter(broken, base, join(folder(), "new")))).to.include("parameter 2 is NaN");
    const short = { ...adapter, params: adapter.params.slice(1) };
    expect(await rejection(saveAdapter(short, base, join(folder(), "new")))).to.include("but its config asks for");
    expect(await readdir(folder())).to.deep.equal([]);
  });
});
