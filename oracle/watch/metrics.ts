import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const PREFIX = "tributary_watch_";

const NAMES = {
  postings_checked_total: ["counter", "Postings that were judged."],
  postings_wrong_total: ["counter", "Postings found wrong."],
  postings_withheld_total: ["counter", "Postings whose bundle was not to be had."],
  refutations_total: ["counter", "Refutations that the chain took."],
  demands_total: ["counter", "Demands for withheld data that the chain took."],
  node_failures_total: ["counter", "Times that the node did not answer."],
  lag_blocks: ["gauge", "Blocks between the newest one and the last that was read."],
  last_check_seconds: ["gauge", "Seconds that the last posting took."],
} as const;

export type MetricName = keyof typeof NAMES;

/** What a watcher counts, in the text format of Prometheus (version 0.0.4). */
export class Metrics {
  readonly #values = new Map<MetricName, number>();

  add(name: MetricName, by = 1): void {
    this.#values.set(name, this.value(name) + by);
  }

  set(name: MetricName, value: number): void {
    this.#values.set(name, value);
  }

  value(name: MetricName): number {
    return this.#values.get(name) ?? 0;
  }

  text(): string {
    return (Object.keys(NAMES) as MetricName[])
      .map((name) => {
        const [type, help] = NAMES[name];
        const full = `${PREFIX}${name}`;
        return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${full} ${this.value(name)}\n`;
      })
      .join("");
  }
}

/** Serves /metrics on loopback; port 0 is any free one. */
export async function serveMetrics(
  metrics: Metrics,
  port: number,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(({ method, url }, response) => {
    if (url !== "/metrics" || (method !== "GET" && method !== "HEAD")) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(metrics.text());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, close };
}
