// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The split of income by shares in basis points
/// @notice Every function is pure, without assembly. Amounts are wei, of at most 128 bits; the shares of all parts add up
/// to WHOLE. All parts but one are rounded down, that one up: together they never exceed the amount, and less than five
/// wei of it stay.
library Split {
    uint256 internal constant WHOLE = 10_000;

    /// @dev A part, rounded down.
    function part(uint256 amount, uint256 share) internal pure returns (uint256) {
        return down(amount * share);
    }

    /// @dev The last part, rounded up: the others, rounded down, leave at least that much. What they leave in all can
    /// shrink from one wei of income to the next, so paying that out would in the end be paid twice.
    function lastPart(uint256 amount, uint256 share) internal pure returns (uint256) {
        return up(amount * share);
    }

    /// @dev What a part grows by while the amount grows from `before` by `more`. Both rounded down, so that all such steps
    /// add up to the part.
    function grown(uint256 before, uint256 more, uint256 share) internal pure returns (uint256) {
        return part(before + more, share) - part(before, share);
    }

    /// @dev Wei of a number of wei · basis points.
    function down(uint256 product) internal pure returns (uint256) {
        return product / WHOLE;
    }

    function up(uint256 product) internal pure returns (uint256) {
        return (product + (WHOLE - 1)) / WHOLE;
    }
}
