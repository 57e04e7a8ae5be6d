// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";

/// @title What is proved of a validator's commission
contract CommissionProof {
    /// @dev Never more than its pool gained.
    function cut(uint96 gained, uint16 commission) external pure {
        require(commission <= Streams.BASIS_POINTS);
        assert(uint256(gained) * commission <= uint256(gained) * Streams.BASIS_POINTS);
        assert(Streams.cutOf(gained, commission) <= gained);
    }
}
