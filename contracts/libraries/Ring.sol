// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Slots of a line that are used again
/// @notice Every function is pure, without assembly. Of the places 0, 1, 2 … of a line, those from `finals` to
/// `places` − 1 are pending; a pending place can be given up, with all after it, and is then taken again.
library Ring {
    uint256 internal constant SLOTS = 64;
    /// @dev At most so many places are pending: with as many, no other is taken.
    uint256 internal constant MAX_PENDING = 8;

    /// @dev The slot of a place.
    function slotOf(uint256 place) internal pure returns (uint256) {
        return place % SLOTS;
    }

    /// @dev Whether the slot of a place certainly still holds what was put there: a later place, though given up since,
    /// can have used the slots of all but the last SLOTS − MAX_PENDING.
    function holds(uint256 place, uint256 places) internal pure returns (bool) {
        return place < places && place + SLOTS >= places + MAX_PENDING;
    }
}
