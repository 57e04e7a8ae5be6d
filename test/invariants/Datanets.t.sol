// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DatanetsHandler} from "./DatanetsHandler.sol";
import {Campaign} from "./lib/Campaign.sol";

/// @title Datanets: every bond and challenge is there, and comes back to whom it is due
contract DatanetsInvariants is Campaign {
    function setUp() external {
        actor = new DatanetsHandler();
    }

    function invariant_bondsAndChallengesAreThereAndNothingStays() external view {
        actor.check();
    }
}
