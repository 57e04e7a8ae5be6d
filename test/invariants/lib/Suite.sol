// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Attribution} from "../../../contracts/Attribution.sol";
import {Channels} from "../../../contracts/Channels.sol";
import {Datanets} from "../../../contracts/Datanets.sol";
import {Models} from "../../../contracts/Models.sol";
import {OpenGovernor} from "../../../contracts/OpenGovernor.sol";
import {OpenTimelock} from "../../../contracts/OpenTimelock.sol";
import {OpenToken} from "../../../contracts/OpenToken.sol";
import {Operators} from "../../../contracts/Operators.sol";
import {Revenue} from "../../../contracts/Revenue.sol";
import {Rewards} from "../../../contracts/Rewards.sol";
import {Seeds} from "../../../contracts/Seeds.sol";
import {StakeVault} from "../../../contracts/StakeVault.sol";
import {ApprovalCollector} from "../../../contracts/collectors/ApprovalCollector.sol";
import {IModels} from "../../../contracts/interfaces/IModels.sol";
import {IOpenGovernor} from "../../../contracts/interfaces/IOpenGovernor.sol";
import {Handler} from "./Handler.sol";

/// @title The whole suite, deployed and wired as the deploy module does it, with test parameters
/// @notice What a vote would do the handlers do as the timelock.
abstract contract Suite is Handler {
    uint256 internal constant EPOCH = 1 hours;
    uint256 internal constant LOG_DELAY = 50 minutes;
    uint256 internal constant WINDOW = 2 hours;
    uint256 internal constant UNBONDING = 4 hours;
    uint256 internal constant EVALUATION_WINDOW = 30 minutes;
    uint256 internal constant OBJECTION_WINDOW = 30 minutes;
    uint256 internal constant OBJECTION_QUORUM = 500; // basis points
    uint256 internal constant POSTING_BOND = 5_000 ether + 1; // odd, so that halves are rounded
    uint256 internal constant OPERATOR_BOND = 1_000 ether + 1; // odd too
    uint256 internal constant VALIDATOR_STAKE = 10_000 ether;
    uint256 internal constant START = 1_800_000_000;

    OpenToken internal open;
    StakeVault internal vault;
    OpenGovernor internal governor;
    address internal timelock;
    Datanets internal datanets;
    Models internal models;
    Channels internal channels;
    ApprovalCollector internal collector;
    Revenue internal revenue;
    Attribution internal attribution;
    Rewards internal rewards;
    Operators internal bonds;
    address internal judge;

    constructor() {
        vm.warp(START);
        open = new OpenToken(address(this));
        vault = new StakeVault(open, UNBONDING, 1 hours);
        governor = new OpenGovernor(
            vault,
            IOpenGovernor.Settings({
                votingDelay: 300,
                votingPeriod: 3_600,
                voteExtension: 900,
                timelockDelay: 1_800,
                proposalThreshold: 1_000 ether,
                quorum: 10,
                quorumFloor: 1_000 ether,
                quorumCap: 50_000_000 ether,
                guardian: address(this),
                guardianTerm: 90 days
            })
        );
        timelock = governor.timelock();
        vault.wire(timelock);
        datanets = new Datanets(open, vault, timelock, 30 minutes, 30 minutes, 1 hours, 100 ether);
        models = new Models(
            open,
            datanets,
            vault,
            timelock,
            1_000 ether,
            VALIDATOR_STAKE,
            EVALUATION_WINDOW,
            4 hours,
            OBJECTION_WINDOW,
            OBJECTION_QUORUM
        );
        channels = new Channels();
        collector = new ApprovalCollector(channels);
        revenue = new Revenue(open, models, vault, channels, timelock, EPOCH);
        attribution = new Attribution(open, revenue, vault, governor, LOG_DELAY, WINDOW, POSTING_BOND);
        revenue.wire(address(attribution));
        rewards = Rewards(address(attribution.REWARDS()));
        bonds = new Operators(open, attribution, vault, OPERATOR_BOND);
        // Proofs have tests of their own: what a judge would do the handlers do as the judge.
        judge = vm.addr(keyOf(90));
        address[] memory judges = new address[](1);
        judges[0] = judge;
        attribution.wire(bonds, new Seeds(attribution), judges);
        models.wire(judge);
        open.approve(address(vault), type(uint256).max);
        open.approve(address(datanets), type(uint256).max);
        open.approve(address(models), type(uint256).max);
        open.approve(address(attribution), type(uint256).max);
        open.approve(address(collector), type(uint256).max);
    }

    /// @dev Terms with hashes of nothing, of the first Datanet.
    function _terms(address operator, IModels.Split memory split) internal view returns (IModels.Terms memory terms) {
        terms.operator = operator;
        terms.priceIn = 0.1 ether;
        terms.priceOut = 0.2 ether;
        terms.split = split;
        terms.manifestHash = keccak256("manifest");
        terms.baseHash = keccak256("base");
        terms.adapterHash = keccak256("adapter");
        terms.indexRoot = keccak256("index");
        terms.snapshotBlock = uint32(block.number);
        terms.targetMilliPerplexity = 9_000;
    }
}
