// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Weighted medians of a few scores
library Medians {
    /// @notice The lower weighted median: the least value at or below which lies half of all weight or more. Sorts both
    /// arrays in place, by insertion: they hold a committee's scores, at most 16.
    function weighted(uint8[] memory values, uint256[] memory weights) internal pure returns (uint8) {
        uint256 count = values.length;
        uint256 total;
        for (uint256 i; i < count; ++i) {
            (uint8 value, uint256 weight) = (values[i], weights[i]);
            total += weight;
            uint256 place = i;
            for (; place != 0 && values[place - 1] > value; --place) {
                (values[place], weights[place]) = (values[place - 1], weights[place - 1]);
            }
            (values[place], weights[place]) = (value, weight);
        }
        uint256 below;
        uint256 middle;
        // Twice the weight instead of half the total: nothing is rounded.
        while ((below += weights[middle]) * 2 < total) ++middle;
        return values[middle];
    }
}
