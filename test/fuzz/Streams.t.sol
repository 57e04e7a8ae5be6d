// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";
import {Test} from "../invariants/lib/Test.sol";

/// @notice Amounts up to the supply, times up to a century.
contract StreamsFuzz is Test {
    uint256 internal constant SUPPLY = 1e27;
    uint256 internal constant DURATION = 1 hours;
    uint256 internal constant START = 1_800_000_000;

    function test_streamsNoMoreThanCameIn(uint256 amount, uint256 staked, uint256 first, uint256 second) external pure {
        (amount, staked) = (within(amount, 1, SUPPLY), within(staked, 0, SUPPLY));
        Streams.Stream memory stream = _begun(amount);
        uint256 time = START + within(first, 0, DURATION);
        stream = Streams.advanced(stream, staked, time);
        uint256 half = stream.left;
        atMost(Streams.earned(staked, stream.accumulated), amount - half, "earned is at most released");
        stream = Streams.advanced(stream, staked, time + within(second, 0, 100 * 365 days));
        atMost(stream.left, half, "what is left never grows");
        uint256 earned = Streams.earned(staked, stream.accumulated);
        atMost(earned + stream.left, amount, "earned and left are at most what came in");
        // Each of the two sums is rounded down to 1 / SCALE of a wei for each staked wei, and then to a wei.
        atMost(
            amount,
            earned + stream.left + 2 * (staked / Streams.SCALE + 1) + (staked < Streams.LEAST_STAKE ? amount : 0),
            "and next to nothing is lost"
        );
    }

    function test_allHasStreamedByTheEnd(uint256 amount, uint256 staked, uint256 stop) external pure {
        (amount, staked) = (within(amount, 1, SUPPLY), within(staked, Streams.LEAST_STAKE, SUPPLY));
        Streams.Stream memory stream = Streams.advanced(_begun(amount), staked, START + within(stop, 0, DURATION));
        stream = Streams.advanced(stream, staked, START + DURATION);
        equal(stream.left, 0, "nothing is left at the end");
    }

    function test_standsStillWithoutStake(uint256 amount, uint256 staked, uint256 time) external pure {
        (amount, staked) = (within(amount, 1, SUPPLY), within(staked, 0, Streams.LEAST_STAKE - 1));
        time = within(time, 0, 365 days);
        Streams.Stream memory stream = Streams.advanced(_begun(amount), staked, START + time);
        equal(stream.left, amount, "all of it is left");
        equal(stream.end, START + DURATION + time, "the end is as far away as before");
        equal(stream.accumulated, 0, "nobody has earned anything");
    }

    function test_aRewardNeitherHurriesNorHoldsUpTheOther(uint256 amount, uint256 more, uint256 stop) external pure {
        (amount, more) = (within(amount, 1, SUPPLY / 2), within(more, 1, SUPPLY / 2));
        uint256 time = START + within(stop, 0, DURATION);
        Streams.Stream memory before = Streams.advanced(_begun(amount), Streams.LEAST_STAKE, time);
        uint256 left = before.left;
        uint256 endBefore = left == 0 ? time : before.end;
        Streams.Stream memory stream = Streams.joined(before, more, DURATION, time);
        equal(stream.left, left + more, "both are to come");
        atMost(endBefore, stream.end, "nothing streams faster than before");
        atMost(stream.end, time + DURATION, "the end is one of both ends, or between them");
        uint256 weighted = left * (endBefore - time) + more * DURATION;
        atMost(weighted, (stream.end - time) * stream.left, "the mean of both ends, rounded up");
        atMost((stream.end - time) * stream.left, weighted + stream.left - 1, "by less than a second");
    }

    function test_aPoolDividesAllItGained(uint256 gained, uint256 shares, uint256 commission) external pure {
        (gained, shares) = (within(gained, 0, SUPPLY), within(shares, 1, 2 ** 120));
        commission = within(commission, 0, Streams.BASIS_POINTS);
        (uint256 cut, uint256 growth) = Streams.divided(gained, shares, commission);
        atMost(cut * Streams.BASIS_POINTS, gained * commission, "the commission is rounded down");
        uint256 members = Streams.earned(shares, growth);
        atMost(cut + members, gained, "parts are at most the whole");
        atMost(gained, cut + members + shares / Streams.SCALE + 1, "and next to nothing is lost");
    }

    function _begun(uint256 amount) internal pure returns (Streams.Stream memory stream) {
        stream.streamedTo = uint40(START);
        return Streams.joined(stream, amount, DURATION, START);
    }
}
