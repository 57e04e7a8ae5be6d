// Worker threads and the queue of jobs before them. Which worker takes a job never shows in its result.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { InputError } from "./errors.ts";
import type { Curved, Generation, Job, JobResult, Scored, StreamedToken, WorkerMessage, WorkerSetup } from "./jobs.ts";
import { kernelModule } from "./kernels/index.ts";

interface Task {
  job: Job;
  onToken?: ((token: StreamedToken) => void) | undefined;
  resolve: (result: JobResult) => void;
  reject: (error: Error) => void;
}

type ResultOf<J extends Job> = J extends { kind: "generate" }
  ? Generation
  : J extends { kind: "hessianProducts" }
    ? Curved
    : Scored;

export class Pool {
  private readonly workers: Worker[] = [];
  private readonly idle: Worker[] = [];
  private readonly running = new Map<Worker, Task>();
  private readonly queue: Task[] = [];
  private closed: Error | undefined;

  /** Starts `threads` workers (default: one per processor, at most 8) on the weights given. */
  static async create(setup: Omit<WorkerSetup, "module">, threads?: number): Promise<Pool> {
    const count = threads ?? Math.min(8, availableParallelism());
    if (!Number.isSafeInteger(count) || count < 1 || count > 64) {
      throw new InputError(`threads must be an integer from 1 to 64, not ${count}`);
    }
    return new Pool({ ...setup, module: await kernelModule() }, count);
  }

  private constructor(setup: WorkerSetup, threads: number) {
    for (let i = 0; i < threads; i++) {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: setup });
      worker.on("message", (message: WorkerMessage) => this.receive(worker, message));
      worker.on("error", (error) => this.fail(new Error(`a worker of the engine failed: ${(error as Error).message}`)));
      // idle workers do not keep the process alive
      worker.unref();
      this.workers.push(worker);
      this.idle.push(worker);
    }
  }

  /** Queues a job; rejects if it fails or the pool is closed. */
  run<J extends Job>(job: J, onToken?: (token: StreamedToken) => void): Promise<ResultOf<J>> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise((resolve, reject) => {
      this.queue.push({ job, onToken, resolve: (result) => resolve(result as ResultOf<J>), reject });
      this.dispatch();
    });
  }

  /** Ends all workers; jobs not finished are rejected. */
  async close(): Promise<void> {
    this.fail(new Error("the engine is closed"));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const worker = this.idle.pop()!;
      const task = this.queue.shift()!;
      this.running.set(worker, task);
      worker.ref();
      worker.postMessage(task.job);
    }
  }

  private receive(worker: Worker, message: WorkerMessage): void {
    const task = this.running.get(worker);
    if (!task) return;
    if ("token" in message) {
      task.onToken?.(message.token);
      return;
    }
    this.running.delete(worker);
    worker.unref();
    this.idle.push(worker);
    if ("error" in message) task.reject(new Error(message.error));
    else task.resolve(message.result);
    this.dispatch();
  }

  private fail(error: Error): void {
    this.closed ??= error;
    for (const task of [...this.running.values(), ...this.queue]) task.reject(this.closed);
    this.running.clear();
    this.queue.length = 0;
  }
}

/** Copy of an array in memory that all threads share. */
export function shared(values: Float32Array): Float32Array<SharedArrayBuffer> {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
