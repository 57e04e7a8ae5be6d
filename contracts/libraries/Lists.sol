// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Positional keccak lists
/// @notice A list is a binary tree of one-word leaves: leaf i stands at position i, positions past the count are the zero
/// word, a node is keccak256(left ‖ right), and the depth is the smallest d with 2^d ≥ count. What is committed is
/// keccak256(abi.encode(domain, count, depth, top)), so that neither the length nor the kind of a list can be
/// mistaken. The domain of a list is keccak256("tributary.<list>.v1").
library Lists {
    bytes32 internal constant PAYOUTS = keccak256("tributary.payouts.v1");
    bytes32 internal constant ROWS = keccak256("tributary.rows.v1");

    /// @notice The root of the list of `count` leaves that has `leaf` at `position`.
    /// @param proof siblings from the leaf up
    /// @return shaped whether the position lies in the list and the proof is as long as the list is deep; the root says
    /// nothing where it is not
    function rootOf(bytes32 domain, uint256 count, uint256 position, bytes32 leaf, bytes32[] calldata proof)
        internal
        pure
        returns (bool shaped, bytes32)
    {
        uint256 depth = proof.length;
        if (position >= count) return (false, 0);
        // The last position needs exactly `depth` bits: not more, and, unless there are none, not fewer.
        uint256 last = count - 1;
        if (last >> depth != 0 || (depth != 0 && last >> (depth - 1) == 0)) return (false, 0);

        bytes32 top = leaf;
        for (uint256 level; level < depth; ++level) {
            bytes32 sibling = proof[level];
            // Bit `level` of the position tells on which side of its sibling the node stands.
            top = (position >> level) & 1 == 0 ? node(top, sibling) : node(sibling, top);
        }
        return (true, keccak256(abi.encode(domain, count, depth, top)));
    }

    /// @notice keccak256(left ‖ right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(0x00, left) // the two words of scratch space
            mstore(0x20, right)
            result := keccak256(0x00, 0x40)
        }
    }
}
