import {
  type ArgumentType,
  type ContractFuture,
  type Future,
  isModuleParameterRuntimeValue,
  isNamedContractAtFuture,
  isNamedContractDeploymentFuture,
  isNamedStaticCallFuture,
} from "@nomicfoundation/ignition-core";
import type { Address } from "viem";
import { artifact } from "../protocol/abi.ts";
import Tributary, { TributaryOnX402 } from "./modules/Tributary.ts";
import { X402_CHANNELS } from "./x402.ts";

/** What the module makes of one contract. */
export interface Planned {
  /** Its name in a deployment file. */
  name: string;
  /** Its artifact's. */
  contract: string;
  /** Parameters of the module that its constructor takes, with the constructor's own names of them. */
  parameters: { name: string; input: string }[];
  /** Another contract's function that tells its address, where another contract creates it. */
  toldBy?: { name: string; getter: string };
  /** Its address, where it stood before the suite: its code is not ours. */
  at?: Address;
}

/** The module by which a suite with these channels was deployed. */
export function moduleOf(channels: string): typeof Tributary | typeof TributaryOnX402 {
  return channels.toLowerCase() === X402_CHANNELS.toLowerCase() ? TributaryOnX402 : Tributary;
}

/** The contracts of a module, read from the module itself, so that nothing is said twice. */
export function plan(module: ReturnType<typeof moduleOf> = Tributary): Planned[] {
  const entries = Object.entries(module.results) as [string, ContractFuture<string>][];
  const nameOf = (future: Future) => entries.find(([, { id }]) => id === future.id)?.[0];
  return entries.map(([name, future]) => {
    if (isNamedContractAtFuture(future)) {
      const { address, contractName: contract } = future;
      if (typeof address === "string") return { name, contract, parameters: [], at: address as Address };
      const told = "type" in address && isNamedStaticCallFuture(address as Future);
      if (!told) return { name, contract, parameters: [] };
      const call = address as Future & { contract: Future; functionName: string };
      const teller = nameOf(call.contract);
      return {
        name,
        contract,
        parameters: [],
        ...(teller !== undefined && { toldBy: { name: teller, getter: call.functionName } }),
      };
    }
    if (!isNamedContractDeploymentFuture(future)) throw new Error(`${name} is of a kind that the plan does not know`);
    const { contractName: contract, constructorArgs } = future;
    const inputs = artifact(contract).abi.find((item) => item.type === "constructor")?.inputs ?? [];
    const parameters = constructorArgs.flatMap((argument, i) => parametersIn(argument, inputs[i]?.name ?? ""));
    return { name, contract, parameters };
  });
}

/** The parameters of the module in an argument, which may be a struct or a list. */
function parametersIn(argument: ArgumentType, input: string): Planned["parameters"] {
  if (isModuleParameterRuntimeValue(argument)) return [{ name: argument.name, input }];
  if (Array.isArray(argument)) return argument.flatMap((item) => parametersIn(item, input));
  if (typeof argument !== "object" || Object.getPrototypeOf(argument) !== Object.prototype || "type" in argument) {
    return []; // a plain value, another contract, or what a call tells
  }
  return Object.entries(argument as Record<string, ArgumentType>).flatMap(([key, field]) => parametersIn(field, key));
}
