// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChannelsHandler} from "./ChannelsHandler.sol";
import {Campaign} from "./lib/Campaign.sol";

/// @title Channels: what is promised is there
contract ChannelsInvariants is Campaign {
    function setUp() external {
        actor = new ChannelsHandler();
    }

    function invariant_channelsPayOnlyWhatIsThereAndSigned() external view {
        actor.check();
    }
}
