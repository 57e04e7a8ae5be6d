// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Operators' bonds
/// @notice Whoever commits logs answers for them with a bond. It leaves after `THAW` seconds, long enough for every log
/// that was committed under it to be refuted. A slash takes all that an operator has here, thawing or not.
interface IOperators {
    event BondDeposited(address indexed operator, uint256 amount);
    /// @notice `amount` wei of the bond can be withdrawn from `availableAt` on; what thawed before thaws anew.
    event BondThawing(address indexed operator, uint256 amount, uint256 availableAt);
    event BondWithdrawn(address indexed operator, uint256 amount);
    /// @notice `judge` took all that `operator` had here: half is burned, `paid` went to the judge.
    event OperatorSlashed(address indexed operator, address indexed judge, uint256 burned, uint256 paid);

    error OperatorNotBonded(address operator, uint256 bond, uint256 needed);
    error OperatorBondTooLow(uint256 bond, uint256 amount);
    error OperatorZeroAmount();
    error OperatorStillThawing(uint256 availableAt);
    error OperatorNotJudge(address account);

    /// @notice Adds to the caller's bond, taken by allowance.
    function deposit(uint256 amount) external;
    /// @notice Begins to thaw `amount` of the caller's bond. It no longer counts for `checkBonded`; slashes reach it.
    function announce(uint256 amount) external;
    /// @notice Pays what has thawed to the caller.
    function withdraw() external returns (uint256 amount);
    /// @notice Takes all that an operator has here: burns half, rounded down, and pays the rest to the calling judge. Only a
    /// judge of Attribution.
    /// @return paid wei; 0 where nothing was left
    function slash(address operator) external returns (uint256 paid);

    /// @notice Reverts unless the operator has a bond of `BOND` that does not thaw.
    function checkBonded(address operator) external view;
    /// @return bond wei that count @return thawing wei @return availableAt when these can be withdrawn
    function bondOf(address operator) external view returns (uint256 bond, uint256 thawing, uint256 availableAt);
    /// @notice The least bond, in wei, under which logs can be committed.
    function BOND() external view returns (uint256);
    /// @notice Seconds that a bond thaws: at least window, log delay, vote and timelock's delay together.
    function THAW() external view returns (uint256);
}
