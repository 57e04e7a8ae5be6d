// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A stream of rewards, and who has earned what of it
/// @notice Every function is pure, without assembly. Rewards per unit are scaled by SCALE: even if no more than LEAST_STAKE
/// were ever at stake, 1,300 times the supply of 10^27 wei could stream before the sum leaves 120 bits.
library Streams {
    struct Stream {
        /// Rewards per staked wei since the beginning, × SCALE.
        uint120 accumulated;
        /// Wei that have not streamed yet.
        uint96 left;
        /// Up to when it has streamed so far, and when all of it will have. The end has a slot of its own: it hardly
        /// ever changes when the rest does.
        uint40 streamedTo;
        uint40 end;
    }

    uint256 internal constant SCALE = 1e24;
    /// @dev With less at stake the stream stands still.
    uint256 internal constant LEAST_STAKE = 1e18;
    uint256 internal constant BASIS_POINTS = 10_000;

    /// @dev The stream as of `time`, with `staked` wei at stake since `streamedTo`.
    function advanced(Stream memory stream, uint256 staked, uint256 time) internal pure returns (Stream memory) {
        uint256 from = stream.streamedTo;
        if (from >= time) return stream;
        stream.streamedTo = uint40(time);
        uint256 left = stream.left;
        if (left == 0) return stream;
        if (staked < LEAST_STAKE) {
            stream.end += uint40(time - from);
            return stream;
        }

        uint256 released = time >= stream.end ? left : streamed(left, time - from, stream.end - from);
        stream.left = uint96(left - released);
        stream.accumulated += uint120(perUnit(released, staked));
        return stream;
    }

    /// @dev The advanced stream with `amount` more, which alone would take `duration` seconds.
    function joined(Stream memory stream, uint256 amount, uint256 duration, uint256 time)
        internal
        pure
        returns (Stream memory)
    {
        uint256 left = stream.left;
        uint256 remaining = left == 0 ? 0 : stream.end - time;
        stream.end = uint40(time + mean(left, remaining, amount, duration));
        stream.left = uint96(left + amount);
        return stream;
    }

    /// @dev Seconds that two amounts (not both zero) stream together which alone would take `remaining` and `duration`: the
    /// mean by amount, so a reward of dust cannot hold up the stream before it. Rounded up: a stream never runs faster
    /// than its parts would.
    function mean(uint256 left, uint256 remaining, uint256 amount, uint256 duration) internal pure returns (uint256) {
        uint256 total = left + amount;
        return (left * remaining + amount * duration + total - 1) / total;
    }

    /// @dev Of `left` wei, which stream for `rest` seconds more, those of the first `elapsed`. Rounded down: what that
    /// holds back streams later, and all that is left by the end.
    function streamed(uint256 left, uint256 elapsed, uint256 rest) internal pure returns (uint256) {
        return left * elapsed / rest;
    }

    /// @dev What a unit gains, × SCALE, while `released` wei stream to `units`. Rounded down: less than a wei for every
    /// 10^24 at stake remains in the vault.
    function perUnit(uint256 released, uint256 units) internal pure returns (uint256) {
        return released * SCALE / units;
    }

    /// @dev Wei that `units` have earned while the sum per unit grew by `growth`. Rounded down.
    function earned(uint256 units, uint256 growth) internal pure returns (uint256) {
        return units * growth / SCALE;
    }

    /// @dev A validator's commission of `gained`, in basis points. Rounded down: its dust is the delegators'.
    function cutOf(uint256 gained, uint256 commission) internal pure returns (uint256) {
        return gained * commission / BASIS_POINTS;
    }

    /// @dev How a pool of `shares` (not zero) divides `gained` wei: the validator's commission, and the growth per share
    /// × SCALE. Both rounded down, the commission first.
    function divided(uint256 gained, uint256 shares, uint256 commission)
        internal
        pure
        returns (uint256 cut, uint256 growth)
    {
        cut = cutOf(gained, commission);
        growth = perUnit(gained - cut, shares);
    }
}
