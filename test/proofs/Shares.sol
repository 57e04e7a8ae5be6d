// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pools} from "../../contracts/libraries/Pools.sol";

/// @title What is proved of shares that are bought and sold
contract SharesProof {
    /// @dev Shares are worth at most what they were bought for.
    function bought(uint96 amount, uint96 price) external pure {
        require(price >= Pools.LEAST && price <= Pools.ONE && amount <= 1e27);
        uint256 shares = Pools.bought(amount, price);
        assert(shares >= amount);
        assert(Pools.valueOf(shares, price) <= amount);
    }
}
