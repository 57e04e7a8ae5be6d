// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @title Cheatcodes, bounds and comparisons
abstract contract Test {
    /// @dev `left` and `right` break the rule `what`.
    error Broken(string what, uint256 left, uint256 right);

    /// @dev Where the runner answers cheatcodes.
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Maps a random word into lower .. upper; one that lies there stays, so that edge values keep their sense.
    function within(uint256 word, uint256 lower, uint256 upper) internal pure returns (uint256) {
        if (lower <= word && word <= upper) return word;
        uint256 size = upper - lower;
        return size == type(uint256).max ? word : lower + word % (size + 1);
    }

    function equal(uint256 left, uint256 right, string memory what) internal pure {
        if (left != right) revert Broken(what, left, right);
    }

    function atMost(uint256 left, uint256 right, string memory what) internal pure {
        if (left > right) revert Broken(what, left, right);
    }

    function holds(bool condition, string memory what) internal pure {
        if (!condition) revert Broken(what, 0, 0);
    }

    function smaller(uint256 left, uint256 right) internal pure returns (uint256) {
        return left < right ? left : right;
    }

    /// @dev A private key, and by `vm.addr` its account, for a small number.
    function keyOf(uint256 number) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("tributary.test.key", number))) >> 8;
    }

    /// @dev 65 bytes: r ‖ s ‖ v.
    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
