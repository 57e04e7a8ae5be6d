// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lists} from "./Lists.sol";

/// @title Leaves of the committed lists
/// @notice The one Solidity side of docs/commitments.md: what each list holds, byte for byte, and that something stands in
/// a list. All integers are big-endian at fixed width.
library Leaves {
    /* TYPES */

    /// @notice That a leaf stands at `position` of a list of `count`.
    struct Opening {
        uint64 count;
        uint64 position;
        bytes32[] siblings; // from the leaf up
    }

    struct IndexEntry {
        uint32 contributor;
        uint64 contribution;
        bytes32 featureRoot;
        uint64 standing; // in parts of STANDING_UNIT
    }

    /// @notice One paid inference; the EIP-712 struct that the operator signs.
    struct Receipt {
        uint64 number;
        uint64 model;
        bytes32 channelId;
        address payer;
        uint128 chargeBefore;
        uint128 chargeAfter;
        uint128 running;
        uint64 epoch;
        bytes32 requestHash;
        bytes32 responseHash;
        bool bound;
    }

    /// @notice What the log commits beside a receipt: the best voucher held when the answer was given, and the payer's
    /// signature of the request.
    struct Backing {
        uint128 voucherMax;
        bytes voucherSignature;
        bytes boundSignature; // empty where the receipt is not bound
    }

    struct Sample {
        uint64 sample;
        uint64 receipt; // its number
        uint128 weight; // wei
        bytes32 gradientRoot; // the zero word where the standing shares decide
        uint64 gross; // Σ |score| of the row; STANDING_UNIT where the standing shares decide
    }

    struct Part {
        int64 score;
        bytes32 partialsRoot;
        uint64 runningGross; // Σ |score| of the row up to here
        int128 part; // wei: ⌊weight · score / gross⌋ toward minus infinity
        int128 runningPart; // Σ part of the column up to here
    }

    struct Result {
        int128 total; // wei: the contribution's total part
        uint128 runningPaid; // Σ ⌊max(total, 0) · contributors' basis points / 10,000⌋ up to here
    }

    struct Payout {
        address account;
        uint96 cumulative; // wei over all epochs and versions
    }

    struct Step {
        uint64 epoch;
        address till;
        bytes32 rootBefore;
        bytes32 rootAfter;
        uint128 pool; // wei
        bytes32 receiptsRoot;
        bytes32 samplesRoot;
        bytes32 partsRoot;
        bytes32 resultsRoot;
        uint64 receipts;
        uint64 samples;
        uint64 contributions;
        uint128 runningPool; // Σ pools of the posting's steps up to here
        uint128 runningPaid; // Σ what the posting's steps up to here distribute
    }

    /* CONSTANTS */

    bytes32 internal constant INDEX = keccak256("tributary.index.v1");
    bytes32 internal constant RECEIPTS = keccak256("tributary.receipts.v1");
    bytes32 internal constant SAMPLES = keccak256("tributary.samples.v1");
    bytes32 internal constant PARTS = keccak256("tributary.parts.v1");
    bytes32 internal constant PARTIALS = keccak256("tributary.partials.v1");
    bytes32 internal constant RESULTS = keccak256("tributary.results.v1");
    bytes32 internal constant STEPS = keccak256("tributary.steps.v1");
    bytes32 internal constant FEATURES = keccak256("tributary.features.v1");
    bytes32 internal constant GRADIENTS = keccak256("tributary.gradients.v1");

    bytes32 internal constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(uint64 number,uint64 model,bytes32 channelId,address payer,uint128 chargeBefore,uint128 chargeAfter,uint128 running,uint64 epoch,bytes32 requestHash,bytes32 responseHash,bool bound)"
    );

    uint256 internal constant STANDING_UNIT = 1e9;
    /// @notice Up to this many receipts all are samples; of more, as many are drawn.
    uint256 internal constant MAX_ALL = 4096;
    /// @notice int8 elements of a chunk of a feature or a gradient.
    uint256 internal constant CHUNK = 1020;
    /// @notice Partial sums, one per chunk border, of a leaf of the partials.
    uint256 internal constant PARTIALS_PER_LEAF = 16;

    /* LEAVES */

    function leaf(IndexEntry memory entry) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(entry.contributor, entry.contribution, entry.featureRoot, entry.standing));
    }

    /// @notice The EIP-712 struct hash.
    function structHash(Receipt memory receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, receipt));
    }

    function leaf(Receipt memory receipt, Backing memory backing) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                structHash(receipt),
                backing.voucherMax,
                keccak256(backing.voucherSignature),
                keccak256(backing.boundSignature)
            )
        );
    }

    function leaf(Sample memory sample) internal pure returns (bytes32) {
        return
            keccak256(abi.encodePacked(sample.sample, sample.receipt, sample.weight, sample.gradientRoot, sample.gross));
    }

    function leaf(Part memory part) internal pure returns (bytes32) {
        return
            keccak256(abi.encodePacked(part.score, part.partialsRoot, part.runningGross, part.part, part.runningPart));
    }

    function leaf(Result memory result) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(result.total, result.runningPaid));
    }

    /// @notice The word itself: account (160 bits) ‖ cumulative (96 bits).
    function leaf(Payout memory payout) internal pure returns (bytes32) {
        return bytes32((uint256(uint160(payout.account)) << 96) | payout.cumulative);
    }

    function leaf(Step memory step) internal pure returns (bytes32) {
        bytes memory head = abi.encodePacked(step.epoch, step.till, step.rootBefore, step.rootAfter, step.pool);
        bytes memory roots = abi.encodePacked(step.receiptsRoot, step.samplesRoot, step.partsRoot, step.resultsRoot);
        bytes memory tail =
            abi.encodePacked(step.receipts, step.samples, step.contributions, step.runningPool, step.runningPaid);
        return keccak256(bytes.concat(head, roots, tail));
    }

    /* LISTS */

    /// @notice Whether the list that `root` commits has `leafAt` where `opening` says.
    function holds(bytes32 domain, bytes32 root, bytes32 leafAt, Opening calldata opening)
        internal
        pure
        returns (bool)
    {
        (bool shaped, bytes32 found) = Lists.rootOf(domain, opening.count, opening.position, leafAt, opening.siblings);
        return shaped && found == root;
    }

    /// @notice The root of a list without leaves.
    function emptyRoot(bytes32 domain) internal pure returns (bytes32) {
        return keccak256(abi.encode(domain, uint256(0), uint256(0), bytes32(0)));
    }
}
