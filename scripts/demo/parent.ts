import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** How far up npm can be: its shell may stand between. */
const GENERATIONS = 3;

/**
 * Ends this process when the npm that runs it is gone: npm cannot pass SIGKILL on, and a killed `npm start` must leave
 * nothing behind. Does nothing where no npm runs it.
 */
export function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = findNpm();
  if (npm === undefined) return;
  setInterval(() => alive(npm) || process.exit(1), 500).unref();
}

function findNpm(): number | undefined {
  let pid = process.ppid;
  for (let generation = 0; generation < GENERATIONS && pid > 1; generation++) {
    const { parent, command } = describe(pid);
    if (/\bnpm\b/.test(command)) return pid;
    pid = parent;
  }
  return undefined;
}

/** Parent and command line of a process; on Linux without `ps`, which small images lack. */
function describe(pid: number): { parent: number; command: string } {
  try {
    if (process.platform === "linux") {
      const [, parent] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^PPid:\s+(\d+)/m)!;
      return { parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
    }
    const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return { parent: Number.parseInt(line, 10), command: line.replace(/^\d+\s*/, "") };
  } catch {
    return { parent: 0, command: "" };
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
