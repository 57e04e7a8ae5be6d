// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The random word of each epoch
/// @notice Decides which receipts of an epoch are samples where they are too many to take all. It comes to be after the
/// epoch's logs are fixed, and never changes.
interface ISeeds {
    /// @notice The zero word where none is recorded yet.
    function seedOf(uint256 epoch) external view returns (bytes32);
}
