// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {IRevenue} from "../../../contracts/interfaces/IRevenue.sol";
import {Suite} from "../lib/Suite.sol";

/// @title Three live versions with unlike splits, a Till each, and what should have become of their income
abstract contract World is Suite {
    uint256 internal constant TILLS = 3;
    uint256 internal constant ROLES = 5;
    uint256 internal constant BASIS_POINTS = 10_000;
    address internal constant VALIDATOR = address(0x7A11);

    /// A Till's epoch with income that is not closed.
    struct OpenEpoch {
        uint256 till;
        uint256 epoch;
        uint256 income;
        uint256 logged;
        bool voided;
    }

    address[TILLS] internal tills;
    address[TILLS] internal operators;
    IModels.Split[TILLS] internal splits;

    /* GHOSTS: wei */

    uint256[TILLS] internal _unswept;
    uint256[TILLS] internal _credited;
    uint256[TILLS] internal _covered;
    uint256[ROLES][TILLS] internal _withdrawn;
    OpenEpoch[] internal _open;
    uint256 internal _uncovered;
    uint256 internal _treasuryPaid;
    uint256 internal _poolsReleased;
    uint256 internal _unattributed;
    uint256 internal _burned;
    uint256[TILLS] internal _bonds; // operators', thawing or not
    uint256[3] internal _stray; // Revenue, Rewards, Attribution

    constructor() {
        address[] memory committee = new address[](1);
        committee[0] = address(this);
        datanets.create("Bees", "MIT", 10 ether, committee);
        splits[0] = IModels.Split(2_000, 2_500, 1_000, 500, 500, 3_500);
        splits[1] = IModels.Split(3_333, 1, 3_333, 0, 0, 3_333);
        splits[2] = IModels.Split(1, 2, 3, 4, 9_989, 1);
        vault.stakeFor(VALIDATOR, 2 * VALIDATOR_STAKE);
        vm.warp(block.timestamp + 1);
        for (uint256 i; i < TILLS; ++i) {
            operators[i] = vm.addr(keyOf(i));
            _takeLive(i);
            tills[i] = revenue.createTill(i);
            open.transfer(operators[i], 100 * OPERATOR_BOND);
            vm.prank(operators[i]);
            open.approve(address(bonds), type(uint256).max);
            _bond(i);
        }
    }

    function _takeLive(uint256 model) internal {
        IModels.Terms memory terms = _terms(operators[model], splits[model]);
        models.propose(terms, 5_000 ether, "");
        vm.prank(timelock);
        models.approve(model);
        models.recordTrained(model, terms.manifestHash, terms.adapterHash, "");
        vm.prank(VALIDATOR);
        models.recordEvaluation(model, 8_000, keccak256("report"));
        vm.warp(block.timestamp + EVALUATION_WINDOW);
        models.goLive(model);
    }

    /// @dev Brings an operator's bond to what it takes to commit logs.
    function _bond(uint256 till) internal {
        (uint256 bond,,) = bonds.bondOf(operators[till]);
        if (bond >= OPERATOR_BOND) return;
        vm.prank(operators[till]);
        bonds.deposit(OPERATOR_BOND - bond);
        _bonds[till] += OPERATOR_BOND - bond;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }

    /// @dev The part of a role, of all covered income of a Till: rounded down, the treasury's up.
    function _partOf(uint256 till, uint256 role) internal view returns (uint256) {
        IModels.Split storage split = splits[till];
        uint256 covered = _covered[till];
        if (role == 0) return covered * split.developer / BASIS_POINTS;
        if (role == 1) return covered * split.operator / BASIS_POINTS;
        if (role == 2) return covered * split.stakers / BASIS_POINTS;
        if (role == 3) return covered * split.validators / BASIS_POINTS;
        return (covered * split.treasury + BASIS_POINTS - 1) / BASIS_POINTS;
    }

    function _poolOf(uint256 till) internal view returns (uint256) {
        return _covered[till] * splits[till].contributors / BASIS_POINTS;
    }

    function _recipientOf(uint256 till, IRevenue.Role role) internal view returns (address) {
        if (role == IRevenue.Role.Developer) return address(this);
        if (role == IRevenue.Role.Operator) return operators[till];
        if (role == IRevenue.Role.Stakers) return address(vault);
        if (role == IRevenue.Role.Validators) return VALIDATOR;
        return timelock;
    }

    function _isPaused() internal view returns (bool) {
        (,,, uint256 until) = attribution.lineOf();
        return block.timestamp < until;
    }

    /// @dev Amounts of every size, from a wei to 10,000 OPEN.
    function _amount(uint256 word) internal pure returns (uint256) {
        return within(word, 1, 10 ** (word % 23));
    }
}
