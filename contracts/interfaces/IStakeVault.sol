// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Stake, its votes, and the stream of rewards to those who hold it
/// @notice One pool. One staked OPEN is one vote; votes are checkpointed by timestamp (ERC-5805, ERC-6372), so a vote
/// taken from a flash loan does not exist. Rewards stream over `STREAM` seconds, so nobody gains by arriving just
/// before them.
interface IStakeVault {
    /// @notice `account` staked `amount` wei.
    event Staked(address indexed account, uint256 amount);
    /// @notice `account` asked to leave with `amount` wei, which can be withdrawn from `availableAt` on.
    event Unstaked(address indexed account, uint256 indexed ticket, uint256 amount, uint256 availableAt);
    /// @notice `account` withdrew the `amount` wei of `ticket`.
    event Withdrawn(address indexed account, uint256 indexed ticket, uint256 amount);
    /// @notice `amount` wei of rewards came in and stream until `streamEnd`.
    event RewardAdded(address indexed from, uint256 amount, uint256 streamEnd);
    /// @notice `account` collected `amount` wei of rewards.
    event RewardPaid(address indexed account, uint256 amount);

    /// @dev The amount is zero, or there is nothing to collect.
    error StakeZeroAmount();
    /// @dev Stake in the name of nobody.
    error StakeZeroAddress();
    /// @dev `account` has only `staked` wei at stake.
    error StakeInsufficient(address account, uint256 staked, uint256 amount);
    /// @dev The ticket is not there (never was, or is withdrawn) or belongs to somebody else.
    error StakeUnknownTicket(uint256 ticket);
    /// @dev The ticket thaws until `availableAt`.
    error StakeStillThawing(uint256 ticket, uint256 availableAt);

    /// @notice Stakes `amount` wei of the caller, who has approved the vault.
    function stake(uint256 amount) external;
    /// @notice Stakes `amount` wei paid by the caller in the name of `account`.
    function stakeFor(address account, uint256 amount) external;
    /// @notice Begins to thaw `amount` wei; its votes and rewards end at once.
    /// @return ticket the number to withdraw it by
    function unstake(uint256 amount) external returns (uint256 ticket);
    /// @notice Pays out a thawed ticket of the caller.
    function withdraw(uint256 ticket) external returns (uint256 amount);
    /// @notice Takes `amount` wei of the caller as a reward for all stake; it streams over the next `STREAM` seconds. A
    /// stream that still runs is joined: both end at the mean of their ends, weighted by amount. While nobody is at
    /// stake the stream stands still.
    function addReward(uint256 amount) external;
    /// @notice Pays the rewards that `account` has earned, to `account`. Anyone may call.
    function collect(address account) external returns (uint256 amount);

    function stakeOf(address account) external view returns (uint256);
    function totalStaked() external view returns (uint256);
    function earned(address account) external view returns (uint256);
    function tickets(uint256 ticket) external view returns (address account, uint256 amount, uint256 availableAt);
    /// @notice Seconds that stake thaws.
    function UNBONDING() external view returns (uint256);
    /// @notice Seconds over which a reward streams.
    function STREAM() external view returns (uint256);
}
