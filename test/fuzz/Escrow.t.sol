// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../../contracts/libraries/Escrow.sol";
import {Test} from "../invariants/lib/Test.sol";

contract EscrowFuzz is Test {
    function test_claimsNeverExceedTheBalanceNorFall(uint128 balance, uint128 claimed, uint128 wanted) external pure {
        claimed = uint128(within(claimed, 0, balance));
        uint128 next = Escrow.claimedAfter(balance, claimed, wanted);
        atMost(next, balance, "claimed is at most deposited");
        atMost(claimed, next, "claimed never falls");
        if (wanted >= claimed && wanted <= balance) equal(next, wanted, "a covered voucher is paid whole");
        if (wanted > balance) equal(next, balance, "an underfunded voucher is paid what is there");
        if (wanted < claimed) equal(next, claimed, "an old voucher pays nothing");
    }

    function test_returnsLeaveWhatIsClaimed(uint128 balance, uint128 claimed, uint128 wanted) external pure {
        claimed = uint128(within(claimed, 0, balance));
        uint128 back = Escrow.returned(balance, claimed, wanted);
        atMost(back, wanted, "no more than was asked for");
        atMost(claimed, balance - back, "what is claimed stays");
        equal(Escrow.unclaimed(balance, claimed), uint256(balance) - claimed, "the rest is unclaimed");
        if (back < wanted) equal(balance - back, claimed, "less only where no more is there");
    }
}
