// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeHandler} from "./StakeHandler.sol";
import {Campaign} from "./lib/Campaign.sol";

/// @title StakeVault: pools, votes, slashes, rewards, exits
contract StakeVaultInvariants is Campaign {
    function setUp() external {
        actor = new StakeHandler();
    }

    function invariant_poolsVotesAndRewardsAddUpAndEverybodyCanLeave() external view {
        actor.check();
    }
}
