// Gas of what stakers and voters do: whole transactions, production profile, on anvil.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  type BaseContract,
  ContractFactory,
  type ContractTransactionResponse,
  JsonRpcProvider,
  parseEther,
} from "ethers";
import { startChain } from "../scripts/demo/chain.ts";
import type { OpenToken, StakeVault } from "../types/index.ts";
import type { Figures } from "./main.ts";

export const about =
  "gas-stake: gas of whole transactions at the vault, with a running reward stream; first: an account without stake.";

const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

interface Compiled {
  contracts: Record<string, Record<string, { abi: never; evm: { bytecode: { object: string } } }>>;
  errors?: { severity: string; formattedMessage: string }[];
}

/** ABI and code of contracts in `contracts/`, compiled as the production profile of `hardhat.config.ts` does. */
function compile(names: string[]): { abi: never; code: string }[] {
  const solc = require("solc") as { compile(input: string, callbacks: object): string };
  const sources = Object.fromEntries(names.map((name) => [`contracts/${name}.sol`, read(`contracts/${name}.sol`)]));
  const settings = {
    evmVersion: "osaka",
    optimizer: { enabled: true, runs: 1_000 },
    viaIR: true,
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  };
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const output = JSON.parse(
    solc.compile(input, { import: (path: string) => ({ contents: read(path).content }) }),
  ) as Compiled;
  const error = output.errors?.find(({ severity }) => severity === "error");
  if (error) throw new Error(error.formattedMessage);
  return names.map((name) => {
    const { abi, evm } = output.contracts[`contracts/${name}.sol`]![name]!;
    return { abi, code: evm.bytecode.object };
  });
}

function read(path: string): { content: string } {
  const file = path.startsWith("contracts/") ? join(root, path) : require.resolve(path);
  return { content: readFileSync(file, "utf8") };
}

export async function run(): Promise<Figures> {
  const [tokenCode, vaultCode] = compile(["OpenToken", "StakeVault"]);
  const chain = await startChain({ accounts: 8 });
  const provider = new JsonRpcProvider(chain.url, chain.chainId, { staticNetwork: true, cacheTimeout: -1 });
  provider.pollingInterval = 20;
  try {
    const [holder, validator, alice, bob, carol, slasher] = await provider.listAccounts();
    const deploy = async <T extends BaseContract>({ abi, code }: { abi: never; code: string }, ...args: unknown[]) => {
      const contract = await new ContractFactory(abi, code, holder).deploy(...args);
      return (await contract.waitForDeployment()) as unknown as T;
    };
    const gas = async (sending: Promise<ContractTransactionResponse>) =>
      Number((await (await sending).wait())!.gasUsed);
    const wait = async (seconds: number) => {
      const { timestamp } = (await provider.getBlock("latest"))!;
      await chain.rpc("evm_setNextBlockTimestamp", [timestamp + seconds]);
      await chain.rpc("evm_mine");
    };

    const token = await deploy<OpenToken>(tokenCode!, holder!.address);
    const vault = await deploy<StakeVault>(vaultCode!, await token.getAddress(), 3600, 3600);
    await gas(vault.wire(holder!.address));
    for (const account of [holder!, validator!, alice!, bob!, carol!]) {
      await gas(token.transfer(account.address, parseEther("1000")));
      await gas(token.connect(account).approve(await vault.getAddress(), parseEther("1000000")));
    }
    // Somebody is there already, and rewards stream.
    await gas(vault.connect(validator!).stake(parseEther("100")));
    await gas(vault.connect(validator!).register(1000));
    await gas(vault.addReward(parseEther("100")));

    const figures: Figures = {};
    figures.stake_first = await gas(vault.connect(alice!).stake(parseEther("10")));
    await wait(60);
    figures.stake = await gas(vault.connect(alice!).stake(parseEther("10")));
    figures.collect = await gas(vault.collect(alice!.address));
    figures.unstake = await gas(vault.connect(alice!).unstake(parseEther("5")));
    figures.delegate = await gas(vault.connect(alice!).delegate(validator!.address));
    await gas(vault.connect(bob!).delegate(validator!.address));
    figures.stake_delegated_first = await gas(vault.connect(bob!).stake(parseEther("10")));
    await wait(60);
    figures.stake_delegated = await gas(vault.connect(bob!).stake(parseEther("10")));
    figures.unstake_delegated = await gas(vault.connect(bob!).unstake(parseEther("5")));
    figures.add_reward = await gas(vault.addReward(parseEther("1")));
    await gas(vault.appointSlasher(slasher!.address));
    await wait(7200);
    figures.withdraw = await gas(vault.connect(alice!).withdraw(0));
    figures.restake = await gas(vault.connect(bob!).restake(1));
    figures.slash = await gas(vault.connect(slasher!).slash(validator!.address, parseEther("0.1")));
    return figures;
  } finally {
    provider.destroy();
    await chain.stop();
  }
}
