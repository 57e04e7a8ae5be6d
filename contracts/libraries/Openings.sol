// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "./Leaves.sol";
import {Lists} from "./Lists.sol";

/// @title Leaves that evidence opens, and where they stand
/// @notice A list has one count, for its root commits to it: leaves of one root that stand at following positions are
/// neighbours, and one at the last position of its count is the last.
library Openings {
    /* TYPES */

    struct OpenedIndexEntry {
        Leaves.IndexEntry entry;
        Leaves.Opening opening;
    }

    struct OpenedPart {
        Leaves.Part part;
        Leaves.Opening opening;
    }

    struct OpenedResult {
        Leaves.Result result;
        Leaves.Opening opening;
    }

    struct OpenedPayout {
        Leaves.Payout payout;
        Leaves.Opening opening;
    }

    struct OpenedStep {
        Leaves.Step step;
        Leaves.Opening opening;
    }

    /* LEAVES */

    function stands(OpenedIndexEntry calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.INDEX, root, Leaves.leaf(opened.entry), opened.opening);
    }

    function stands(OpenedPart calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.PARTS, root, Leaves.leaf(opened.part), opened.opening);
    }

    function stands(OpenedResult calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.RESULTS, root, Leaves.leaf(opened.result), opened.opening);
    }

    function stands(OpenedPayout calldata opened, bytes32 root) internal pure returns (bool) {
        uint256 account = uint160(opened.payout.account);
        return Leaves.holds(Lists.PAYOUTS, root, bytes32((account << 96) | opened.payout.cumulative), opened.opening);
    }

    function stands(OpenedStep calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.STEPS, root, leafOf(opened.step), opened.opening);
    }

    /// @notice `Leaves.leaf` of a step in calldata, at a third of its gas: every proof about a posting opens a step. Bits that
    /// a field is too narrow for do not count here; whatever reads the field reverts on them.
    function leafOf(Leaves.Step calldata step) internal pure returns (bytes32 leaf) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, shl(192, calldataload(step))) // epoch
            mstore(add(free, 8), shl(96, calldataload(add(step, 0x20)))) // till
            calldatacopy(add(free, 28), add(step, 0x40), 0x40) // rootBefore, rootAfter
            mstore(add(free, 92), shl(128, calldataload(add(step, 0x80)))) // pool
            calldatacopy(add(free, 108), add(step, 0xa0), 0x80) // the roots of receipts, samples, parts, results
            mstore(add(free, 236), shl(192, calldataload(add(step, 0x120)))) // receipts
            mstore(add(free, 244), shl(192, calldataload(add(step, 0x140)))) // samples
            mstore(add(free, 252), shl(192, calldataload(add(step, 0x160)))) // contributions
            mstore(add(free, 260), shl(128, calldataload(add(step, 0x180)))) // runningPool
            mstore(add(free, 276), shl(128, calldataload(add(step, 0x1a0)))) // runningPaid
            leaf := keccak256(free, 292)
        }
    }

    /* PLACES */

    function isFirst(Leaves.Opening calldata opening) internal pure returns (bool) {
        return opening.position == 0;
    }

    /// @dev Of an opening that holds: its position is below its count.
    function isLast(Leaves.Opening calldata opening) internal pure returns (bool) {
        return opening.position == opening.count - 1;
    }

    function follow(Leaves.Opening calldata left, Leaves.Opening calldata right) internal pure returns (bool) {
        return uint256(left.position) + 1 == right.position;
    }

    /* LISTS */

    /// @notice How many leaves the list of `root` has, by one of them, whatever it is; of an empty list, whose root is
    /// known, `opening` has the count 0.
    function countOf(bytes32 domain, bytes32 root, bytes32 leaf, Leaves.Opening calldata opening)
        internal
        pure
        returns (bool known, uint64 count)
    {
        count = opening.count;
        known = count == 0 ? root == Leaves.emptyRoot(domain) : Leaves.holds(domain, root, leaf, opening);
    }

    /// @notice Whether `steps` are one step, or two neighbours, of the list of `root`.
    function stand(OpenedStep[] calldata steps, bytes32 root) internal pure returns (bool) {
        if (steps.length == 1) return stands(steps[0], root);
        return steps.length == 2 && stands(steps[0], root) && stands(steps[1], root)
            && follow(steps[0].opening, steps[1].opening);
    }

    /// @notice Steps rise strictly by this.
    function keyOf(uint64 epoch, address till) internal pure returns (uint256) {
        return (uint256(epoch) << 160) | uint160(till);
    }

    /// @notice Index entries rise strictly by this.
    function keyOf(uint32 contributor, uint64 contribution) internal pure returns (uint256) {
        return (uint256(contributor) << 64) | contribution;
    }
}
