// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {IOpenGovernor} from "./interfaces/IOpenGovernor.sol";

/// @title The treasury, and the delay between a vote and its effect
/// @notice OpenZeppelin's TimelockController: proposed and cancelled by the governor alone, executed by anyone, without an
/// admin from its first moment.
contract OpenTimelock is TimelockController {
    constructor(uint256 delay, address governor)
        TimelockController(delay, _only(governor), _only(address(0)), address(0))
    {}

    /// @notice The delay never changes: unbonding and windows are measured by it.
    function updateDelay(uint256) public pure override {
        revert IOpenGovernor.GovernorTimelockFixed();
    }

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
