// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Shares of a pool, and what a slash leaves of them
/// @notice A share is worth `price` / ONE wei. Active and thawing stake of a pool are counted in the same shares, so a
/// slash is one multiplication of the price. Nothing else moves the price, hence nobody can inflate it. Every function is
/// pure, without assembly: shares stay below 2^121, prices at or below 2^90, so that no product overflows.
library Pools {
    /// @dev The price of a share before any slash.
    uint256 internal constant ONE = 1e27;
    /// @dev A price below this one is none: the pool is wiped out. It bounds the shares that a wei can buy.
    uint256 internal constant LEAST = 1e18;
    /// @dev A whole, of which a slash takes a fraction.
    uint256 internal constant WHOLE = 1e18;

    /// @dev Wei that `shares` are worth. Rounded down, so that the parts of a pool never exceed the pool.
    function valueOf(uint256 shares, uint256 price) internal pure returns (uint256) {
        return shares * price / ONE;
    }

    /// @dev Shares that `amount` wei buy. Rounded down, so that they are worth at most `amount`.
    function bought(uint256 amount, uint256 price) internal pure returns (uint256) {
        return amount * ONE / price;
    }

    /// @dev Shares that leave with `amount` wei. Rounded up; as a share is worth at most a wei, they are worth `amount`.
    function sold(uint256 amount, uint256 price) internal pure returns (uint256) {
        return (amount * ONE + price - 1) / price;
    }

    /// @dev The price after a slash of `fraction` / WHOLE. Rounded down, against who is slashed.
    function slashed(uint256 price, uint256 fraction) internal pure returns (uint256 next) {
        next = price * (WHOLE - fraction) / WHOLE;
        if (next < LEAST) next = 0;
    }
}
