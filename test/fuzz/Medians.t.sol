// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Medians} from "../../contracts/libraries/Medians.sol";
import {Test} from "../invariants/lib/Test.sol";

contract MediansFuzz is Test {
    /// @notice Half of all weight or more lies at or below the median, and less than half below it.
    function test_isTheLowerWeightedMedian(uint256 count, uint256 random) external pure {
        (uint8[] memory values, uint256[] memory weights, uint256 total) = _scores(count, random);
        uint8[] memory sorted = _copy(values);
        uint256[] memory moved = _copy(weights);
        uint8 median = Medians.weighted(sorted, moved);
        (uint256 below, uint256 upTo, uint256 exact) = _around(values, weights, median);
        atMost(total, 2 * upTo, "half of all weight or more is at or below it");
        holds(2 * below < total || total == 0, "less than half is below it");
        holds(total == 0 || exact != 0, "it is a score of somebody with weight");
    }

    /// @notice Sorting keeps each score with its weight, and the order they came in does not matter.
    function test_sortsScoresWithTheirWeights(uint256 count, uint256 random) external pure {
        (uint8[] memory values, uint256[] memory weights,) = _scores(count, random);
        (uint8[] memory sorted, uint256[] memory moved) = (_copy(values), _copy(weights));
        uint8 median = Medians.weighted(sorted, moved);
        for (uint256 i; i < values.length; ++i) {
            if (i != 0) atMost(sorted[i - 1], sorted[i], "sorted");
            (,, uint256 before) = _around(values, weights, values[i]);
            (,, uint256 afterwards) = _around(sorted, moved, values[i]);
            equal(before, afterwards, "each score has the weight it had");
        }
        uint256 last = values.length - 1;
        for (uint256 i; i < values.length / 2; ++i) {
            (values[i], values[last - i]) = (values[last - i], values[i]);
            (weights[i], weights[last - i]) = (weights[last - i], weights[i]);
        }
        equal(Medians.weighted(values, weights), median, "the order does not matter");
    }

    function _scores(uint256 count, uint256 random)
        internal
        pure
        returns (uint8[] memory values, uint256[] memory weights, uint256 total)
    {
        count = within(count, 1, 16);
        (values, weights) = (new uint8[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            values[i] = uint8(random % 101);
            // A silent seat weighs nothing, as may happen.
            weights[i] = random % 5 == 0 ? 0 : (random >> 8) % 10 ** (1 + (random >> 128) % 27);
            total += weights[i];
        }
    }

    function _around(uint8[] memory values, uint256[] memory weights, uint256 value)
        internal
        pure
        returns (uint256 below, uint256 upTo, uint256 exact)
    {
        for (uint256 i; i < values.length; ++i) {
            if (values[i] < value) below += weights[i];
            if (values[i] == value) exact += weights[i];
        }
        upTo = below + exact;
    }

    function _copy(uint8[] memory list) internal pure returns (uint8[] memory copy) {
        copy = new uint8[](list.length);
        for (uint256 i; i < list.length; ++i) {
            copy[i] = list[i];
        }
    }

    function _copy(uint256[] memory list) internal pure returns (uint256[] memory copy) {
        copy = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) {
            copy[i] = list[i];
        }
    }
}
