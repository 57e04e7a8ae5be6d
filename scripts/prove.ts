// Proves the accounting cores with the SMTChecker (constrained Horn clauses) and Z3. Exits 1 where anything stays unproved.
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { init } from "z3-solver";
import { UserError } from "./lib/errors.ts";
import { positive } from "./lib/numbers.ts";
import { fail, print } from "./lib/output.ts";

const root = join(import.meta.dirname, "..");
/** What is proved besides the assertions: no operation reverts by an overflow, an underflow or a division by zero. */
const TARGETS = ["assert", "overflow", "underflow", "divByZero"];

interface Options {
  folder: string;
  steps: number;
  json?: boolean;
}

/** One proof file: how many conditions hold in every state, and what is said of the others. */
interface Proof {
  file: string;
  proved: number;
  unproved: string[];
  seconds: number;
}

interface CompilerOutput {
  errors?: { severity: string; message: string; formattedMessage: string }[];
  auxiliaryInputRequested?: { smtlib2queries: Record<string, string> };
}
interface Compiler {
  compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string;
}
/** What the compiler asks of a solver of its own accord. */
const TIME_LIMIT = /^\(set-option :timeout \d+\)\n/;
/** Answers one SMT-LIB2 query. */
type Solver = (query: string) => Promise<string>;

const require = createRequire(import.meta.url);

/**
 * Z3 from npm, in this process: nothing else needs to be installed. A query is given up after `limit` steps of Z3's own
 * count, so a slow machine proves as much as a fast one.
 */
async function startSolver(limit: number): Promise<Solver> {
  const { Z3, em } = await init();
  return async (query) => {
    // A context of its own: declarations of one query would clash with those of the next.
    const context = Z3.mk_context(Z3.mk_config());
    // Z3.eval_smtlib2_string puts the query on the stack and returns while another thread still reads it there, which
    // garbles a query now and then. So it is called as that does it, on a copy that stays.
    const bytes = Buffer.from(`(set-option :rlimit ${limit})\n${query.replace(TIME_LIMIT, "")}\0`);
    const copy = em._malloc(bytes.length) as number;
    new Uint8Array(em.HEAPU32.buffer).set(bytes, copy);
    try {
      const call = () => em.ccall("async_Z3_eval_smtlib2_string", "void", ["number", "number"], [context, copy]);
      return (await em.async_call(call)) as string;
    } finally {
      em._free(copy);
      Z3.del_context(context);
    }
  };
}

/**
 * Proves one file. The compiler writes down its queries, Z3 answers them, and the compiler goes on with the answers,
 * until it asks no more.
 */
async function prove(compiler: Compiler, solve: Solver, file: string): Promise<Proof> {
  const started = performance.now();
  const content = readFileSync(resolve(root, file), "utf8");
  const contracts = [...content.matchAll(/^contract (\w+)/gm)].map(([, name]) => name!);
  const input = {
    language: "Solidity",
    sources: { [file]: { content } },
    settings: {
      outputSelection: {},
      modelChecker: {
        engine: "chc",
        solvers: ["smtlib2"],
        targets: TARGETS,
        contracts: { [file]: contracts },
        showProvedSafe: true,
        showUnproved: true,
      },
    },
    auxiliaryInput: { smtlib2responses: {} as Record<string, string> },
  };
  const answers = input.auxiliaryInput.smtlib2responses;
  for (;;) {
    const output = JSON.parse(compiler.compile(JSON.stringify(input), { import: load })) as CompilerOutput;
    const errors = output.errors ?? [];
    const broken = errors.find(({ severity }) => severity === "error");
    if (broken) throw new UserError(`${file} does not compile: ${broken.formattedMessage}`);
    const asked = Object.entries(output.auxiliaryInputRequested?.smtlib2queries ?? {});
    const open = asked.filter(([hash]) => !(hash in answers));
    if (open.length > 0) {
      for (const [hash, query] of open) answers[hash] = await solve(query);
      continue;
    }
    const conditions = errors.filter(({ message }) => message.startsWith("CHC"));
    const proved = conditions.filter(({ severity, message }) => severity === "info" && / is safe/.test(message));
    const unproved = conditions.filter((condition) => !proved.includes(condition));
    if (conditions.length === 0) throw new UserError(`${file} asserts nothing, so nothing can be proved.`);
    return {
      file,
      proved: proved.length,
      unproved: unproved.map(({ formattedMessage }) => formattedMessage.trim()),
      seconds: (performance.now() - started) / 1000,
    };
  }
}

/** Our own files by their path from the root, packages by their name. */
function load(path: string): { contents: string } | { error: string } {
  try {
    const file = path.startsWith("@") ? require.resolve(path) : resolve(root, path);
    return { contents: readFileSync(file, "utf8") };
  } catch {
    return { error: `${path} is not there` };
  }
}

function describe({ file, proved, unproved, seconds }: Proof): string {
  const verdict = unproved.length === 0 ? "proved " : "UNPROVED";
  const line = `${verdict} ${file}: ${proved} conditions hold, ${unproved.length} unproved (${seconds.toFixed(1)} s)`;
  return [line, ...unproved].join("\n");
}

async function main(names: string[], options: Options): Promise<void> {
  const known = globSync(`${options.folder}/*.sol`, { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
  const files = names.length === 0 ? known : names.map((name) => `${options.folder}/${name.replace(/\.sol$/, "")}.sol`);
  const unknown = files.find((file) => !known.includes(file));
  if (unknown !== undefined) throw new UserError(`There is no ${unknown}; there are: ${known.join(", ") || "none"}.`);
  const compiler = require("solc") as Compiler;
  const solve = await startSolver(options.steps);
  const proofs: Proof[] = [];
  for (const file of files) {
    const proof = await prove(compiler, solve, file);
    proofs.push(proof);
    if (!options.json) console.log(describe(proof));
  }
  const proved = proofs.reduce((sum, proof) => sum + proof.proved, 0);
  const unproved = proofs.reduce((sum, proof) => sum + proof.unproved.length, 0);
  const text = `${proved} conditions proved, ${unproved} unproved.`;
  print({ text, data: { ok: unproved === 0, proved, unproved, proofs } }, options.json ?? false);
  if (unproved > 0) process.exitCode = 1;
}

const script = new Command("npm run prove --")
  .description(`Proves every assertion of the contracts in a folder, and that nothing in them over- or underflows.`)
  .argument("[names...]", "proof files by name (default: all)")
  .option("--folder <dir>", "where the proof files are", "test/proofs")
  .option("--steps <n>", "of Z3 for each query, before it is given up", positive, 500_000_000)
  .option("--json", "print one JSON object: ok, proved, unproved, proofs")
  .parse();

const options = script.opts<Options>();
try {
  await main(script.args, options);
} catch (error) {
  fail(error, options.json ?? false);
}
// Z3's worker threads would keep the process.
process.exit();
