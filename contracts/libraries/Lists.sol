// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

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
    function rootOf(bytes32 domain, uint64 count, uint256 position, bytes32 leaf, bytes32[] calldata proof)
        internal
        pure
        returns (bool shaped, bytes32)
    {
        uint256 depth = proof.length;
        assembly ("memory-safe") {
            // The last position, count - 1, needs exactly `depth` bits: not more, and not fewer. Nothing overflows.
            shaped := and(lt(position, count), eq(shr(depth, sub(add(count, count), 1)), 1))
        }
        return (shaped, _commit(domain, count, depth, _climb(position, leaf, proof)));
    }

    /// @notice The root of the list of `count` leaves that has `leaves` at the positions from `from` on.
    /// @param proof level by level from the leaves up, the sibling left of the block where the block begins at an odd
    /// position, then the one right of it where it ends at an even one
    /// @return shaped whether there is a block, it lies in the list, and the proof has exactly as many words as it needs
    function rangeRootOf(
        bytes32 domain,
        uint256 count,
        uint256 from,
        bytes32[] calldata leaves,
        bytes32[] calldata proof
    ) internal pure returns (bool shaped, bytes32) {
        uint256 length = leaves.length;
        // In this order: neither side can overflow.
        if (length == 0 || length > count || from > count - length) return (false, 0);
        uint256 depth = depthOf(count);
        (bool used, bytes32 top) = _fold(depth, from, leaves, proof);
        if (!used) return (false, 0);
        return (true, _commit(domain, count, depth, top));
    }

    /// @notice Smallest d with 2^d ≥ count; 0 for an empty list and for one leaf.
    function depthOf(uint256 count) internal pure returns (uint256) {
        return count < 2 ? 0 : Math.log2(count - 1) + 1;
    }

    /// @dev The node that the leaf and its `proof` have in common.
    // solhint-disable-next-line function-max-lines
    function _climb(uint256 position, bytes32 leaf, bytes32[] calldata proof) private pure returns (bytes32 top) {
        top = leaf;
        assembly ("memory-safe") {
            // Bit 5 of the path tells the node's side of its sibling: scratch word 0x00 is left, 0x20 right.
            let path := shl(5, position)
            let at := proof.offset
            let end := add(at, shl(5, proof.length))
            // One level, two, four, as the number of levels has these bits; the rest eight a turn, unrolled for the gas.
            if and(proof.length, 1) {
                let side := and(path, 0x20)
                mstore(side, top)
                mstore(xor(side, 0x20), calldataload(at))
                path := shr(1, path)
                top := keccak256(0x00, 0x40)
                at := add(at, 0x20)
            }
            if and(proof.length, 2) {
                let side := and(path, 0x20)
                mstore(side, top)
                mstore(xor(side, 0x20), calldataload(at))
                side := and(shr(1, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x20)))
                path := shr(2, path)
                top := keccak256(0x00, 0x40)
                at := add(at, 0x40)
            }
            if and(proof.length, 4) {
                let side := and(path, 0x20)
                mstore(side, top)
                mstore(xor(side, 0x20), calldataload(at))
                side := and(shr(1, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x20)))
                side := and(shr(2, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x40)))
                side := and(shr(3, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x60)))
                path := shr(4, path)
                top := keccak256(0x00, 0x40)
                at := add(at, 0x80)
            }
            for {} lt(at, end) {} {
                let side := and(path, 0x20)
                mstore(side, top)
                mstore(xor(side, 0x20), calldataload(at))
                side := and(shr(1, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x20)))
                side := and(shr(2, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x40)))
                side := and(shr(3, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x60)))
                side := and(shr(4, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0x80)))
                side := and(shr(5, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0xa0)))
                side := and(shr(6, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0xc0)))
                side := and(shr(7, path), 0x20)
                mstore(side, keccak256(0x00, 0x40))
                mstore(xor(side, 0x20), calldataload(add(at, 0xe0)))
                path := shr(8, path)
                top := keccak256(0x00, 0x40)
                at := add(at, 0x100)
            }
        }
    }

    /// @dev keccak256(abi.encode(domain, count, depth, top)), in memory that stays free.
    function _commit(bytes32 domain, uint256 count, uint256 depth, bytes32 top) private pure returns (bytes32 root) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, domain)
            mstore(add(free, 0x20), count)
            mstore(add(free, 0x40), depth)
            mstore(add(free, 0x60), top)
            root := keccak256(free, 0x80)
        }
    }

    /// @dev The node that the block of `leaves` and its `proof` have in common, `depth` levels up. `used`: the proof was
    /// long enough, and nothing of it is left.
    function _fold(uint256 depth, uint256 from, bytes32[] calldata leaves, bytes32[] calldata proof)
        private
        pure
        returns (bool used, bytes32 top)
    {
        bytes32[] memory nodes = leaves;
        uint256 first = from;
        uint256 last = from + nodes.length - 1;
        uint256 spent;
        for (uint256 level; level < depth; ++level) {
            // The siblings that the proof must bring on this level.
            uint256 needed = (first & 1) + (~last & 1);
            if (spent + needed > proof.length) return (false, 0);
            assembly ("memory-safe") {
                let source := add(nodes, 0x20)
                let sibling := add(proof.offset, shl(5, spent))
                // Parents overwrite their own children, which lie at the same place or behind.
                let target := source
                if and(first, 1) {
                    mstore(0x00, calldataload(sibling))
                    mstore(0x20, mload(source))
                    mstore(target, keccak256(0x00, 0x40))
                    sibling := add(sibling, 0x20)
                    source := add(source, 0x20)
                    target := add(target, 0x20)
                }
                // Whole pairs, hashed where they lie.
                let pairs := shr(1, sub(add(last, 1), add(first, and(first, 1))))
                for { let end := add(source, shl(6, pairs)) } lt(source, end) { source := add(source, 0x40) } {
                    mstore(target, keccak256(source, 0x40))
                    target := add(target, 0x20)
                }
                // One is left over where the last position is even.
                if iszero(and(last, 1)) {
                    mstore(0x00, mload(source))
                    mstore(0x20, calldataload(sibling))
                    mstore(target, keccak256(0x00, 0x40))
                }
            }
            spent += needed;
            first >>= 1;
            last >>= 1;
        }
        return (spent == proof.length, nodes[0]);
    }
}
