import { type Address, type Hex, recoverAddress } from "viem";

const SIGNATURE = /^0x[0-9a-f]{130}$/i;
// half the order of secp256k1: a signature with a larger s has a twin, and OpenZeppelin's ECDSA refuses it
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * Who signed `digest` by ECDSA, or null where the signature is none that a contract would accept: 65 bytes, s in the
 * lower half, v 27 or 28.
 */
export async function recoverSigner(digest: Hex, signature: Hex): Promise<Address | null> {
  if (!SIGNATURE.test(signature)) return null;
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER) return null;
  const v = Number.parseInt(signature.slice(130), 16);
  if (v !== 27 && v !== 28) return null;
  try {
    return await recoverAddress({ hash: digest, signature });
  } catch {
    return null; // r is on no curve point
  }
}
