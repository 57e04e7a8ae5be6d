// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {IModels} from "../interfaces/IModels.sol";
import {ISeeds} from "../interfaces/ISeeds.sol";
import {ITill} from "../interfaces/ITill.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {AnswerOpenings} from "../libraries/AnswerOpenings.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Openings} from "../libraries/Openings.sol";

/// @title Proofs that samples are wrong
/// @notice A sample says which receipt decides how many wei, by which gradient. Up to MAX_ALL receipts each is one; of more,
/// MAX_ALL are drawn by the epoch's seed.
contract SampleVerifier is IVerifier {
    using AnswerOpenings for *;
    using Openings for *;

    /* TYPES */

    /// @dev What the evidence shows of `sample`, and with which of its fields beside `step`.
    enum Rule {
        Position, // a sample has another number than its position
        Taken, // where all receipts are taken: it is not the receipt at its position, at its charge: receipts
        Drawn, // where receipts are drawn: it is not the receipt that the seed draws, at its part: receipts
        Gradient, // the receipt is bound and there is no gradient, or the other way round: receipts
        Gross, // not the last running gross of its row; or, where standing shares decide, not their unit: parts
        GradientCount // the gradient has not as many chunks as the version's features: entries, words
    }

    struct Evidence {
        Rule rule;
        Openings.OpenedStep step;
        AnswerOpenings.OpenedSample sample;
        AnswerOpenings.OpenedReceipt[] receipts; // the right one; of Gradient, the one that the sample names
        AnswerOpenings.OpenedReceipt[] firsts; // of Drawn: the first of the epoch
        Openings.OpenedPart[] parts; // the last of the row
        Openings.OpenedIndexEntry[] entries; // the first of the index
        AnswerOpenings.OpenedWord[] words; // a chunk of that feature, a chunk of the gradient
    }

    /* IMMUTABLES */

    IAttribution public immutable ATTRIBUTION;
    IModels public immutable MODELS;
    ISeeds public immutable SEEDS;

    /* CONSTRUCTOR */

    constructor(IAttribution attribution, IModels models, ISeeds seeds) {
        ATTRIBUTION = attribution;
        MODELS = models;
        SEEDS = seeds;
    }

    /* PROOFS */

    /// @inheritdoc IVerifier
    function refutes(IAttribution.Posting calldata posting, bytes calldata evidence) external view returns (bool) {
        Evidence calldata decoded;
        assembly ("memory-safe") {
            decoded := add(evidence.offset, calldataload(evidence.offset))
        }
        return _proves(posting, decoded);
    }

    /// @notice The same of evidence that is not encoded.
    function proves(IAttribution.Posting calldata posting, Evidence calldata evidence) external view returns (bool) {
        return _proves(posting, evidence);
    }

    /* INTERNAL */

    function _proves(IAttribution.Posting calldata posting, Evidence calldata evidence) internal view returns (bool) {
        AnswerOpenings.OpenedSample calldata opened = evidence.sample;
        if (!evidence.step.stands(posting.stepRoot) || !opened.stands(evidence.step.step.samplesRoot)) return false;
        Rule rule = evidence.rule;
        if (rule == Rule.Position) return opened.sample.sample != opened.opening.position;
        if (rule == Rule.Gross) return _wrongGross(evidence);
        if (rule == Rule.GradientCount) return _wrongGradientCount(evidence);
        // What is left is about a receipt of the epoch.
        AnswerOpenings.OpenedReceipt calldata receipt = evidence.receipts[0];
        if (!receipt.stands(evidence.step.step.receiptsRoot)) return false;
        if (rule == Rule.Taken) return _wrongTaken(evidence, receipt);
        if (rule == Rule.Drawn) return _wrongDrawn(evidence, receipt);
        bool attributed = opened.sample.gradientRoot != 0;
        return receipt.receipt.number == opened.sample.receipt && receipt.receipt.bound != attributed;
    }

    function _wrongTaken(Evidence calldata evidence, AnswerOpenings.OpenedReceipt calldata opened)
        internal
        pure
        returns (bool)
    {
        if (evidence.step.step.receipts > Leaves.MAX_ALL || opened.opening.position != evidence.sample.opening.position)
        {
            return false;
        }
        Leaves.Sample calldata sample = evidence.sample.sample;
        return sample.receipt != opened.receipt.number || int256(uint256(sample.weight)) != opened.receipt.chargeOf();
    }

    function _wrongDrawn(Evidence calldata evidence, AnswerOpenings.OpenedReceipt calldata opened)
        internal
        view
        returns (bool)
    {
        Leaves.Step calldata step = evidence.step.step;
        bytes32 seed = SEEDS.seedOf(step.epoch);
        if (step.receipts <= Leaves.MAX_ALL || seed == 0) return false;
        AnswerOpenings.OpenedReceipt calldata first = evidence.firsts[0];
        if (!first.opening.isFirst() || !first.stands(step.receiptsRoot)) return false;
        (,, uint256 total) = ATTRIBUTION.logOf(step.till, step.epoch);
        if (total == 0) return false; // there is nothing to draw from
        uint256 point = uint256(keccak256(abi.encode(seed, uint256(evidence.sample.opening.position)))) % total;
        // Where the receipt's wei end, counted from the first wei of the log.
        int256 start = int256(uint256(first.receipt.running)) - first.receipt.chargeOf();
        int256 end = int256(uint256(opened.receipt.running)) - start;
        if (int256(point) >= end || int256(point) < end - opened.receipt.chargeOf()) return false;
        Leaves.Sample calldata sample = evidence.sample.sample;
        // Rounded down: the wei that do not divide stay unattributed.
        return sample.receipt != opened.receipt.number || sample.weight != total / Leaves.MAX_ALL;
    }

    function _wrongGross(Evidence calldata evidence) internal pure returns (bool) {
        Leaves.Sample calldata sample = evidence.sample.sample;
        if (sample.gradientRoot == 0) return sample.gross != Leaves.STANDING_UNIT;
        Leaves.Step calldata step = evidence.step.step;
        uint256 contributions = step.contributions;
        if (contributions == 0) return sample.gross != 0; // there is no part, so nothing to add up
        Openings.OpenedPart calldata last = evidence.parts[0];
        uint256 position = uint256(evidence.sample.opening.position) * contributions + contributions - 1;
        return
            last.opening.position == position && last.stands(step.partsRoot) && last.part.runningGross != sample.gross;
    }

    /// @dev All features of an index are equally long, so the first tells.
    function _wrongGradientCount(Evidence calldata evidence) internal view returns (bool) {
        Openings.OpenedIndexEntry calldata entry = evidence.entries[0];
        bytes32 indexRoot = MODELS.termsOf(ITill(evidence.step.step.till).model()).indexRoot;
        if (!entry.opening.isFirst() || !entry.stands(indexRoot)) return false;
        AnswerOpenings.OpenedWord calldata feature = evidence.words[0];
        AnswerOpenings.OpenedWord calldata gradient = evidence.words[1];
        bytes32 gradientRoot = evidence.sample.sample.gradientRoot;
        (bool known, uint64 count) = Openings.countOf(Leaves.GRADIENTS, gradientRoot, gradient.leaf, gradient.opening);
        return known && count != feature.opening.count
            && Leaves.holds(Leaves.FEATURES, entry.entry.featureRoot, feature.leaf, feature.opening);
    }
}
