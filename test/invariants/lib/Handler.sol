// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "./Test.sol";

/// @title What an invariant's campaign calls: actions with random words, as bounded actors
/// @notice An action either does what its name says, or returns early where there is nothing to do; it never reverts
/// unless a contract refuses what it must grant. It counts itself where it succeeded, so that a test can tell that the
/// campaign reaches it.
abstract contract Handler is Test {
    /// @notice How often each action has succeeded.
    mapping(bytes4 action => uint256) public successes;
    /// @notice Successes of a kind of its own within an action.
    mapping(string kind => uint256) public reached;

    /// @notice The selectors that a campaign calls. Each takes words only.
    function actions() external pure virtual returns (bytes4[] memory);
    /// @notice Kinds that a campaign must reach beside its actions.
    function kinds() external pure virtual returns (string[] memory);

    /// @notice All invariants of the group; reverts with the name of one that is broken.
    function check() external view virtual;

    /// @notice Everybody takes out what is theirs; reverts where a contract keeps anything of it.
    function everybodyLeaves() external virtual;

    function _done() internal {
        ++successes[msg.sig];
    }
}
