import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh folder for each test of the surrounding suite, removed after it. */
export function scratchFolder(): () => string {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "tributary-lm-"));
  });
  afterEach(() => rm(dir, { recursive: true }));
  return () => dir;
}
