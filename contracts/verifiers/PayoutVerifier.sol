// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {IDatanets} from "../interfaces/IDatanets.sol";
import {IModels} from "../interfaces/IModels.sol";
import {IRevenue} from "../interfaces/IRevenue.sol";
import {ITill} from "../interfaces/ITill.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Lists} from "../libraries/Lists.sol";
import {Openings} from "../libraries/Openings.sol";

/// @title Proofs that a step does not lead from its payout root before to the one after
/// @notice A step adds to each contributor what the results of its contributions pay, a block of the index, and leaves all
/// others as they were. Contributors are told by their ids, which are their positions in the payouts.
contract PayoutVerifier is IVerifier {
    /* TYPES */

    /// @dev What the evidence shows, and with which of its fields.
    enum Rule {
        Fell, // the contributor's cumulative amount is lower after the step than before
        Account, // after the step a payout's account is not that of its contributor id
        Shrunk, // the list after is shorter than the one before
        Unregistered, // the list after is longer than there are contributor ids
        Missing, // the list after ends before a contributor of the version's index: `lower` is one of its entries
        Amount // the cumulative amount of `contributor` did not grow by what the results of its contributions pay
    }

    struct Evidence {
        Rule rule;
        uint32 contributor; // of Amount
        Openings.OpenedStep step;
        // The contributor's payouts; where only its count matters, any of that list, which may be empty: count 0.
        Openings.OpenedPayout[] before;
        Openings.OpenedPayout[] afterwards;
        // The contributor's block of the index: the neighbours between which its entries begin, and those between which
        // they end. One alone is the first, or the last, of the index. None are of an empty index.
        Openings.OpenedIndexEntry[] lower;
        Openings.OpenedIndexEntry[] upper;
        // Of Amount: the result left of the block, where there is one, and the last of the block; none of an empty block.
        Openings.OpenedResult[] results;
    }

    /* IMMUTABLES */

    IRevenue public immutable REVENUE;
    IModels public immutable MODELS;
    IDatanets public immutable DATANETS;

    /* CONSTRUCTOR */

    constructor(IRevenue revenue, IModels models, IDatanets datanets) {
        REVENUE = revenue;
        MODELS = models;
        DATANETS = datanets;
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
        if (!Openings.stands(evidence.step, posting.stepRoot)) return false;
        Rule rule = evidence.rule;
        Leaves.Step calldata step = evidence.step.step;
        if (rule == Rule.Fell) return _fell(step, evidence);
        (bool known, uint64 count) = _countOf(step.rootAfter, evidence.afterwards);
        if (!known) return false;
        if (rule == Rule.Account) return count != 0 && _wrongAccount(evidence.afterwards[0]);
        if (rule == Rule.Unregistered) return count > DATANETS.contributorCount();
        if (rule == Rule.Missing) return _contributes(step, evidence) && count <= evidence.lower[0].entry.contributor;
        (bool knownBefore, uint64 countBefore) = _countOf(step.rootBefore, evidence.before);
        if (!knownBefore) return false;
        if (rule == Rule.Shrunk) return count < countBefore;
        return _wrongAmount(step, evidence, countBefore, count);
    }

    /// @dev How many payouts the list of `root` has, by one of them, or none of an empty list.
    function _countOf(bytes32 root, Openings.OpenedPayout[] calldata payouts)
        internal
        pure
        returns (bool known, uint64 count)
    {
        if (payouts.length == 0) return (root == Leaves.emptyRoot(Lists.PAYOUTS), 0);
        return (Openings.stands(payouts[0], root), payouts[0].opening.count);
    }

    function _fell(Leaves.Step calldata step, Evidence calldata evidence) internal pure returns (bool) {
        (Openings.OpenedPayout[] calldata before, Openings.OpenedPayout[] calldata afterwards) =
            (evidence.before, evidence.afterwards);
        if (before.length != 1 || afterwards.length != 1) return false;
        (Openings.OpenedPayout calldata left, Openings.OpenedPayout calldata right) = (before[0], afterwards[0]);
        return left.opening.position == right.opening.position && right.payout.cumulative < left.payout.cumulative
            && Openings.stands(left, step.rootBefore) && Openings.stands(right, step.rootAfter);
    }

    function _wrongAccount(Openings.OpenedPayout calldata opened) internal view returns (bool) {
        uint64 position = opened.opening.position;
        // There are no more ids than 32 bits tell.
        if (position > type(uint32).max) return true;
        return opened.payout.account != DATANETS.accountOf(uint32(position));
    }

    /// @dev Whether the first of `lower` is an entry of the version's index.
    function _contributes(Leaves.Step calldata step, Evidence calldata evidence) internal view returns (bool) {
        if (evidence.lower.length != 1) return false;
        (bool known, bytes32 root) = _indexOf(step.till);
        return known && Openings.stands(evidence.lower[0], root);
    }

    function _indexOf(address till) internal view returns (bool known, bytes32 root) {
        if (!REVENUE.isTill(till)) return (false, 0);
        return (true, MODELS.termsOf(ITill(till).model()).indexRoot);
    }

    function _wrongAmount(Leaves.Step calldata step, Evidence calldata evidence, uint64 countBefore, uint64 count)
        internal
        view
        returns (bool)
    {
        (bool known, uint256 before) = _cumulativeOf(evidence.contributor, countBefore, evidence.before);
        if (!known) return false;
        uint256 afterwards;
        (known, afterwards) = _cumulativeOf(evidence.contributor, count, evidence.afterwards);
        if (!known) return false;
        (bool paidKnown, uint256 left, uint256 last) = _paid(step, evidence);
        // All are sums of a posting that may be anything, so neither difference is taken.
        return paidKnown && afterwards + left != before + last;
    }

    /// @dev What stands at the contributor's position of a list of `count`: 0 past its end. Unknown where another payout is
    /// opened. What is opened stands.
    function _cumulativeOf(uint32 contributor, uint64 count, Openings.OpenedPayout[] calldata payouts)
        internal
        pure
        returns (bool known, uint256 cumulative)
    {
        if (contributor >= count) return (true, 0);
        Openings.OpenedPayout calldata opened = payouts[0];
        return (opened.opening.position == contributor, opened.payout.cumulative);
    }

    /// @dev The running sums of what results pay, left of the contributor's block and at its end.
    function _paid(Leaves.Step calldata step, Evidence calldata evidence)
        internal
        view
        returns (bool known, uint256 left, uint256 last)
    {
        (bool found, uint256 from, uint256 to) = _blockOf(step.till, evidence);
        if (!found) return (false, 0, 0);
        if (from == to) return (true, 0, 0);
        Openings.OpenedResult[] calldata results = evidence.results;
        if (results.length != (from == 0 ? 1 : 2)) return (false, 0, 0);
        Openings.OpenedResult calldata end = results[results.length - 1];
        known = end.opening.position == to - 1 && Openings.stands(end, step.resultsRoot);
        last = end.result.runningPaid;
        if (from == 0) return (known, 0, last);
        known = known && results[0].opening.position == from - 1 && Openings.stands(results[0], step.resultsRoot);
        return (known, results[0].result.runningPaid, last);
    }

    /// @dev The positions of the index, from `from` to before `to`, whose entries are the contributor's.
    function _blockOf(address till, Evidence calldata evidence)
        internal
        view
        returns (bool known, uint256 from, uint256 to)
    {
        bytes32 root;
        (known, root) = _indexOf(till);
        if (!known) return (false, 0, 0);
        uint256 contributor = evidence.contributor;
        (known, from) = _border(evidence.lower, root, contributor);
        if (!known) return (false, 0, 0);
        // Where the next one's entries begin, the contributor's end.
        (known, to) = _border(evidence.upper, root, contributor + 1);
    }

    /// @dev The first position of the index whose contributor is at least `contributor`; the count where there is none.
    function _border(Openings.OpenedIndexEntry[] calldata entries, bytes32 root, uint256 contributor)
        internal
        pure
        returns (bool known, uint256 position)
    {
        if (entries.length == 0) return (root == Leaves.emptyRoot(Leaves.INDEX), 0);
        Openings.OpenedIndexEntry calldata left = entries[0];
        if (!Openings.stands(left, root)) return (false, 0);
        if (entries.length == 1) {
            if (left.entry.contributor >= contributor) return (Openings.isFirst(left.opening), 0);
            return (Openings.isLast(left.opening), left.opening.count);
        }
        Openings.OpenedIndexEntry calldata right = entries[1];
        known = entries.length == 2 && Openings.stands(right, root) && Openings.follow(left.opening, right.opening)
            && left.entry.contributor < contributor && right.entry.contributor >= contributor;
        return (known, right.opening.position);
    }
}
