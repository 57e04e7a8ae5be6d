import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { config } from "hardhat";
import { UserError } from "../lib/errors.ts";
import type { Node } from "./mutants.ts";

export const ROOT = join(import.meta.dirname, "../..");

interface Bytecode {
  object: string;
  linkReferences: object;
  immutableReferences?: object;
}

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  sources?: Record<string, { ast: Node }>;
  contracts?: Record<
    string,
    Record<string, { abi: object[]; evm: { bytecode: Bytecode; deployedBytecode: Bytecode } }>
  >;
}

/** What Hardhat reads of a contract, by its path under `artifacts`. */
export type Artifacts = Map<string, string>;

const require = createRequire(import.meta.url);
const SOLC: { compile(input: string, callbacks: object): string } = require("solc");

/** Of the default profile; without the hash of the source, so that equal code is equal. */
const OPTIMIZED = {
  ...config.solidity.profiles.default!.compilers[0]!.settings,
  metadata: { appendCBOR: false, bytecodeHash: "none" },
};
/** What mutants are tested in: it compiles in a third of the time, and does the same. */
const PLAIN = { ...OPTIMIZED, optimizer: { enabled: false } };

/** What an artifact holds. */
const OUTPUTS = [
  "abi",
  ...["bytecode", "deployedBytecode"].flatMap((code) => [`evm.${code}.object`, `evm.${code}.linkReferences`]),
  "evm.deployedBytecode.immutableReferences",
];

/** The project's sources, and `more`, as they are on the disk. */
export class Sources {
  readonly #texts = new Map<string, string>();
  readonly #trees = new Map<string, Node>();

  constructor(more: string[]) {
    const ours = globSync(["contracts/**/*.sol", "test/contracts/helpers/*.sol"], { cwd: ROOT });
    for (const file of new Set([...ours, ...more].map((name) => name.replaceAll("\\", "/")).sort())) {
      this.#texts.set(file, read(file));
      this.#trees.set(file, parse(file, read(file)));
    }
  }

  text(file: string): string {
    return this.#texts.get(file)!;
  }

  tree(file: string): Node {
    return this.#trees.get(file)!;
  }

  /** Files whose code changes with that of `file`: itself, and whatever imports it, directly or not. */
  dependents(file: string): string[] {
    return [...this.#texts.keys()].filter((other) => this.closure(other).has(file));
  }

  /** `file` and what it imports, directly or not, packages aside. */
  closure(file: string, known = new Set<string>()): Set<string> {
    const tree = this.#trees.get(file);
    if (tree === undefined || known.has(file)) return known;
    known.add(file);
    for (const node of tree.nodes as (Node & { absolutePath: string })[]) {
      if (node.nodeType === "ImportDirective") this.closure(node.absolutePath, known);
    }
    return known;
  }

  /** Compiles `files` with `source` in place of `mutated`; undefined where that is no program. */
  compile(files: string[], mutated: string, source: string, optimized = false): Artifacts | undefined {
    const contents = (file: string) => (file === mutated ? source : (this.#texts.get(file) ?? read(file)));
    const { errors = [], contracts = {} } = compile(
      {
        sources: Object.fromEntries(files.map((file) => [file, { content: contents(file) }])),
        settings: {
          ...(optimized ? OPTIMIZED : PLAIN),
          outputSelection: Object.fromEntries(files.map((file) => [file, { "*": OUTPUTS }])),
        },
      },
      contents,
    );
    if (errors.some(({ severity }) => severity === "error")) return undefined;
    const artifacts: Artifacts = new Map();
    for (const file of files) {
      for (const [contractName, { abi, evm }] of Object.entries(contracts[file] ?? {})) {
        const artifact = {
          _format: "hh3-artifact-1",
          contractName,
          sourceName: file,
          abi,
          bytecode: `0x${evm.bytecode.object}`,
          deployedBytecode: `0x${evm.deployedBytecode.object}`,
          linkReferences: evm.bytecode.linkReferences,
          deployedLinkReferences: evm.deployedBytecode.linkReferences,
          immutableReferences: evm.deployedBytecode.immutableReferences ?? {},
          inputSourceName: `project/${file}`,
        };
        artifacts.set(`${file}/${contractName}.json`, JSON.stringify(artifact));
      }
    }
    return artifacts;
  }
}

/** The syntax tree of a file. Throws {@link UserError} where it is not Solidity. */
export function parse(file: string, content: string): Node {
  const settings = { stopAfter: "parsing", outputSelection: { [file]: { "": ["ast"] } } };
  const { errors = [], sources } = compile({ sources: { [file]: { content } }, settings }, () => "");
  const error = errors.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new UserError(`${file} does not compile: ${error.formattedMessage.trim()}`);
  return sources![file]!.ast;
}

function compile(input: object, load: (file: string) => string): Output {
  const callbacks = {
    import: (file: string) => {
      try {
        return { contents: load(file) };
      } catch {
        return { error: `${file} is not there` };
      }
    },
  };
  return JSON.parse(SOLC.compile(JSON.stringify({ language: "Solidity", ...input }), callbacks)) as Output;
}

/** Our own files by their path from the root, packages by their name. */
function read(file: string): string {
  try {
    return readFileSync(file.startsWith("@") ? require.resolve(file) : join(ROOT, file), "utf8");
  } catch {
    throw new UserError(`There is no ${file}.`);
  }
}
