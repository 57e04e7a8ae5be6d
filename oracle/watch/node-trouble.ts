import {
  BaseError,
  BlockNotFoundError,
  ContractFunctionRevertedError,
  HttpRequestError,
  RpcRequestError,
  TimeoutError,
} from "viem";
import { NodeError } from "../chain.ts";

/** Whether the node failed, rather than that it answered something unwelcome. */
export function isNodeTrouble(error: unknown): boolean {
  if (error instanceof NodeError) return true;
  if (!(error instanceof BaseError)) return false;
  const has = (...kinds: (new (...args: never[]) => Error)[]): boolean =>
    error.walk((cause) => kinds.some((kind) => cause instanceof kind)) !== null;
  if (has(ContractFunctionRevertedError)) return false;
  return has(HttpRequestError, TimeoutError, RpcRequestError, BlockNotFoundError);
}
