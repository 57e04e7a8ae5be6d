// Installs what the lock file names and node_modules lacks, so that `npm start` and `npm test` are
// complete on a fresh clone. Runs before anything is installed: no dependencies, Node >= 18.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE = "24.21.0"; // the same version as optionalDependencies.node
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The packages of a lock file by path, or null where the file is absent or unreadable. */
function packages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return null;
  }
}

/** Whether an optional package is meant for another platform, so that its absence is right. */
function foreign({ os, cpu, libc }) {
  const excluded = (list, mine) =>
    list && (list.includes(`!${mine}`) || (!list.some((l) => l.startsWith("!")) && !list.includes(mine)));
  const musl = existsSync("/etc/alpine-release") ? "musl" : "glibc";
  return excluded(os, process.platform) || excluded(cpu, process.arch) || excluded(libc, musl);
}

/** The first wanted package that is absent or of another version, or undefined when all is there. */
function missing() {
  const wanted = packages("package-lock.json");
  if (!wanted) throw new Error("package-lock.json is missing or unreadable: is this a complete clone?");
  const have = packages("node_modules/.package-lock.json") ?? {};
  return Object.keys(wanted).find((path) => {
    if (path === "" || wanted[path].link || foreign(wanted[path])) return false;
    return have[path]?.version !== wanted[path].version || !existsSync(join(root, path));
  });
}

const absent = missing();
if (absent) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  // `npm ci` under an old Node silently skips native packages that ask for a newer one.
  const old = major < 22 || (major === 22 && minor < 13);
  const args = old ? ["npx", "--yes", "--package", `node@${NODE}`, "npm", "ci"] : ["npm", "ci"];
  console.error(`Installing dependencies (${absent.replace(/^node_modules\//, "")} is missing) ...`);
  const shell = process.platform === "win32";
  const { status, error } = spawnSync(args[0], [...args.slice(1), "--no-progress"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell,
  });
  if (error || status !== 0) {
    console.error(
      `Installing failed${error ? `: ${error.message}` : ""}. Is the package registry reachable? Try \`npm ci\` by hand.`,
    );
    process.exit(1);
  }
}
