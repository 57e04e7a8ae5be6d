import type { BaseContract, ContractTransactionReceipt, ContractTransactionResponse, LogDescription } from "ethers";
import type { Acting } from "./account.ts";
import { inOpen } from "./amount.ts";
import type { Connection } from "./connection.ts";
import { UserError } from "./errors.ts";

/** A mined transaction. */
export interface Sent {
  transaction: string;
  gas: bigint;
  receipt: ContractTransactionReceipt;
}

/** Waits until a transaction is mined. Throws where it was reverted after all. */
export async function mined(sending: Promise<ContractTransactionResponse>): Promise<Sent> {
  const receipt = await (await sending).wait();
  if (!receipt) throw new Error("The transaction was replaced.");
  return { transaction: receipt.hash, gas: receipt.gasUsed, receipt };
}

/** The first event of that name that a contract emitted in a transaction. */
export function eventOf({ receipt }: Sent, contract: BaseContract, address: string, name: string): LogDescription {
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== address.toLowerCase()) continue;
    const event = contract.interface.parseLog(log);
    if (event?.name === name) return event;
  }
  throw new Error(`${receipt.hash} has no ${name} event.`);
}

/** Lets `spender` take `amount` wei of the signer's OPEN, unless it may already. Throws a UserError where it has less. */
export async function approve(
  { contracts: { token } }: Pick<Connection, "contracts">,
  signer: Acting,
  spender: string,
  amount: bigint,
): Promise<void> {
  const balance = await token.balanceOf(signer.address);
  if (balance < amount) {
    throw new UserError(`${signer.address} holds ${inOpen(balance)}; ${inOpen(amount)} are needed.`);
  }
  if ((await token.allowance(signer.address, spender)) >= amount) return;
  await mined(token.connect(signer).approve(spender, amount));
}
