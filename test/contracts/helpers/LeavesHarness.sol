// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "../../../contracts/libraries/Leaves.sol";

/// @notice The leaves and lists of the library, one by one, for the tests that hold them against protocol/leaves.ts.
contract LeavesHarness {
    function index(Leaves.IndexEntry calldata entry) external pure returns (bytes32) {
        return Leaves.leaf(entry);
    }

    function receipts(Leaves.Receipt calldata receipt, Leaves.Backing calldata backing)
        external
        pure
        returns (bytes32 leaf, bytes32 structHash)
    {
        return (Leaves.leaf(receipt, backing), Leaves.structHash(receipt));
    }

    function samples(Leaves.Sample calldata sample) external pure returns (bytes32) {
        return Leaves.leaf(sample);
    }

    function parts(Leaves.Part calldata part) external pure returns (bytes32) {
        return Leaves.leaf(part);
    }

    function results(Leaves.Result calldata result) external pure returns (bytes32) {
        return Leaves.leaf(result);
    }

    function payouts(Leaves.Payout calldata payout) external pure returns (bytes32) {
        return Leaves.leaf(payout);
    }

    function steps(Leaves.Step calldata step) external pure returns (bytes32) {
        return Leaves.leaf(step);
    }

    function holds(bytes32 domain, bytes32 root, bytes32 leaf, Leaves.Opening calldata opening)
        external
        pure
        returns (bool)
    {
        return Leaves.holds(domain, root, leaf, opening);
    }

    function emptyRoot(bytes32 domain) external pure returns (bytes32) {
        return Leaves.emptyRoot(domain);
    }

    /// @notice The domains that the library names, in order of its constants.
    function domains() external pure returns (bytes32[9] memory) {
        return [
            Leaves.INDEX,
            Leaves.RECEIPTS,
            Leaves.SAMPLES,
            Leaves.PARTS,
            Leaves.PARTIALS,
            Leaves.RESULTS,
            Leaves.STEPS,
            Leaves.FEATURES,
            Leaves.GRADIENTS
        ];
    }
}
