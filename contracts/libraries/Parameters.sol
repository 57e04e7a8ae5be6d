// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParameters} from "../interfaces/IParameters.sol";

/// @title Bounds of constructor parameters
library Parameters {
    /// @dev Returns `value`, or reverts where it is not within `lower` and `upper` (both included).
    function within(bytes32 name, uint256 value, uint256 lower, uint256 upper) internal pure returns (uint256) {
        require(lower <= value && value <= upper, IParameters.ParameterOutOfBounds(name, value, lower, upper));
        return value;
    }
}
