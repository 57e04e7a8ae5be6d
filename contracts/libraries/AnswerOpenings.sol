// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "./Leaves.sol";

/// @title What evidence opens of an answer: its receipt, its sample, its vectors and their dot product
library AnswerOpenings {
    /* TYPES */

    struct OpenedReceipt {
        Leaves.Receipt receipt;
        Leaves.Backing backing;
        Leaves.Opening opening;
    }

    struct OpenedSample {
        Leaves.Sample sample;
        Leaves.Opening opening;
    }

    /// @dev Partial sums 16k to 16k + 15 at position k: int64 each, four in a word, the first on the left.
    struct OpenedPartials {
        bytes32[4] sums;
        Leaves.Opening opening;
    }

    struct OpenedChunk {
        bytes chunk;
        Leaves.Opening opening;
    }

    /// @dev Any leaf of a list, where only the number of its leaves matters.
    struct OpenedWord {
        bytes32 leaf;
        Leaves.Opening opening;
    }

    /* LEAVES */

    function stands(OpenedReceipt calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.RECEIPTS, root, Leaves.leaf(opened.receipt, opened.backing), opened.opening);
    }

    function stands(OpenedSample calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.SAMPLES, root, Leaves.leaf(opened.sample), opened.opening);
    }

    function stands(OpenedPartials calldata opened, bytes32 root) internal pure returns (bool) {
        return Leaves.holds(Leaves.PARTIALS, root, keccak256(abi.encode(opened.sums)), opened.opening);
    }

    /// @param domain FEATURES or GRADIENTS
    function stands(OpenedChunk calldata opened, bytes32 domain, bytes32 root) internal pure returns (bool) {
        return
            opened.chunk.length == Leaves.CHUNK && Leaves.holds(domain, root, keccak256(opened.chunk), opened.opening);
    }

    /* VALUES */

    /// @notice What the answer cost, in wei; negative where the receipt is wrong.
    function chargeOf(Leaves.Receipt calldata receipt) internal pure returns (int256) {
        return int256(uint256(receipt.chargeAfter)) - int256(uint256(receipt.chargeBefore));
    }

    /// @notice The partial sum at place `i` of its leaf, 0 to 15.
    function sumAt(OpenedPartials calldata opened, uint256 i) internal pure returns (int64) {
        return int64(uint64(uint256(opened.sums[i / 4]) >> (192 - 64 * (i % 4))));
    }
}
