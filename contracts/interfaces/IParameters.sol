// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The error of a constructor that refuses a parameter
interface IParameters {
    /// @dev `value` of the parameter `name` is not within `lower` and `upper` (both included).
    error ParameterOutOfBounds(bytes32 name, uint256 value, uint256 lower, uint256 upper);
}
