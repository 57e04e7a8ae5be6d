import { createRequire } from "node:module";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import ignoreWarnings from "hardhat-ignore-warnings";
import { profile, SEED } from "./test/invariants/profiles.ts";

// The JavaScript build of the compiler from npm: nothing is downloaded, and every platform compiles alike.
const compiler = { version: "0.8.37", path: createRequire(import.meta.url).resolve("solc/soljson.js") };
const settings = { evmVersion: "osaka", optimizer: { enabled: true, runs: 1_000 } };

// Benchmarks build the production profile beside the default one, for the whole of a build is in one folder.
const output = process.env.TRIBUTARY_BUILD;

const depth = profile();

export default defineConfig({
  plugins: [toolbox, ignoreWarnings],
  paths: {
    sources: ["contracts", "test/contracts/helpers"],
    tests: { mocha: "test/contracts" },
    ignition: "deploy",
    ...(output && { artifacts: `${output}/artifacts`, cache: `${output}/cache` }),
  },
  solidity: {
    // What else there is of Solidity in test/ is compiled apart, when it runs.
    splitTestsCompilation: true,
    profiles: {
      default: { compilers: [{ ...compiler, settings }], isolated: false },
      production: { compilers: [{ ...compiler, settings: { ...settings, viaIR: true } }], isolated: false },
    },
  },
  warnings: {
    "npm/**/*": "off",
    "contracts/**/*": "error",
    "test/contracts/**/*": "error",
    "test/fuzz/**/*": "error",
    "test/invariants/**/*": "error",
  },
  typechain: { outDir: output ? `${output}/types` : "types", tsNocheck: true },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
    localhost: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
  },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      fuzz: { runs: depth.fuzz, seed: SEED },
      // An action that reverts is a finding: whatever it asks for must be granted.
      invariant: { runs: depth.runs, depth: depth.depth, failOnRevert: true },
    },
  },
});
