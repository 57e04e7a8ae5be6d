// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";

/// @title What is proved of the sum per unit
contract PerUnitProof {
    /// @dev However few are at stake, what streams out of the supply fits a word of 120 bits a thousand times.
    function perUnit(uint96 released, uint96 staked) external pure {
        require(released <= 1e27 && staked >= Streams.LEAST_STAKE);
        uint256 sum = Streams.perUnit(released, staked);
        assert(sum * staked <= released * Streams.SCALE);
        assert(sum * Streams.LEAST_STAKE <= sum * staked);
        assert(sum <= type(uint120).max / 1000);
    }
}
