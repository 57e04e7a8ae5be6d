// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";

/// @title What is proved of what an account earns
contract EarnedPartsProof {
    /// @dev Never more than its units' exact part, by less than a wei. So what is held in two accounts never earns more
    /// than in one.
    function earned(uint96 units, uint120 growth) external pure {
        uint256 whole = Streams.earned(units, growth) * Streams.SCALE;
        uint256 exact = uint256(units) * growth;
        assert(whole <= exact);
        assert(exact < whole + Streams.SCALE);
    }
}
