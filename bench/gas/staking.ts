import {
  type BaseContract,
  ContractFactory,
  type ContractTransactionResponse,
  JsonRpcProvider,
  parseEther,
} from "ethers";
import { startChain } from "../../scripts/demo/chain.ts";
import type { OpenToken, StakeVault } from "../../types/index.ts";
import type { Figures } from "../main.ts";
import { productionArtifact } from "./production.ts";

/** Gas of what stakers do. First: an account without stake. */
export async function staking(): Promise<Figures> {
  const chain = await startChain({ accounts: 8 });
  const provider = new JsonRpcProvider(chain.url, chain.chainId, { staticNetwork: true, cacheTimeout: -1 });
  provider.pollingInterval = 20;
  try {
    const [holder, validator, alice, bob, carol, slasher] = await provider.listAccounts();
    const deploy = async <T extends BaseContract>(name: string, ...args: unknown[]) => {
      const { abi, bytecode } = productionArtifact(`contracts/${name}.sol/${name}.json`);
      const contract = await new ContractFactory(abi as never, bytecode, holder).deploy(...args);
      return (await contract.waitForDeployment()) as unknown as T;
    };
    const gas = async (sending: Promise<ContractTransactionResponse>) =>
      Number((await (await sending).wait())!.gasUsed);
    const wait = async (seconds: number) => {
      const { timestamp } = (await provider.getBlock("latest"))!;
      await chain.rpc("evm_setNextBlockTimestamp", [timestamp + seconds]);
      await chain.rpc("evm_mine");
    };

    const token = await deploy<OpenToken>("OpenToken", holder!.address);
    const vault = await deploy<StakeVault>("StakeVault", await token.getAddress(), 3600, 3600);
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
