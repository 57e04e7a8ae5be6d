// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Stake in pools, its votes, and the stream of rewards to those who hold it
/// @notice An account's stake is in the pool of its delegate: a validator, or itself (the default). A pool votes with all
/// that is in it: one staked OPEN is one vote, checkpointed by timestamp (ERC-5805, ERC-6372), so a vote taken from a
/// flash loan does not exist. Only validators' pools can be slashed; a slash takes the same fraction of active and thawing
/// stake and lowers votes at once. Rewards stream over `STREAM` seconds, so nobody gains by arriving just before them.
interface IStakeVault {
    /// @notice `amount` wei were staked for `account` in the pool of `pool`.
    event Staked(address indexed account, address indexed pool, uint256 amount);
    /// @notice `amount` wei of `account` began to leave the pool of `pool`; what no slash takes of it can be withdrawn
    /// from `availableAt` on.
    event Unstaked(
        address indexed account, uint256 indexed ticket, address indexed pool, uint256 amount, uint256 availableAt
    );
    /// @notice `account` withdrew the `amount` wei of `ticket`.
    event Withdrawn(address indexed account, uint256 indexed ticket, uint256 amount);
    /// @notice `account` put the `amount` wei of `ticket` back at stake.
    event Restaked(address indexed account, uint256 indexed ticket, uint256 amount);
    /// @notice `amount` wei of rewards came in and stream until `streamEnd`.
    event RewardAdded(address indexed from, uint256 amount, uint256 streamEnd);
    /// @notice `account` collected `amount` wei of rewards.
    event RewardPaid(address indexed account, uint256 amount);
    /// @notice `validator` takes delegations, and `commission` basis points of their rewards.
    event ValidatorRegistered(address indexed validator, uint256 commission);
    /// @notice `validator` may take `commission` basis points from `from` on.
    event CommissionAnnounced(address indexed validator, uint256 commission, uint256 from);
    /// @notice `validator` takes `commission` basis points from now on.
    event CommissionSet(address indexed validator, uint256 commission);
    /// @notice `slasher` took `fraction` (of 10^18) of the pool of `validator`, `amount` wei.
    event Slashed(address indexed validator, address indexed slasher, uint256 fraction, uint256 amount);
    /// @notice `slasher` may slash from `from` on.
    event SlasherAppointed(address indexed slasher, uint256 from);
    event SlasherDismissed(address indexed slasher);

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
    /// @dev `account` is no validator, or its pool was slashed to nothing.
    error StakeNotValidator(address account);
    /// @dev `account` is a validator already: it answers for its pool and stays in it.
    error StakeIsValidator(address account);
    /// @dev `account` is in the pool of `pool`, and must come back to its own first.
    error StakeInPool(address account, address pool);
    error StakeCommissionTooHigh(uint256 commission, uint256 maximum);
    /// @dev No raise was announced, or it is due at `from` only.
    error StakeNoticeOpen(uint256 from);
    error StakeNotSlasher(address account);
    /// @dev The fraction is zero or above the whole.
    error StakeInvalidFraction(uint256 fraction);
    error StakeNotGovernance(address account);
    error StakeSealed();

    /// @notice Names the timelock that appoints slashers. Once, by the deployer: the governor needs the vault first.
    function wire(address governance) external;

    /// @notice Stakes `amount` wei of the caller, who has approved the vault, in the pool of its delegate.
    function stake(uint256 amount) external;
    /// @notice Stakes `amount` wei paid by the caller in the name of `account`, in the pool of its delegate.
    function stakeFor(address account, uint256 amount) external;
    /// @notice Begins to thaw `amount` wei; its votes and rewards end at once, slashes of its pool still reach it.
    /// @return ticket the number to withdraw it by
    function unstake(uint256 amount) external returns (uint256 ticket);
    /// @notice Pays out a thawed ticket of the caller.
    function withdraw(uint256 ticket) external returns (uint256 amount);
    /// @notice Puts a thawed ticket of the caller back at stake, in the pool of its delegate of now.
    function restake(uint256 ticket) external returns (uint256 amount);

    /// @notice Takes `amount` wei of the caller as a reward for all stake; it streams over the next `STREAM` seconds. A
    /// stream that still runs is joined: both end at the mean of their ends, weighted by amount. While less than 1 OPEN
    /// is at stake the stream stands still.
    function addReward(uint256 amount) external;
    /// @notice Pays the rewards that `account` has earned, to `account`. Anyone may call.
    function collect(address account) external returns (uint256 amount);

    /// @notice Makes the caller a validator, for good: it takes delegations, can be slashed, and takes `commission` basis
    /// points of its pool's rewards.
    function register(uint256 commission) external;
    /// @notice Lowers the caller's commission at once, or announces a higher one, due after `UNBONDING`: time to leave.
    function setCommission(uint256 commission) external;
    /// @notice Brings an announced commission into force once it is due. Anyone may call.
    function applyCommission(address validator) external;

    /// @notice Takes `fraction` (of 10^18) of the active and thawing stake in a validator's pool, to the calling slasher.
    function slash(address validator, uint256 fraction) external returns (uint256 amount);
    /// @notice Lets `slasher` slash after a notice of 2 · `UNBONDING`, in which everybody can leave. Only governance.
    function appointSlasher(address slasher) external;
    /// @notice Ends a slasher's power at once. Only governance.
    function dismissSlasher(address slasher) external;

    /// @notice Wei at stake; in a validator's pool, what slashes have left of it.
    function stakeOf(address account) external view returns (uint256);
    function totalStaked() external view returns (uint256);
    function earned(address account) external view returns (uint256);
    /// @notice A ticket's account, the validator whose slashes reach it (zero: none), its wei, and when it has thawed.
    function tickets(uint256 ticket)
        external
        view
        returns (address account, address pool, uint256 amount, uint256 availableAt);
    /// @notice A validator's pool: wei at stake and thawing, the price of a share (10^27 before any slash), its commission,
    /// the announced one and when that is due (zero: none is announced).
    function validators(address validator)
        external
        view
        returns (
            uint256 staked,
            uint256 thawing,
            uint256 price,
            uint256 commission,
            uint256 nextCommission,
            uint256 nextFrom
        );
    /// @notice Since when an account is a validator; zero: it is none.
    function validatorSince(address account) external view returns (uint256);
    /// @notice From when on an account may slash; zero: never.
    function slasherFrom(address account) external view returns (uint256);
    /// @notice The delegate of `account` at a past time: itself, unless it chose a validator.
    function getPastDelegate(address account, uint256 timepoint) external view returns (address);
    /// @notice The stake of `account` at a past time, which voted by its delegate.
    function getPastBalanceOf(address account, uint256 timepoint) external view returns (uint256);
    /// @notice Seconds that stake thaws.
    function UNBONDING() external view returns (uint256);
    /// @notice Seconds over which a reward streams.
    function STREAM() external view returns (uint256);
    /// @notice The highest commission, in basis points.
    function MAX_COMMISSION() external view returns (uint256);
}
