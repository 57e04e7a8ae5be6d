// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Handler} from "./Handler.sol";
import {Test} from "./Test.sol";

/// @title A group of invariants, checked together after every random action of one campaign
abstract contract Campaign is Test {
    /// @dev The runner asks for it: on which contract it may call which actions.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Enough that every action succeeds several times.
    uint256 internal constant STEPS = 3_000;

    Handler internal actor;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actor);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(actor), actor.actions());
    }

    /// @notice At the end of every run.
    function afterInvariant() external {
        actor.everybodyLeaves();
    }

    /// @notice Without this an invariant might hold only because nothing ever happened.
    function test_everyActionSucceedsAndTheInvariantsHold() external {
        bytes4[] memory selectors = actor.actions();
        bytes32 random = keccak256("tributary.campaign");
        for (uint256 step; step < STEPS; ++step) {
            random = keccak256(abi.encode(random));
            _act(selectors[uint256(random) % selectors.length], random);
            if (step % 64 == 0) actor.check();
        }
        for (uint256 i; i < selectors.length; ++i) {
            if (actor.successes(selectors[i]) == 0) revert Broken("no success of action", i, uint32(selectors[i]));
        }
        string[] memory kinds = actor.kinds();
        for (uint256 i; i < kinds.length; ++i) {
            holds(actor.reached(kinds[i]) != 0, string.concat("never reached: ", kinds[i]));
        }
        actor.everybodyLeaves();
    }

    /// @dev Leaves no memory behind: what thousands of calls would leave costs more with every one.
    function _act(bytes4 selector, bytes32 random) internal {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        bytes memory words =
            abi.encode(keccak256(abi.encode(random, 0)), keccak256(abi.encode(random, 1)), random >> 100);
        (bool done, bytes memory reason) = address(actor).call(bytes.concat(selector, words));
        assembly ("memory-safe") {
            if iszero(done) { revert(add(reason, 0x20), mload(reason)) }
            mstore(0x40, free)
        }
    }
}
