// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "./IAttribution.sol";

/// @title How a wrong posting will be proved wrong
/// @notice Reserved for the proofs: nothing implements it yet. An id commits to all that a proof needs (roots, totals,
/// parent, poster), so that proofs can be added without another posting format.
interface IRefutations {
    /// @notice Announces keccak256(abi.encode(refuter, id, verifier, evidence)): for a few blocks the earliest announcement
    /// of a refutation is served first, so that it cannot be copied from the mempool.
    function commitRefutation(bytes32 commitment) external;
    /// @notice Voids a posting, and its descendants, by proof; needs no vote, and works as long as its root is in the ring.
    /// Half the bond is burned, the rest is the refuter's.
    /// @param verifier one of the stateless verifiers that were fixed at deployment
    function refute(IAttribution.Entry calldata entry, address verifier, bytes calldata evidence) external;
}
