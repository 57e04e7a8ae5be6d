// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IModels} from "../../../contracts/interfaces/IModels.sol";

/// @title Stands in for all that verifiers of answers read of the chain: Attribution, Models, seeds, and a Till of model 7
contract Facts {
    struct Log {
        bytes32 root;
        uint64 count;
        uint128 total;
    }

    uint256 public constant model = 7;

    mapping(address till => mapping(uint256 epoch => Log)) public logOf;
    mapping(address till => mapping(uint256 epoch => Log)) public committedLogOf;
    mapping(uint256 epoch => bytes32) public seedOf;
    bytes32 internal _indexRoot;

    function setLog(address till, uint256 epoch, Log calldata log) external {
        logOf[till][epoch] = log;
        committedLogOf[till][epoch] = log;
    }

    function voidLog(address till, uint256 epoch) external {
        delete logOf[till][epoch];
    }

    function setSeed(uint256 epoch, bytes32 seed) external {
        seedOf[epoch] = seed;
    }

    function setIndexRoot(bytes32 indexRoot) external {
        _indexRoot = indexRoot;
    }

    function termsOf(uint256 id) external view returns (IModels.Terms memory terms) {
        if (id == model) terms.indexRoot = _indexRoot;
    }
}
