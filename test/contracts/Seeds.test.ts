import { expect } from "chai";
import { encodeHeader } from "../../protocol/header.ts";
import { deployed, ethers, loadFixture, networkHelpers, passDeadline, time } from "./fixtures.ts";

/** The first epoch's log deadline is over. */
async function due() {
  const suite = await deployed();
  const epoch = await suite.attribution.FIRST_EPOCH();
  await passDeadline(suite, epoch);
  return { ...suite, epoch };
}

async function armed() {
  const suite = await due();
  await suite.seeds.arm(suite.epoch);
  return { ...suite, block: await suite.seeds.armedBlock(suite.epoch) };
}

/** EIP-2935's contract, as its specification gives it: the simulated chain has none. */
const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";
const HISTORY_CODE =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

/** Mines up to the armed block, whose hash the history contract then serves, and some blocks more. */
async function reach(block: bigint, distance: bigint) {
  while (BigInt(await ethers.provider.getBlockNumber()) < block) await ethers.provider.send("evm_mine", []);
  const { hash } = (await ethers.provider.getBlock(block))!;
  await networkHelpers.setCode(HISTORY, HISTORY_CODE);
  await networkHelpers.setStorageAt(HISTORY, block % 8_191n, hash!);
  if (distance > 0n) await networkHelpers.mineUpTo(block + distance);
}

const blockAt = async (number: bigint) =>
  (await ethers.provider.send("eth_getBlockByNumber", [ethers.toQuantity(number), false])) as Record<string, unknown>;

describe("Seeds.arm", () => {
  it("names a block that is to come", async () => {
    const { seeds, epoch } = await loadFixture(due);
    const notice = await seeds.NOTICE();
    const call = seeds.arm(epoch);
    const at = BigInt(await ethers.provider.getBlockNumber()) + 1n;
    await expect(call)
      .to.emit(seeds, "SeedArmed")
      .withArgs(epoch, at + notice);
    expect(await seeds.armedBlock(epoch)).to.equal(at + notice);
    expect(await seeds.seedOf(epoch)).to.equal(ethers.ZeroHash);
  });

  it("waits for the log deadline", async () => {
    const { seeds, attribution, epoch } = await loadFixture(due);
    const deadline = await attribution.logDeadline(epoch + 1n);
    await time.setNextBlockTimestamp(deadline);
    await expect(seeds.arm(epoch + 1n))
      .to.be.revertedWithCustomError(seeds, "SeedTooEarly")
      .withArgs(epoch + 1n, deadline);
    await time.setNextBlockTimestamp(deadline + 1n);
    await seeds.arm(epoch + 1n);
  });

  it("names no other block while the first comes, or is known to the chain", async () => {
    const { seeds, epoch, block } = await loadFixture(armed);
    const refused = () =>
      expect(seeds.arm(epoch)).to.be.revertedWithCustomError(seeds, "SeedIsArmed").withArgs(epoch, block);
    await refused();
    await reach(block, 300n);
    await refused();
    await networkHelpers.mineUpTo(block + 8_190n);
    await refused(); // in the last block that knows it
  });

  it("names another where nobody recorded the first while the chain knew it", async () => {
    const { seeds, epoch, block } = await loadFixture(armed);
    await reach(block, 8_191n);
    await seeds.arm(epoch);
    expect(await seeds.armedBlock(epoch)).to.equal(block + 8_192n + (await seeds.NOTICE()));
  });

  it("reverts once the seed is recorded", async () => {
    const { seeds, epoch, block } = await loadFixture(armed);
    await networkHelpers.mineUpTo(block);
    await seeds.recordSeed(epoch, encodeHeader(await blockAt(block)));
    await expect(seeds.arm(epoch)).to.be.revertedWithCustomError(seeds, "SeedIsRecorded").withArgs(epoch);
  });
});

describe("Seeds.recordSeed", () => {
  for (const distance of [0n, 200n, 300n, 8_190n]) {
    it(`records the prevrandao of the armed block ${distance} blocks later`, async () => {
      const { seeds, epoch, block } = await loadFixture(armed);
      await reach(block, distance);
      const told = await blockAt(block);
      await expect(seeds.recordSeed(epoch, encodeHeader(told)))
        .to.emit(seeds, "SeedRecorded")
        .withArgs(epoch, told.mixHash);
      expect(await seeds.seedOf(epoch)).to.equal(told.mixHash);
      expect(told.mixHash).not.to.equal(ethers.ZeroHash);
    });
  }

  it("takes the header of no other block, and none that was changed", async () => {
    const { seeds, epoch, block } = await loadFixture(armed);
    await networkHelpers.mineUpTo(block + 5n);
    const told = await blockAt(block);
    const right = encodeHeader(told);
    const other = encodeHeader(await blockAt(block + 1n));
    const mix = (told.mixHash as string).slice(2);
    for (const header of [other, right.replace(mix, "11".repeat(32)), "0x", right.slice(0, -2)]) {
      await expect(seeds.recordSeed(epoch, header))
        .to.be.revertedWithCustomError(seeds, "SeedWrongHeader")
        .withArgs(told.hash, ethers.keccak256(header));
    }
  });

  it("reverts before the block is there, and where the chain has forgotten it", async () => {
    const { seeds, epoch, block } = await loadFixture(armed);
    const refused = () =>
      expect(seeds.recordSeed(epoch, "0x")).to.be.revertedWithCustomError(seeds, "SeedUnknownBlock").withArgs(block);
    await refused();
    await networkHelpers.mineUpTo(block - 1n);
    await refused(); // in the armed block itself
    await reach(block, 8_191n);
    await refused();
  });

  it("reverts where no block is armed, or the seed is recorded", async () => {
    const { seeds, epoch, block } = await loadFixture(armed);
    await expect(seeds.recordSeed(epoch - 1n, "0x"))
      .to.be.revertedWithCustomError(seeds, "SeedNotArmed")
      .withArgs(epoch - 1n);
    await networkHelpers.mineUpTo(block);
    const header = encodeHeader(await blockAt(block));
    await seeds.recordSeed(epoch, header);
    await expect(seeds.recordSeed(epoch, header))
      .to.be.revertedWithCustomError(seeds, "SeedIsRecorded")
      .withArgs(epoch);
  });
});
