// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";

/// @title What is proved of the sum per unit
contract PerUnitProof {
    /// @dev With the least at stake, when a unit gains the most, what streams out of the supply fits a word of 120 bits a
    /// thousand times.
    function perUnit(uint96 released) external pure {
        require(released <= 1e27);
        assert(Streams.perUnit(released, Streams.LEAST_STAKE) <= type(uint120).max / 1000);
    }
}
