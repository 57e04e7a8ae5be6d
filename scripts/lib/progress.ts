import { Presets, SingleBar } from "cli-progress";

/** What a long step is told of its progress: `done` of `total`, and a word or two beside the bar. */
export type Report = (done: number, total: number, note?: string) => void;

export interface Progress {
  /** Runs a step under its title, with a bar where it reports and a terminal is there, and says how long it took. */
  step<T>(title: string, work: (report: Report) => Promise<T>, result?: (value: T) => string): Promise<T>;
}

/** Back to the beginning of the line, which is emptied. */
const CLEAR = "\r\x1b[K";

/** Progress on standard error, so that standard output carries results alone. */
export function progressOn(stream: NodeJS.WriteStream = process.stderr): Progress {
  return {
    async step(title, work, result) {
      const start = performance.now();
      let bar: SingleBar | undefined;
      const report: Report = (done, total, note = "") => {
        if (!stream.isTTY) return;
        if (!bar) {
          stream.write(CLEAR);
          const format = `  ${title.padEnd(28)} {bar} {percentage}% {eta_formatted} left {note}`;
          bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
          bar.start(total, 0, { note });
        }
        bar.update(done, { note });
      };
      stream.write(stream.isTTY ? `  ${title} ...` : `  ${title} ...\n`);
      try {
        const value = await work(report);
        bar?.stop();
        if (stream.isTTY) stream.write(CLEAR);
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        stream.write(`✓ ${title.padEnd(28)} ${`${seconds} s`.padStart(8)}  ${result?.(value) ?? ""}\n`);
        return value;
      } catch (error) {
        bar?.stop();
        if (stream.isTTY) stream.write(CLEAR);
        stream.write(`✗ ${title}\n`);
        throw error;
      }
    },
  };
}
