// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {IModels} from "../interfaces/IModels.sol";
import {IRevenue} from "../interfaces/IRevenue.sol";
import {ITill} from "../interfaces/ITill.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Openings} from "../libraries/Openings.sol";
import {Split} from "../libraries/Split.sol";

/// @title Proofs that the results of a step are wrong
/// @notice Results are one per contribution of the version's index: what its column of parts adds up to, and the running
/// sum of what that pays.
contract ResultVerifier is IVerifier {
    /* TYPES */

    /// @dev What the evidence shows, and with which of its fields.
    enum Rule {
        Total, // a result is not the running part of its column's last row; or, without samples, not 0
        RunningPaid, // a result's running sum is not its neighbour's and what it pays; or, of the first, not what it pays
        StepPaid // a step's running sum is not its neighbour's and that of its last result; or, of the first, not the latter
    }

    struct Evidence {
        Rule rule;
        Openings.OpenedStep[] steps; // the step; for StepPaid with its left neighbour before it, where it has one
        Openings.OpenedResult[] results; // the result, for RunningPaid with its left neighbour; for StepPaid the last, if any
        Openings.OpenedPart[] parts; // for Total the last of the column, if any
    }

    /* IMMUTABLES */

    IRevenue public immutable REVENUE;
    IModels public immutable MODELS;

    /* CONSTRUCTOR */

    constructor(IRevenue revenue, IModels models) {
        REVENUE = revenue;
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
        Openings.OpenedStep[] calldata steps = evidence.steps;
        if (!Openings.stand(steps, posting.stepRoot)) return false;
        if (evidence.rule == Rule.StepPaid) return _wrongStepPaid(steps, evidence.results);
        Leaves.Step calldata step = steps[0].step;
        if (!_stand(evidence.results, step.resultsRoot)) return false;
        if (evidence.rule == Rule.Total) return _wrongTotal(step, evidence.results[0], evidence.parts);
        return _wrongRunningPaid(step, evidence.results);
    }

    /// @dev Whether `results` are one result, or two neighbours, of the list of `root`.
    function _stand(Openings.OpenedResult[] calldata results, bytes32 root) internal pure returns (bool) {
        if (results.length == 1) return Openings.stands(results[0], root);
        return results.length == 2 && Openings.stands(results[0], root) && Openings.stands(results[1], root)
            && Openings.follow(results[0].opening, results[1].opening);
    }

    function _wrongTotal(
        Leaves.Step calldata step,
        Openings.OpenedResult calldata opened,
        Openings.OpenedPart[] calldata parts
    ) internal pure returns (bool) {
        if (step.samples == 0) return opened.result.total != 0;
        if (parts.length != 1 || !Openings.stands(parts[0], step.partsRoot)) return false;
        // The last row, in the column of the result.
        uint256 position = (uint256(step.samples) - 1) * step.contributions + opened.opening.position;
        return parts[0].opening.position == position && opened.result.total != parts[0].part.runningPart;
    }

    function _wrongRunningPaid(Leaves.Step calldata step, Openings.OpenedResult[] calldata results)
        internal
        view
        returns (bool)
    {
        if (!REVENUE.isTill(step.till)) return false;
        Openings.OpenedResult calldata opened = results[results.length - 1];
        if (results.length == 1 && !Openings.isFirst(opened.opening)) return false;
        uint256 before = results.length == 1 ? 0 : results[0].result.runningPaid;
        int128 total = opened.result.total;
        uint256 share = MODELS.termsOf(ITill(step.till).model()).split.contributors;
        // Rounded down: what a contribution is paid never exceeds its share.
        uint256 paid = total > 0 ? Split.part(uint128(total), share) : 0;
        return opened.result.runningPaid != before + paid;
    }

    function _wrongStepPaid(Openings.OpenedStep[] calldata steps, Openings.OpenedResult[] calldata results)
        internal
        pure
        returns (bool)
    {
        Openings.OpenedStep calldata opened = steps[steps.length - 1];
        if (steps.length == 1 && !Openings.isFirst(opened.opening)) return false;
        uint256 before = steps.length == 1 ? 0 : steps[0].step.runningPaid;
        (bool known, uint256 paid) = _paidBy(opened.step.resultsRoot, results);
        return known && opened.step.runningPaid != before + paid;
    }

    /// @dev What all results of a list pay.
    function _paidBy(bytes32 root, Openings.OpenedResult[] calldata results)
        internal
        pure
        returns (bool known, uint256 paid)
    {
        if (results.length == 0) return (root == Leaves.emptyRoot(Leaves.RESULTS), 0);
        known = results.length == 1 && Openings.stands(results[0], root) && Openings.isLast(results[0].opening);
        return (known, results[0].result.runningPaid);
    }
}
