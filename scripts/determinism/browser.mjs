// What the scenario needs of Node in a browser, as a classic script before any module: in the page, and in every worker.
/** As much of Node's Buffer. */
class Bytes extends Uint8Array {
  static alloc(length) {
    return new Bytes(length);
  }

  static from(buffer, offset, length) {
    return new Bytes(buffer, offset, length);
  }

  equals(other) {
    return this.length === other.length && this.every((byte, i) => byte === other[i]);
  }

  toString() {
    return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** Node's Worker over the browser's. Its first message is what Node calls workerData. */
class Thread {
  constructor(url, { workerData }) {
    this.worker = new Worker(`/worker.js?${url.pathname}`);
    this.worker.postMessage(workerData);
  }

  on(event, listener) {
    this.worker.addEventListener(event, (e) => listener(event === "message" ? e.data : new Error(e.message)));
  }

  postMessage(message) {
    this.worker.postMessage(message);
  }

  ref() {}

  unref() {}

  async terminate() {
    this.worker.terminate();
  }
}

globalThis.process = { arch: "browser", env: {}, versions: {} };
globalThis.Buffer = Bytes;
const modules = {
  "node:os": { availableParallelism: () => navigator.hardwareConcurrency },
  "node:worker_threads": { Worker: Thread },
  viem: { bytesToHex: (bytes) => `0x${new Bytes(bytes.buffer, bytes.byteOffset, bytes.length)}` },
};

/** A module that is not served: what the scenario calls of it, and for all else a function that throws. */
globalThis.foreignModule = (name) =>
  new Proxy(modules[name] ?? {}, {
    get: (own, key) =>
      own[key] ??
      (() => {
        throw new Error(`${name} has no ${String(key)} in a browser`);
      }),
  });

if (typeof importScripts === "function") {
  const early = [];
  let listener = (message) => early.push(message);
  const parentPort = {
    on(_event, added) {
      listener = added;
      for (const message of early) added(message);
    },
    postMessage: (message, transfer) => self.postMessage(message, transfer),
  };
  self.addEventListener(
    "message",
    ({ data }) => {
      Object.assign(modules["node:worker_threads"], { parentPort, workerData: data });
      self.addEventListener("message", (event) => listener(event.data));
      import(location.search.slice(1));
    },
    { once: true },
  );
}
