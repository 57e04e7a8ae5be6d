// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {IModels} from "../interfaces/IModels.sol";
import {IRevenue} from "../interfaces/IRevenue.sol";
import {ITill} from "../interfaces/ITill.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Lists} from "../libraries/Lists.sol";
import {Openings} from "../libraries/Openings.sol";

/// @title Proofs that a posting's steps are wrong
/// @notice Steps are one per Till and epoch with income, and chain the payout root of the posting before to this one's.
contract StepVerifier is IVerifier {
    /* TYPES */

    /// @dev What the evidence shows, and with which of its fields.
    enum Rule {
        Order, // two neighbours do not rise strictly by (epoch, till)
        Unearned, // a step's epoch is not the posting's, or its Till has no income in it
        Absent, // `till` has income in `epoch` and no step: its neighbours, or the first or last of all, or no steps at all
        Before, // a step's payout root before is not the one after its neighbour; or, of the first, not the parent's
        End, // payout root, pool or distributed amount of the posting are not the last step's; of no steps, the parent's and 0
        Pool, // a step's pool is not what Revenue closed
        RunningPool, // a step's running sum is not its neighbour's and its own pool; or, of the first, not its own
        Log, // a step's receipts are not those of the log that stands committed
        Contributions, // a step does not count the version's index, `leaf` of which is opened
        Samples, // a step counts another number of samples than its receipts demand
        Count // the `list` of a step, `leaf` of which is opened, has another number of leaves than the step demands
    }

    enum List {
        Samples,
        Parts,
        Results
    }

    struct Evidence {
        Rule rule;
        Openings.OpenedStep[] steps; // one, or two neighbours in order
        address till; // of Absent
        uint64 epoch;
        Parent[] parents; // the posting before, where the rule needs it and there is one
        List list; // of Count
        bytes32 leaf; // of Contributions and Count: any leaf of the list; of an empty list, none at a count of 0
        Leaves.Opening opening;
    }

    struct Parent {
        IAttribution.Entry entry;
        uint64 place; // in the line
    }

    /* IMMUTABLES */

    IAttribution public immutable ATTRIBUTION;
    IRevenue public immutable REVENUE;
    IModels public immutable MODELS;
    uint256 internal immutable FIRST_EPOCH;

    /* CONSTRUCTOR */

    constructor(IAttribution attribution, IRevenue revenue, IModels models) {
        ATTRIBUTION = attribution;
        REVENUE = revenue;
        MODELS = models;
        FIRST_EPOCH = attribution.FIRST_EPOCH();
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
        Rule rule = evidence.rule;
        Openings.OpenedStep[] calldata steps = evidence.steps;
        bytes32 root = posting.stepRoot;
        if (steps.length == 0) {
            if (root != Leaves.emptyRoot(Leaves.STEPS)) return false;
            if (rule == Rule.Absent) return _earned(posting, evidence.till, evidence.epoch);
            return rule == Rule.End && _wrongStandstill(posting, evidence.parents);
        }
        if (!Openings.stand(steps, root)) return false;
        if (rule == Rule.Order) return steps.length == 2 && _keyOf(steps[0]) >= _keyOf(steps[1]);
        if (rule == Rule.Absent) return _earned(posting, evidence.till, evidence.epoch) && _skips(evidence);
        if (rule == Rule.Before) return _wrongBefore(posting, evidence);
        if (rule == Rule.RunningPool) return _wrongRunningPool(steps);
        // What is left is about one step.
        Openings.OpenedStep calldata opened = steps[0];
        Leaves.Step calldata step = opened.step;
        if (rule == Rule.Unearned) return !_earned(posting, step.till, step.epoch);
        if (rule == Rule.End) return Openings.isLast(opened.opening) && _wrongEnd(posting, step);
        if (rule == Rule.Pool) return step.pool != REVENUE.poolOfTill(step.till, step.epoch);
        if (rule == Rule.Log) return _wrongLog(step);
        if (rule == Rule.Contributions) return _wrongContributions(step, evidence);
        if (rule == Rule.Samples) return _wrongSamples(step);
        return _wrongCount(step, evidence);
    }

    function _keyOf(Openings.OpenedStep calldata opened) internal pure returns (uint256) {
        return Openings.keyOf(opened.step.epoch, opened.step.till);
    }

    /// @dev Whether the posting must have a step of this Till and epoch. What is no Till has no income.
    function _earned(IAttribution.Posting calldata posting, address till, uint64 epoch) internal view returns (bool) {
        return epoch >= posting.fromEpoch && epoch <= posting.toEpoch && REVENUE.income(till, epoch) != 0;
    }

    /// @dev Whether the steps, which stand, leave no place for the Till and epoch of the evidence.
    function _skips(Evidence calldata evidence) internal pure returns (bool) {
        Openings.OpenedStep[] calldata steps = evidence.steps;
        uint256 key = Openings.keyOf(evidence.epoch, evidence.till);
        uint256 first = _keyOf(steps[0]);
        if (steps.length == 2) return first < key && key < _keyOf(steps[1]);
        Leaves.Opening calldata opening = steps[0].opening;
        return (Openings.isFirst(opening) && key < first) || (Openings.isLast(opening) && first < key);
    }

    function _wrongBefore(IAttribution.Posting calldata posting, Evidence calldata evidence)
        internal
        view
        returns (bool)
    {
        Openings.OpenedStep[] calldata steps = evidence.steps;
        bytes32 before = steps[steps.length - 1].step.rootBefore;
        if (steps.length == 2) return before != steps[0].step.rootAfter;
        (bool known, bytes32 root) = _rootOfParent(posting, evidence.parents);
        return known && Openings.isFirst(steps[0].opening) && before != root;
    }

    function _wrongRunningPool(Openings.OpenedStep[] calldata steps) internal pure returns (bool) {
        Leaves.Step calldata step = steps[steps.length - 1].step;
        if (steps.length == 2) return step.runningPool != uint256(steps[0].step.runningPool) + step.pool;
        return Openings.isFirst(steps[0].opening) && step.runningPool != step.pool;
    }

    function _wrongEnd(IAttribution.Posting calldata posting, Leaves.Step calldata last) internal pure returns (bool) {
        return posting.payoutRoot != last.rootAfter || posting.pool != last.runningPool
            || posting.distributed != last.runningPaid;
    }

    /// @dev A posting without steps leaves everything as it was.
    function _wrongStandstill(IAttribution.Posting calldata posting, Parent[] calldata parents)
        internal
        view
        returns (bool)
    {
        (bool known, bytes32 root) = _rootOfParent(posting, parents);
        return known && (posting.payoutRoot != root || posting.pool != 0 || posting.distributed != 0);
    }

    /// @dev The payout root of the posting before, found by the place that it has in the line and not by the id that the
    /// posting names: Attribution compares only the beginning of that one. Epochs of the line follow one another, so one
    /// posting alone ends where this one begins.
    function _rootOfParent(IAttribution.Posting calldata posting, Parent[] calldata parents)
        internal
        view
        returns (bool known, bytes32 root)
    {
        if (posting.fromEpoch == FIRST_EPOCH) return (true, Leaves.emptyRoot(Lists.PAYOUTS));
        if (parents.length != 1) return (false, 0);
        IAttribution.Entry calldata entry = parents[0].entry;
        known = uint256(entry.posting.toEpoch) + 1 == posting.fromEpoch
            && ATTRIBUTION.idAt(parents[0].place) == ATTRIBUTION.idOf(entry);
        return (known, entry.posting.payoutRoot);
    }

    function _wrongLog(Leaves.Step calldata step) internal view returns (bool) {
        (bytes32 root, uint64 count,) = ATTRIBUTION.logOf(step.till, step.epoch);
        // No list has this root: nothing is committed, or what was is void.
        if (root == 0) (root, count) = (Leaves.emptyRoot(Leaves.RECEIPTS), 0);
        return step.receiptsRoot != root || step.receipts != count;
    }

    function _wrongContributions(Leaves.Step calldata step, Evidence calldata evidence) internal view returns (bool) {
        if (!REVENUE.isTill(step.till)) return false;
        bytes32 root = MODELS.termsOf(ITill(step.till).model()).indexRoot;
        (bool known, uint64 count) = Openings.countOf(Leaves.INDEX, root, evidence.leaf, evidence.opening);
        return known && step.contributions != count;
    }

    function _wrongSamples(Leaves.Step calldata step) internal view returns (bool) {
        uint256 samples = step.receipts;
        if (samples > Leaves.MAX_ALL) {
            // Where nothing was charged there is nothing to draw by.
            (,, uint128 total) = ATTRIBUTION.logOf(step.till, step.epoch);
            samples = total == 0 ? 0 : Leaves.MAX_ALL;
        }
        return step.samples != samples;
    }

    function _wrongCount(Leaves.Step calldata step, Evidence calldata evidence) internal pure returns (bool) {
        (bytes32 domain, bytes32 root, uint256 expected) = (Leaves.SAMPLES, step.samplesRoot, uint256(step.samples));
        if (evidence.list == List.Parts) {
            (domain, root, expected) = (Leaves.PARTS, step.partsRoot, expected * step.contributions);
        } else if (evidence.list == List.Results) {
            (domain, root, expected) = (Leaves.RESULTS, step.resultsRoot, step.contributions);
        }
        (bool known, uint64 count) = Openings.countOf(domain, root, evidence.leaf, evidence.opening);
        return known && count != expected;
    }
}
