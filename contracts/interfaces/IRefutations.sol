// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "./IAttribution.sol";

/// @title How what is wrong is proved wrong
/// @notice In one transaction, by anyone, without a vote: evidence that a fixed verifier accepts voids a posting, voids a
/// log and slashes its operator, slashes an operator for a receipt that its log does not hold, or ends a version.
/// Half of what is slashed is burned, the rest is the refuter's.
///
/// Evidence can be copied from the mempool, so a reward can be taken only after `REVEAL_BLOCKS`. Until then it goes to
/// whoever shows an earlier commitment to evidence, its own or another, that the verifier accepts against the same target.
interface IRefutations {
    event RefutationCommitted(bytes32 indexed commitment);
    /// @notice `target` was refuted; the reward can be taken from block `takeableAt` on.
    event Refuted(bytes32 indexed target, address indexed refuter, address indexed verifier, uint256 takeableAt);
    /// @notice The reward is `refuter`'s now: its commitment of block `committedAt` is the earliest shown.
    event PrecedenceTaken(bytes32 indexed target, address indexed refuter, uint256 committedAt);
    event RewardTaken(bytes32 indexed target, address indexed refuter);

    error RefutationKnown(bytes32 commitment);
    error RefutationUnknownVerifier(address verifier);
    error RefutationNotProved(bytes32 target);
    /// @dev The target's reward of before has not been taken.
    error RefutationDone(bytes32 target);
    error RefutationNoReward(bytes32 target);
    /// @dev There is no such commitment (`committedAt` 0), or none before block `before`.
    error RefutationNotEarlier(uint256 committedAt, uint256 before);
    error RefutationRevealOpen(uint256 takeableAt);
    error RefutationRevealOver(uint256 takeableAt);

    /// @notice Commits to a refutation (`commitmentOf`), at least a block before it is shown.
    function commitRefutation(bytes32 commitment) external;
    /// @notice Voids a pending posting, and its descendants, by proof. The bonds of those can be reclaimed.
    /// @param verifier one of those that were fixed at deployment
    function refute(IAttribution.Entry calldata entry, address verifier, bytes calldata evidence) external;
    /// @notice Voids a log by proof, and slashes its operator.
    function refuteLog(address till, uint256 epoch, bytes calldata evidence) external;
    /// @notice Slashes an operator for a receipt of an epoch that it signed, and that does not stand at its number in the
    /// epoch's log. The log stays: nobody's posting on it was wrong. Once for each log.
    function slashEquivocation(address till, uint256 epoch, bytes calldata evidence) external;
    /// @notice Ends a version whose index breaks a rule; the proposal bond that is still held is forfeited.
    function refuteIndex(uint256 model, bytes calldata evidence) external;

    /// @notice Shows the caller's earlier commitment to a refutation of a posting, before the reward can be taken.
    function takePrecedence(IAttribution.Entry calldata entry, address verifier, bytes calldata evidence, bytes32 salt)
        external;
    /// @notice The same for a log, whose verifier is `LOG_VERIFIER`.
    function takeLogPrecedence(address till, uint256 epoch, bytes calldata evidence, bytes32 salt) external;
    /// @notice The same for an equivocation, whose verifier is `EQUIVOCATION_VERIFIER`.
    function takeEquivocationPrecedence(address till, uint256 epoch, bytes calldata evidence, bytes32 salt) external;
    /// @notice The same for an index, whose verifier is `INDEX_VERIFIER`.
    function takeIndexPrecedence(uint256 model, bytes calldata evidence, bytes32 salt) external;
    /// @notice Pays the reward of a target to its refuter. Anyone may call.
    function takeReward(bytes32 target) external;

    /// @notice keccak256(abi.encode(refuter, target, verifier, evidenceHash, salt)). The target of a posting is its id; that
    /// of a log or an equivocation keccak256(abi.encode(verifier, till, epoch)), of an index keccak256(abi.encode(verifier,
    /// model)).
    function commitmentOf(address refuter, bytes32 target, address verifier, bytes32 evidenceHash, bytes32 salt)
        external
        pure
        returns (bytes32);
    /// @notice The block of a commitment; 0: there is none.
    function committedAt(bytes32 commitment) external view returns (uint256);
    /// @notice Who has the reward of a target so far (zero: nobody), by which block's commitment, and from which block on
    /// it can be taken.
    function rewardOf(bytes32 target)
        external
        view
        returns (address refuter, uint256 committedBlock, uint256 takeableAt);
    function isVerifier(address verifier) external view returns (bool);
    function LOG_VERIFIER() external view returns (address);
    function EQUIVOCATION_VERIFIER() external view returns (address);
    function INDEX_VERIFIER() external view returns (address);
    /// @notice Blocks between a refutation and its reward.
    function REVEAL_BLOCKS() external view returns (uint256);
}
