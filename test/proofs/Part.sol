// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Split} from "../../contracts/libraries/Split.sol";

/// @title What is proved of one part
contract PartProof {
    /// @dev No product overflows, whatever amount and share have room for.
    function part(uint128 amount, uint16 share) external pure {
        assert(Split.part(amount, share) <= Split.lastPart(amount, share));
    }
}
