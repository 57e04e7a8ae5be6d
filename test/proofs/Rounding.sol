// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Split} from "../../contracts/libraries/Split.sol";

/// @title What is proved of how Split rounds
contract RoundingProof {
    /// @dev By less than a wei, and to the side that it says.
    function rounded(uint144 product) external pure {
        uint256 floor = Split.down(product) * Split.WHOLE;
        uint256 ceiling = Split.up(product) * Split.WHOLE;
        assert(floor <= product && product < floor + Split.WHOLE);
        assert(product <= ceiling && ceiling < product + Split.WHOLE);
    }

    /// @dev No part falls while its product grows, so what was paid is never too much.
    function monotone(uint144 product, uint144 more) external pure {
        assert(Split.down(product) <= Split.down(uint256(product) + more));
        assert(Split.up(product) <= Split.up(uint256(product) + more));
    }
}
