// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Parameters} from "../../contracts/libraries/Parameters.sol";

/// @title What is proved of Parameters
contract ParametersProof {
    /// @dev What comes back is what was given, and lies within the bounds, both included.
    function within(bytes32 name, uint256 value, uint256 lower, uint256 upper) external pure {
        uint256 result = Parameters.within(name, value, lower, upper);
        assert(result == value);
        assert(lower <= result && result <= upper);
    }
}
