// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The cheatcodes of the Solidity test runner that these tests use
interface Vm {
    /// @notice Sets block.timestamp.
    function warp(uint256 timestamp) external;
    /// @notice The next call comes from `sender`.
    function prank(address sender) external;
    /// @notice The address of a private key.
    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    /// @notice Throws this run of a fuzz test away unless `condition` holds.
    function assume(bool condition) external pure;
    /// @notice The next call must revert with exactly `data`.
    function expectRevert(bytes calldata data) external;
    /// @notice The next call must revert with whatever data.
    function expectRevert() external;
}
