// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDatanets} from "../interfaces/IDatanets.sol";
import {IModels} from "../interfaces/IModels.sol";
import {IIndexVerifier} from "../interfaces/IVerifier.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Openings} from "../libraries/Openings.sol";

/// @title Proofs that the index of a version is wrong
/// @notice The index holds every contribution of the version's Datanet that was accepted, its consent not withdrawn, at the
/// end of the snapshot's block, and no other. Its features, and that its standing shares add up to no more than the whole,
/// are for whoever computes them again.
contract IndexVerifier is IIndexVerifier {
    /* TYPES */

    /// @dev What the evidence shows, and with which of its fields.
    enum Rule {
        Order, // two neighbours do not rise strictly by (contributor, contribution)
        Foreign, // an entry's contribution is not the contributor's, of another Datanet, or was not accepted then
        Absent, // `contribution` has no entry: its neighbours, or the first or last of all, or none of an empty index
        Standing // an entry's standing share is more than the whole
    }

    struct Evidence {
        Rule rule;
        Openings.OpenedIndexEntry[] entries; // one, or two neighbours in order
        uint64 contribution; // of Absent
    }

    /* IMMUTABLES */

    IModels public immutable MODELS;
    IDatanets public immutable DATANETS;

    /* CONSTRUCTOR */

    constructor(IModels models, IDatanets datanets) {
        MODELS = models;
        DATANETS = datanets;
    }

    /* PROOFS */

    /// @inheritdoc IIndexVerifier
    function refutes(uint256 model, bytes calldata evidence) external view returns (bool) {
        Evidence calldata decoded;
        assembly ("memory-safe") {
            decoded := add(evidence.offset, calldataload(evidence.offset))
        }
        return _proves(model, decoded);
    }

    /// @notice The same of evidence that is not encoded.
    function proves(uint256 model, Evidence calldata evidence) external view returns (bool) {
        return _proves(model, evidence);
    }

    /* INTERNAL */

    function _proves(uint256 model, Evidence calldata evidence) internal view returns (bool) {
        IModels.Terms memory terms = MODELS.termsOf(model);
        Openings.OpenedIndexEntry[] calldata entries = evidence.entries;
        if (!_stand(entries, terms.indexRoot)) return false;
        Rule rule = evidence.rule;
        if (rule == Rule.Absent) return _absent(terms, evidence.contribution, entries);
        if (entries.length == 0) return false;
        if (rule == Rule.Order) return entries.length == 2 && _keyOf(entries[0]) >= _keyOf(entries[1]);
        Leaves.IndexEntry calldata entry = entries[0].entry;
        if (rule == Rule.Standing) return entry.standing > Leaves.STANDING_UNIT;
        (bool accepted, uint32 contributor) = _acceptedIn(terms, entry.contribution);
        return !accepted || contributor != entry.contributor;
    }

    /// @dev Whether `entries` are one entry, or two neighbours, of the index of `root`, or none and it is empty.
    function _stand(Openings.OpenedIndexEntry[] calldata entries, bytes32 root) internal pure returns (bool) {
        if (entries.length == 0) return root == Leaves.emptyRoot(Leaves.INDEX);
        if (entries.length == 1) return Openings.stands(entries[0], root);
        return entries.length == 2 && Openings.stands(entries[0], root) && Openings.stands(entries[1], root)
            && Openings.follow(entries[0].opening, entries[1].opening);
    }

    function _keyOf(Openings.OpenedIndexEntry calldata opened) internal pure returns (uint256) {
        return Openings.keyOf(opened.entry.contributor, opened.entry.contribution);
    }

    /// @dev Whether a contribution belongs into the index, and whose it is.
    function _acceptedIn(IModels.Terms memory terms, uint64 contribution)
        internal
        view
        returns (bool accepted, uint32 contributor)
    {
        uint32 datanet;
        (accepted, datanet, contributor) = DATANETS.acceptedAt(contribution, terms.snapshotBlock);
        accepted = accepted && datanet == terms.datanet;
    }

    /// @dev Whether the entries, which stand, leave no place for a contribution that belongs into the index.
    function _absent(IModels.Terms memory terms, uint64 contribution, Openings.OpenedIndexEntry[] calldata entries)
        internal
        view
        returns (bool)
    {
        (bool accepted, uint32 contributor) = _acceptedIn(terms, contribution);
        if (!accepted) return false;
        if (entries.length == 0) return true;
        uint256 key = Openings.keyOf(contributor, contribution);
        uint256 first = _keyOf(entries[0]);
        if (entries.length == 2) return first < key && key < _keyOf(entries[1]);
        Leaves.Opening calldata opening = entries[0].opening;
        return (Openings.isFirst(opening) && key < first) || (Openings.isLast(opening) && first < key);
    }
}
