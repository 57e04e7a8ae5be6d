// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {IModels} from "../interfaces/IModels.sol";
import {ITill} from "../interfaces/ITill.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {AnswerOpenings} from "../libraries/AnswerOpenings.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Openings} from "../libraries/Openings.sol";
import {Vectors} from "../libraries/Vectors.sol";

/// @title Proofs that scores and parts are wrong
/// @notice The part of contribution c in sample j stands at position j · contributions + c. A score is a dot product, whose
/// sums up to each chunk border are committed, so that one chunk of either vector is enough to prove it wrong, however
/// long they are.
contract PartVerifier is IVerifier {
    using AnswerOpenings for *;
    using Openings for *;

    /* TYPES */

    /// @dev What the evidence shows of `part`, and with which of its fields beside `step`.
    enum Rule {
        Partial, // a partial sum is not the one before and the product of its chunks: samples, entries, partials, chunks
        PartialCount, // other than one leaf per 16 chunks of the feature: samples, entries, partials, words
        PartialFill, // what fills up the last leaf of the partial sums is not zero: samples, entries, partials, words
        Score, // the score is not the last partial sum: samples, entries, partials, words
        StandingScore, // where standing shares decide: score or partial sums are other than the index says: samples, entries
        RunningGross, // not the neighbour's and the score's size: others, but for the first of a row
        Share, // not ⌊weight · score / gross⌋: samples
        RunningPart // not the one above in the column and its own part: others, but for the first row
    }

    struct Evidence {
        Rule rule;
        Openings.OpenedStep step;
        Openings.OpenedPart part;
        Openings.OpenedPart[] others; // the part left of it, or above
        AnswerOpenings.OpenedSample[] samples; // the one of the part's row
        Openings.OpenedIndexEntry[] entries; // the one of the part's column
        AnswerOpenings.OpenedPartials[] partials; // the leaf of the sum; then, where it is the leaf's first, the leaf before
        AnswerOpenings.OpenedChunk[] chunks; // of the feature, of the gradient
        AnswerOpenings.OpenedWord[] words; // a chunk of the feature, for the number of chunks
    }

    /* IMMUTABLES */

    IModels public immutable MODELS;

    /* CONSTRUCTOR */

    constructor(IModels models) {
        MODELS = models;
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
        Leaves.Step calldata step = evidence.step.step;
        if (step.contributions == 0) return false; // there are no parts
        if (!evidence.step.stands(posting.stepRoot) || !evidence.part.stands(step.partsRoot)) return false;
        Rule rule = evidence.rule;
        if (rule == Rule.RunningGross) return _wrongRunningGross(evidence);
        if (rule == Rule.RunningPart) return _wrongRunningPart(evidence);
        // What is left needs the sample of the part's row.
        AnswerOpenings.OpenedSample calldata opened = evidence.samples[0];
        uint256 position = evidence.part.opening.position;
        if (opened.opening.position != position / step.contributions || !opened.stands(step.samplesRoot)) return false;
        if (rule == Rule.Share) return _wrongShare(opened.sample, evidence.part.part);
        // And the contribution of its column.
        Openings.OpenedIndexEntry calldata entry = evidence.entries[0];
        bytes32 indexRoot = MODELS.termsOf(ITill(step.till).model()).indexRoot;
        if (entry.opening.position != position % step.contributions || !entry.stands(indexRoot)) return false;
        bool standing = opened.sample.gradientRoot == 0;
        if (rule == Rule.StandingScore) return standing && _wrongStanding(entry.entry, evidence.part.part);
        if (standing) return false;
        if (rule == Rule.Partial) return _wrongPartial(evidence, entry.entry.featureRoot, opened.sample.gradientRoot);
        return _wrongBorder(evidence, entry.entry.featureRoot);
    }

    /// @dev Whether the sum at the border of the chunks that are shown is not the one before and their dot product.
    function _wrongPartial(Evidence calldata evidence, bytes32 featureRoot, bytes32 gradientRoot)
        internal
        pure
        returns (bool)
    {
        AnswerOpenings.OpenedChunk calldata feature = evidence.chunks[0];
        AnswerOpenings.OpenedChunk calldata gradient = evidence.chunks[1];
        uint256 border = feature.opening.position;
        if (gradient.opening.position != border) return false;
        if (!feature.stands(Leaves.FEATURES, featureRoot) || !gradient.stands(Leaves.GRADIENTS, gradientRoot)) {
            return false;
        }
        (bool known, int256 sum) = _partialAt(evidence, 0, border);
        int256 before;
        if (known && border != 0) {
            bool sameLeaf = border % Leaves.PARTIALS_PER_LEAF != 0;
            (known, before) = _partialAt(evidence, sameLeaf ? 0 : 1, border - 1);
        }
        return known && sum - before != Vectors.dot(feature.chunk, gradient.chunk);
    }

    /// @dev The sum at a chunk border, which leaf `i` of the evidence must hold.
    function _partialAt(Evidence calldata evidence, uint256 i, uint256 border)
        internal
        pure
        returns (bool known, int256 sum)
    {
        AnswerOpenings.OpenedPartials calldata opened = evidence.partials[i];
        known = opened.opening.position == border / Leaves.PARTIALS_PER_LEAF
            && opened.stands(evidence.part.part.partialsRoot);
        sum = opened.sumAt(border % Leaves.PARTIALS_PER_LEAF);
    }

    /// @dev The rules of the last chunk border, which is known by the number of the feature's chunks.
    function _wrongBorder(Evidence calldata evidence, bytes32 featureRoot) internal pure returns (bool) {
        Leaves.Part calldata part = evidence.part.part;
        AnswerOpenings.OpenedWord calldata word = evidence.words[0];
        if (!Leaves.holds(Leaves.FEATURES, featureRoot, word.leaf, word.opening)) return false;
        uint256 last = uint256(word.opening.count) - 1; // what holds has a position, so a count
        uint256 lastLeaf = last / Leaves.PARTIALS_PER_LEAF;
        if (evidence.partials.length == 0) {
            // No leaf can be shown of a list that has none.
            return evidence.rule == Rule.PartialCount && part.partialsRoot == Leaves.emptyRoot(Leaves.PARTIALS);
        }
        AnswerOpenings.OpenedPartials calldata opened = evidence.partials[0];
        if (!opened.stands(part.partialsRoot)) return false;
        if (evidence.rule == Rule.PartialCount) return opened.opening.count != lastLeaf + 1;
        if (opened.opening.position != lastLeaf) return false;
        uint256 place = last % Leaves.PARTIALS_PER_LEAF;
        if (evidence.rule == Rule.Score) return opened.sumAt(place) != part.score;
        for (uint256 i = place + 1; i < Leaves.PARTIALS_PER_LEAF; ++i) {
            if (opened.sumAt(i) != 0) return true;
        }
        return false;
    }

    function _wrongStanding(Leaves.IndexEntry calldata entry, Leaves.Part calldata part) internal pure returns (bool) {
        return part.score != int256(uint256(entry.standing)) || part.partialsRoot != Leaves.emptyRoot(Leaves.PARTIALS);
    }

    function _wrongRunningGross(Evidence calldata evidence) internal pure returns (bool) {
        Leaves.Step calldata step = evidence.step.step;
        Openings.OpenedPart calldata opened = evidence.part;
        int256 score = opened.part.score;
        uint256 gross = uint256(score < 0 ? -score : score);
        if (opened.opening.position % step.contributions != 0) {
            Openings.OpenedPart calldata left = evidence.others[0];
            if (!left.opening.follow(opened.opening) || !left.stands(step.partsRoot)) return false;
            gross += left.part.runningGross;
        }
        return opened.part.runningGross != gross;
    }

    function _wrongRunningPart(Evidence calldata evidence) internal pure returns (bool) {
        Leaves.Step calldata step = evidence.step.step;
        Openings.OpenedPart calldata opened = evidence.part;
        int256 running = opened.part.part;
        if (opened.opening.position >= step.contributions) {
            Openings.OpenedPart calldata above = evidence.others[0];
            if (uint256(above.opening.position) + step.contributions != opened.opening.position) return false;
            if (!above.stands(step.partsRoot)) return false;
            running += above.part.runningPart;
        }
        return opened.part.runningPart != running;
    }

    function _wrongShare(Leaves.Sample calldata sample, Leaves.Part calldata part) internal pure returns (bool) {
        int256 gross = int256(uint256(sample.gross));
        if (gross == 0) return part.part != 0;
        int256 product = int256(uint256(sample.weight)) * part.score; // below 2^191
        int256 share = product / gross; // toward zero
        // Toward minus infinity: no rounding ever pays more than the answer's fee.
        if (product < 0 && share * gross != product) --share;
        return part.part != share;
    }
}
