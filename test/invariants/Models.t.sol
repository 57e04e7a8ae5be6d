// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelsHandler} from "./ModelsHandler.sol";
import {Campaign} from "./lib/Campaign.sol";

/// @title Models: nothing goes live by a back door, and terms stay
contract ModelsInvariants is Campaign {
    function setUp() external {
        actor = new ModelsHandler();
    }

    function invariant_noLiveWithoutVoteEvaluationAndWindowAndTermsStay() external view {
        actor.check();
    }
}
