// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The purse of one model version at one operator
/// @notice A CREATE2 clone; `payTo` of any x402 client. Holds nothing for long: anyone may sweep it, always.
interface ITill {
    error TillNothingToSweep();

    /// @notice Settles what Channels owe to this Till and hands all its OPEN to Revenue, which books it as income of the
    /// current epoch.
    function sweep() external returns (uint256 amount);
    function model() external view returns (uint256);
    function operator() external view returns (address);
}
