/** How much of a file the tests have run, in per cent, and the lines that they have not. */
export interface FileCoverage {
  file: string;
  lines: number;
  statements: number;
  uncovered: string;
}

/** The rows of Hardhat's coverage table that are under `folder`, by name. */
export function coverageOf(output: string, folder: string): FileCoverage[] {
  const row = /^║ (\S+\.sol)\s+│ ([\d.]+)\s+│ ([\d.]+)\s+│ (.*?)\s*║$/gm;
  return [...output.matchAll(row)]
    .map(([, file, lines, statements, uncovered]) => ({
      file: file!,
      lines: Number(lines),
      statements: Number(statements),
      uncovered: uncovered === "-" ? "" : uncovered!,
    }))
    .filter(({ file }) => file.startsWith(folder))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
