// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Income of each Till, split by the version's frozen terms
/// @notice Income is booked per Till and epoch. When the operator's log deadline has passed an epoch of a Till is closed
/// (by anyone): what committed receipts cover is split; the rest is the treasury's. Recipients withdraw lazily; the
/// contributors' part waits as a pool until a posting of it is final.
interface IRevenue {
    enum Role {
        Developer,
        Operator,
        Stakers,
        Validators,
        Treasury
    }

    event TillCreated(address indexed till, uint256 indexed model, address indexed operator);
    /// @notice A Till's first income of an epoch. Every `Transfer` of the token from a Till to here is income of its epoch, so
    /// what follows has no event of its own; `income` adds it up.
    event Earning(address indexed till, uint256 indexed epoch);
    /// @notice `covered` + `uncovered` is the epoch's income; `pool` is the contributors' part of `covered`.
    event Closed(address indexed till, uint256 indexed epoch, uint256 covered, uint256 uncovered, uint256 pool);
    event Withdrawn(address indexed till, Role indexed role, address indexed recipient, uint256 amount);
    event TreasuryWithdrawn(address indexed treasury, uint256 amount);
    /// @notice `distributed` of `pool` went to Rewards, the rest is the treasury's.
    event PoolReleased(uint256 pool, uint256 distributed);

    error RevenueNotTill(address account);
    error RevenueNotLive(uint256 model);
    error RevenueNotOperator(uint256 model, address operator);
    error RevenueAlreadyClosed(address till, uint256 epoch);
    error RevenueNoIncome(address till, uint256 epoch);
    error RevenueTooEarly(uint256 availableAt);
    error RevenueNothingToWithdraw();
    error RevenueNotAttribution(address account);
    error RevenueSealed();
    error RevenuePoolMismatch(uint256 pool, uint256 given);
    error RevenueOpenTills(uint256 epoch, uint256 count);

    /// @notice Names Attribution, and with it Rewards. Once, by the deployer: the three need one another.
    function wire(address attribution) external;
    /// @notice Creates the Till of a live version and its operator, or returns the one that is there. Anyone may call.
    function createTill(uint256 model) external returns (address till);
    /// @notice The address of the Till, created or not; reverts where `operator` is not the version's.
    function tillOf(uint256 model, address operator) external view returns (address);
    function isTill(address account) external view returns (bool);
    /// @notice Books `amount`, which the calling Till has just transferred.
    function credit(uint256 amount) external;
    /// @notice Closes an epoch of a Till after the log deadline.
    function close(address till, uint256 epoch) external;
    /// @notice Pays what a role of a Till has earned in closed epochs: developer, operator and evaluator to their
    /// accounts, stakers into the vault's stream, treasury to the timelock. Anyone may call. Parts are rounded down over
    /// the Till's lifetime, the treasury's up; the dust between, less than 5 wei, stays until income rounds it out.
    function withdraw(address till, Role role) external returns (uint256 amount);
    /// @notice Pays uncovered and unattributed income to the treasury. Anyone may call.
    function withdrawTreasury() external returns (uint256 amount);
    /// @notice Reverts unless the pools of epochs `from` to `to` add up to `pool`, and every Till with income in them is
    /// closed: from then on the sum cannot change.
    function checkPool(uint256 from, uint256 to, uint256 pool) external view;
    /// @notice Releases the pool of a final posting: what it distributes to Rewards, what it does not attribute to the
    /// treasury. Only Attribution.
    function releasePool(uint256 pool, uint256 distributed) external;

    function income(address till, uint256 epoch) external view returns (uint256);
    function poolOf(uint256 epoch) external view returns (uint256);
    /// @notice The contributors' part of what a Till had covered in an epoch; 0 until it is closed.
    function poolOfTill(address till, uint256 epoch) external view returns (uint256);
    function openTills(uint256 epoch) external view returns (uint256);
    /// @notice Wei that `withdraw` would pay.
    function owed(address till, Role role) external view returns (uint256);
    function treasuryOwed() external view returns (uint256);
    /// @notice ⌊timestamp / EPOCH⌋
    function currentEpoch() external view returns (uint256);
    function EPOCH() external view returns (uint256);
}
