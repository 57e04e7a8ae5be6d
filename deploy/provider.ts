import type { EIP1193Provider } from "@nomicfoundation/ignition-core";
import type { Wallet } from "ethers";

/** The suite could not be deployed. */
export class DeployError extends Error {
  override name = "DeployError";
}

/** A provider over HTTP whose errors say what the node said. */
export function httpProvider(url: string): EIP1193Provider {
  let id = 0;
  return {
    async request({ method, params = [] }) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body }).catch((cause) => {
        throw new DeployError(`no node is running at ${url}`, { cause });
      });
      const answer = await response.json().catch((cause) => {
        throw new DeployError(`what answers at ${url} is not an Ethereum node`, { cause });
      });
      const { result, error } = answer as { result?: unknown; error?: { code: number; message: string } };
      if (error !== undefined) throw Object.assign(new DeployError(`${method}: ${error.message}`), error);
      return result;
    },
  };
}

/** What Ignition sends: the transaction of `eth_sendTransaction`, every number in hexadecimal. */
interface RpcTransaction {
  to?: string;
  data?: string;
  value?: string;
  chainId?: string;
  nonce?: string;
  gas?: string;
  gasPrice?: string;
  maxFeePerGas?: string;
  maxPriorityFeePerGas?: string;
}

/** The same node, with `wallet` as its only account: transactions are signed here, and the node never sees the key. */
export function signingProvider(node: EIP1193Provider, wallet: Pick<Wallet, "address" | "signTransaction">) {
  const provider: EIP1193Provider = {
    async request({ method, params = [] }) {
      if (method === "eth_accounts") return [wallet.address];
      if (method !== "eth_sendTransaction") return node.request({ method, params });
      const [{ to, data, value, chainId, nonce, gas, ...fees }] = params as [RpcTransaction];
      const signed = await wallet.signTransaction({
        type: fees.maxFeePerGas === undefined ? 0 : 2,
        to: to ?? null,
        data: data ?? "0x",
        value: value ?? 0,
        chainId: chainId ?? ((await node.request({ method: "eth_chainId" })) as string),
        nonce: Number(
          nonce ?? (await node.request({ method: "eth_getTransactionCount", params: [wallet.address, "pending"] })),
        ),
        gasLimit: gas ?? ((await node.request({ method: "eth_estimateGas", params })) as string),
        gasPrice: fees.gasPrice ?? null,
        maxFeePerGas: fees.maxFeePerGas ?? null,
        maxPriorityFeePerGas: fees.maxPriorityFeePerGas ?? null,
      });
      return node.request({ method: "eth_sendRawTransaction", params: [signed] });
    },
  };
  return provider;
}
