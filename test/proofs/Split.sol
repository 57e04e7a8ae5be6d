// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Split} from "../../contracts/libraries/Split.sol";

/// @title What is proved of the parts of an amount together
/// @notice The products amount · share of all six shares add up to amount · WHOLE. What is proved of products that do holds
/// of every split, whatever its shares.
contract SplitProof {
    /// @dev Five parts rounded down and one rounded up never exceed the amount, and leave four wei of it at most.
    function six(uint144 a, uint144 b, uint144 c, uint144 d, uint144 e, uint144 f, uint128 amount) external pure {
        require(uint256(a) + b + c + d + e + f == amount * Split.WHOLE);
        uint256 sum = Split.down(a) + Split.down(b) + Split.down(c) + Split.down(d) + Split.down(e) + Split.up(f);
        assert(sum <= amount);
        assert(amount - sum <= 4);
    }
}
