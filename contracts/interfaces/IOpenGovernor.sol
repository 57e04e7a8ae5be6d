// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What OpenGovernor adds to OpenZeppelin's Governor
interface IOpenGovernor {
    /// Seconds, wei and percent.
    struct Settings {
        /// From a proposal to its vote.
        uint48 votingDelay;
        /// Of the vote.
        uint32 votingPeriod;
        /// At least from the quorum to the end of the vote.
        uint48 voteExtension;
        /// From a vote to its effect.
        uint256 timelockDelay;
        /// Votes that a proposer needs.
        uint256 proposalThreshold;
        /// Percent of all stake, but not below the floor and not above the cap.
        uint256 quorum;
        uint256 quorumFloor;
        uint256 quorumCap;
        /// May cancel proposals, and nothing else, for so long.
        address guardian;
        uint256 guardianTerm;
    }

    event GuardianDismissed(address indexed guardian);

    /// @dev The guardian cannot cancel its own dismissal.
    error GovernorDismissal(uint256 proposalId);
    /// @dev A proposal signed for use until `deadline` only.
    error GovernorSignatureExpired(uint256 deadline);
    /// @dev The timelock and its delay are as they were deployed.
    error GovernorTimelockFixed();

    /// @notice Proposes for `proposer`, who has signed all of it (EIP-712 or ERC-1271), with its next nonce.
    function proposeBySig(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer,
        uint256 deadline,
        bytes memory signature
    ) external returns (uint256 proposalId);
    /// @notice Ends the guardian's power before its term. By a proposal with this call alone, which it cannot cancel.
    function dismissGuardian() external;

    /// @notice The guardian while it has power, else zero.
    function guardian() external view returns (address);
    /// @notice When the guardian's power ends by itself.
    function GUARDIAN_UNTIL() external view returns (uint256);
    /// @notice The longest that delay, period and extension of a vote may ever be together, in seconds.
    function RESOLUTION() external view returns (uint256);
    function QUORUM_FLOOR() external view returns (uint256);
    function QUORUM_CAP() external view returns (uint256);
}
