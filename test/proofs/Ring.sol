// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ring} from "../../contracts/libraries/Ring.sol";

/// @title What is proved of Ring: it holds at the beginning, and each step keeps it
/// @notice `written`: how many places were ever taken, given up since or not.
contract RingProof {
    function begin() external pure {
        assert(_holds(0, 0, 0));
    }

    function take(uint32 places, uint32 finals, uint32 written) external pure {
        require(_holds(places, finals, written) && places - finals < Ring.MAX_PENDING);
        uint256 next = uint256(places) + 1;
        assert(_holds(next, finals, next > written ? next : written));
    }

    function finish(uint32 places, uint32 finals, uint32 written) external pure {
        require(_holds(places, finals, written) && finals < places);
        assert(_holds(places, uint256(finals) + 1, written));
    }

    function giveUp(uint32 places, uint32 finals, uint32 written, uint32 place) external pure {
        require(_holds(places, finals, written) && finals <= place && place < places);
        assert(_holds(place, finals, written));
    }

    /// @dev The next place never takes the slot of a pending one.
    function kept(uint32 places, uint32 finals, uint32 pending) external pure {
        require(finals <= pending && pending < places && places - finals < Ring.MAX_PENDING);
        assert(Ring.slotOf(pending) != Ring.slotOf(places));
    }

    /// @dev No later place that was ever taken had the slot of one that `holds` vouches for.
    function intact(uint32 places, uint32 finals, uint32 written, uint32 place, uint32 later) external pure {
        require(_holds(places, finals, written) && Ring.holds(place, places));
        require(place < later && later < written);
        assert(Ring.slotOf(place) != Ring.slotOf(later));
    }

    /// @dev Finals ≤ places ≤ written ≤ finals + MAX_PENDING.
    function _holds(uint256 places, uint256 finals, uint256 written) internal pure returns (bool) {
        return finals <= places && places <= written && written <= finals + Ring.MAX_PENDING;
    }
}
