// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EconomyHandler} from "./economy/EconomyHandler.sol";
import {Campaign} from "./lib/Campaign.sol";

/// @title Till, Revenue, Attribution and Rewards: what is paid in is split, posted and claimed, to the wei
contract EconomyInvariants is Campaign {
    function setUp() external {
        actor = new EconomyHandler();
    }

    function invariant_incomeIsSplitPostedAndClaimedToTheWei() external view {
        actor.check();
    }
}
