// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorCountingOverridable
} from "@openzeppelin/contracts/governance/extensions/GovernorCountingOverridable.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {OpenTimelock} from "./OpenTimelock.sol";
import {IOpenGovernor} from "./interfaces/IOpenGovernor.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {Parameters} from "./libraries/Parameters.sol";

/// @title Votes by stake at a past timestamp, executed through a timelock of its own
/// @notice OpenZeppelin's Governor. Delegators may override their delegate's vote. It creates its timelock, so that nobody
/// else ever held a role in it. Each setting can be governed between half and double of what it was deployed with, and a
/// vote can never take longer than `RESOLUTION`, since unbonding outlasts that.
contract OpenGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingOverridable,
    GovernorVotesQuorumFraction,
    GovernorPreventLateQuorum,
    GovernorTimelockControl,
    IOpenGovernor,
    IParameters
{
    /* CONSTANTS */

    bytes32 public constant PROPOSAL_TYPEHASH = keccak256(
        "Proposal(address proposer,address[] targets,uint256[] values,bytes[] calldatas,string description,uint256 nonce,uint256 deadline)"
    );

    /* IMMUTABLES */

    /// @inheritdoc IOpenGovernor
    uint256 public immutable RESOLUTION;
    /// @inheritdoc IOpenGovernor
    uint256 public immutable QUORUM_FLOOR;
    /// @inheritdoc IOpenGovernor
    uint256 public immutable QUORUM_CAP;
    /// @inheritdoc IOpenGovernor
    uint256 public immutable GUARDIAN_UNTIL;
    /// @dev The settings at deployment, by which they stay bounded.
    uint256 internal immutable DELAY;
    uint256 internal immutable PERIOD;
    uint256 internal immutable EXTENSION;
    uint256 internal immutable THRESHOLD;
    uint256 internal immutable QUORUM;

    /* STORAGE */

    address internal _guardian;

    /* CONSTRUCTOR */

    constructor(IVotes stakeVault, Settings memory settings)
        Governor("Tributary OpenGovernor")
        GovernorSettings(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold)
        GovernorVotes(stakeVault)
        GovernorVotesQuorumFraction(settings.quorum)
        GovernorPreventLateQuorum(settings.voteExtension)
        GovernorTimelockControl(new OpenTimelock(settings.timelockDelay, address(this)))
    {
        DELAY = Parameters.within("VOTING_DELAY", settings.votingDelay, 1, 30 days);
        PERIOD = Parameters.within("VOTING_PERIOD", settings.votingPeriod, 1 minutes, 30 days);
        EXTENSION = settings.voteExtension; // at most the period
        THRESHOLD = Parameters.within("THRESHOLD", settings.proposalThreshold, 1 ether, 10_000_000 ether);
        QUORUM = Parameters.within("QUORUM", settings.quorum, 1, 50);
        QUORUM_CAP = Parameters.within("QUORUM_CAP", settings.quorumCap, 1 ether, 500_000_000 ether);
        QUORUM_FLOOR = Parameters.within("QUORUM_FLOOR", settings.quorumFloor, 1, settings.quorumCap);
        Parameters.within("TIMELOCK_DELAY", settings.timelockDelay, 1 minutes, 30 days);
        RESOLUTION = DELAY + PERIOD + EXTENSION;
        GUARDIAN_UNTIL = block.timestamp + Parameters.within("GUARDIAN_TERM", settings.guardianTerm, 0, 180 days);
        _guardian = settings.guardian;
    }

    /* PROPOSALS */

    /// @inheritdoc IOpenGovernor
    function proposeBySig(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer,
        uint256 deadline,
        bytes memory signature
    ) public returns (uint256 proposalId) {
        require(block.timestamp <= deadline, GovernorSignatureExpired(deadline));
        bytes32 content = keccak256(
            abi.encode(
                PROPOSAL_TYPEHASH,
                proposer,
                keccak256(abi.encodePacked(targets)),
                keccak256(abi.encodePacked(values)),
                _hashEach(calldatas),
                keccak256(bytes(description)),
                _useNonce(proposer),
                deadline
            )
        );
        bool valid = SignatureChecker.isValidSignatureNow(proposer, _hashTypedDataV4(content), signature);
        require(valid, GovernorInvalidSignature(proposer));
        require(_isValidDescriptionForProposer(proposer, description), GovernorRestrictedProposer(proposer));
        uint256 votes = getVotes(proposer, clock() - 1);
        uint256 threshold = proposalThreshold();
        require(votes >= threshold, GovernorInsufficientProposerVotes(proposer, votes, threshold));
        return _propose(targets, values, calldatas, description, proposer);
    }

    /// @notice The proposer may cancel before the vote, the guardian until the execution; not its own dismissal.
    function cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) public override returns (uint256) {
        bool dismissal = targets.length == 1 && targets[0] == address(this) && calldatas.length == 1
            && bytes4(calldatas[0]) == IOpenGovernor.dismissGuardian.selector;
        if (dismissal) {
            uint256 proposalId = getProposalId(targets, values, calldatas, descriptionHash);
            require(super._validateCancel(proposalId, msg.sender), GovernorDismissal(proposalId));
        }
        return super.cancel(targets, values, calldatas, descriptionHash);
    }

    /* GUARDIAN */

    /// @inheritdoc IOpenGovernor
    function dismissGuardian() external onlyGovernance {
        emit GuardianDismissed(_guardian);
        _guardian = address(0);
    }

    /// @inheritdoc IOpenGovernor
    function guardian() public view returns (address) {
        return block.timestamp < GUARDIAN_UNTIL ? _guardian : address(0);
    }

    /* SETTINGS */

    function setVotingDelay(uint48 delay) public override {
        _bounded("VOTING_DELAY", delay, DELAY);
        _resolved(delay + votingPeriod() + lateQuorumVoteExtension());
        super.setVotingDelay(delay);
    }

    function setVotingPeriod(uint32 period) public override {
        _bounded("VOTING_PERIOD", period, PERIOD);
        _resolved(votingDelay() + period + lateQuorumVoteExtension());
        super.setVotingPeriod(period);
    }

    function setLateQuorumVoteExtension(uint48 extension) public override {
        _bounded("VOTE_EXTENSION", extension, EXTENSION);
        _resolved(votingDelay() + votingPeriod() + extension);
        super.setLateQuorumVoteExtension(extension);
    }

    function setProposalThreshold(uint256 threshold) public override {
        _bounded("THRESHOLD", threshold, THRESHOLD);
        super.setProposalThreshold(threshold);
    }

    function updateQuorumNumerator(uint256 percent) public override {
        _bounded("QUORUM", percent, QUORUM);
        super.updateQuorumNumerator(percent);
    }

    /// @notice The timelock holds the treasury and every right: it stays.
    function updateTimelock(TimelockController) public pure override {
        revert GovernorTimelockFixed();
    }

    /* VIEWS */

    /// @notice A percentage of all stake at `timepoint`, rounded down, but not below the floor and not above the cap.
    function quorum(uint256 timepoint) public view override(Governor, GovernorVotesQuorumFraction) returns (uint256) {
        uint256 votes = super.quorum(timepoint);
        if (votes < QUORUM_FLOOR) return QUORUM_FLOOR;
        return votes > QUORUM_CAP ? QUORUM_CAP : votes;
    }

    /* INTERNAL */

    function _validateCancel(uint256 proposalId, address caller) internal view override returns (bool) {
        return (caller == guardian() && caller != address(0)) || super._validateCancel(proposalId, caller);
    }

    /// @dev Rounded up below, so that nothing is ever governed to zero.
    function _bounded(bytes32 name, uint256 value, uint256 initial) internal pure {
        Parameters.within(name, value, (initial + 1) / 2, 2 * initial);
    }

    function _resolved(uint256 longest) internal view {
        Parameters.within("RESOLUTION", longest, 0, RESOLUTION);
    }

    /// @dev EIP-712: an array is the hash of its elements' encodings, and bytes are encoded by their hash.
    function _hashEach(bytes[] memory list) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            hashes[i] = keccak256(list[i]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /* OVERRIDES REQUIRED BY SOLIDITY */

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
