// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IModels} from "../../contracts/interfaces/IModels.sol";

/// @title Stands in for all contracts whose record the verifiers read, and for a Till
/// @notice It knows one Till, itself, of one version.
contract ChainRecord {
    struct Epoch {
        bytes32 root;
        uint64 receipts;
        uint128 pool;
        bool earned;
    }

    struct Contribution {
        bool accepted;
        uint32 contributor;
    }

    uint64 public constant FIRST_EPOCH = 100;
    uint256 public constant model = 0;
    uint32 public constant contributorCount = 4;

    mapping(uint256 epoch => Epoch) internal _epochs;
    mapping(uint256 contribution => Contribution) internal _contributions;
    bytes32 internal _indexRoot;
    uint16 internal _share;

    function setTerms(bytes32 indexRoot, uint16 share) external {
        (_indexRoot, _share) = (indexRoot, share);
    }

    function setContribution(uint256 contribution, bool accepted, uint32 contributor) external {
        _contributions[contribution] = Contribution(accepted, contributor);
    }

    function setEpoch(uint256 epoch, bytes32 root, uint64 receipts, uint128 pool) external {
        _epochs[epoch] = Epoch(root, receipts, pool, true);
    }

    function termsOf(uint256) external view returns (IModels.Terms memory terms) {
        terms.indexRoot = _indexRoot;
        terms.split.contributors = _share;
    }

    function isTill(address account) external view returns (bool) {
        return account == address(this);
    }

    function income(address till, uint256 epoch) external view returns (uint256) {
        return till == address(this) && _epochs[epoch].earned ? 1 : 0;
    }

    function poolOfTill(address, uint256 epoch) external view returns (uint256) {
        return _epochs[epoch].pool;
    }

    function logOf(address, uint256 epoch) external view returns (bytes32 root, uint64 count, uint128 total) {
        Epoch memory booked = _epochs[epoch];
        return (booked.root, booked.receipts, booked.receipts);
    }

    function acceptedAt(uint256 contribution, uint48)
        external
        view
        returns (bool accepted, uint32 datanet, uint32 contributor)
    {
        Contribution memory known = _contributions[contribution];
        return (known.accepted, 0, known.contributor);
    }

    function accountOf(uint32 contributor) external pure returns (address) {
        return
            contributor < contributorCount ? address(uint160(uint256(keccak256(abi.encode(contributor))))) : address(0);
    }
}
