// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";

/// @title What is proved of what all units earn together
contract EarnedProof {
    /// @dev At most what streamed to them.
    function earned(uint96 released, uint96 units) external pure {
        require(units != 0);
        assert(Streams.earned(units, Streams.perUnit(released, units)) <= released);
    }
}
