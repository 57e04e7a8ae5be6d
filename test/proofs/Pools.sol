// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pools} from "../../contracts/libraries/Pools.sol";

/// @title What is proved of Pools
contract PoolsProof {
    /// @dev No share is worth more than a wei, and no product overflows.
    function valueOf(uint128 shares, uint96 price) external pure {
        require(price <= Pools.ONE);
        assert(Pools.valueOf(shares, price) <= shares);
    }

    /// @dev The parts of a pool are never worth more than the pool.
    function parts(uint128 a, uint128 b, uint96 price) external pure {
        require(price <= Pools.ONE);
        assert(Pools.valueOf(a, price) + Pools.valueOf(b, price) <= Pools.valueOf(uint256(a) + b, price));
    }

    /// @dev A slash never raises the price, and takes all or leaves at least LEAST.
    function slashed(uint96 price, uint64 fraction) external pure {
        require(price <= Pools.ONE && fraction <= Pools.WHOLE);
        uint256 next = Pools.slashed(price, fraction);
        assert(next <= price);
        assert(next == 0 || next >= Pools.LEAST);
    }
}
