// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernanceHandler} from "./GovernanceHandler.sol";
import {Campaign} from "./lib/Campaign.sol";

/// @title Governance: whatever is voted, there is time to void, to slash and to leave
contract GovernanceInvariants is Campaign {
    function setUp() external {
        actor = new GovernanceHandler();
    }

    function invariant_unbondingOutlastsChallengeVoteAndTimelock() external view {
        actor.check();
    }
}
