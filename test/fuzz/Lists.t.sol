// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lists} from "../../contracts/libraries/Lists.sol";
import {Test} from "../invariants/lib/Test.sol";

/// @notice Held against a tree that is built level by level, in the plainest way.
contract ListsFuzz is Test {
    bytes32 internal constant DOMAIN = Lists.PAYOUTS;
    uint256 internal constant MOST = 40;

    function test_aProofGivesTheRootOfTheWholeTree(uint256 count, uint256 position, bytes32 seed) external view {
        count = within(count, 1, MOST);
        position = within(position, 0, count - 1);
        bytes32[][] memory levels = _levels(_leaves(count, seed));
        (bool shaped, bytes32 root) =
            this.rootOf(DOMAIN, count, position, levels[0][position], _siblings(levels, position));
        holds(shaped, "the proof has its shape");
        holds(root == _root(levels, count), "the root of the tree");
    }

    function test_anotherLeafOrPositionGivesAnotherRoot(uint256 count, uint256 position, bytes32 seed, bytes32 leaf)
        external
        view
    {
        count = within(count, 2, MOST);
        position = within(position, 0, count - 1);
        bytes32[][] memory levels = _levels(_leaves(count, seed));
        bytes32[] memory proof = _siblings(levels, position);
        (bool shaped, bytes32 root) = this.rootOf(DOMAIN, count, position, keccak256(abi.encode(leaf)), proof);
        holds(!shaped || root != _root(levels, count), "another leaf");
        uint256 other = (position + 1 + uint256(leaf) % (count - 1)) % count;
        (shaped, root) = this.rootOf(DOMAIN, count, other, levels[0][position], proof);
        holds(!shaped || root != _root(levels, count), "another position");
        (shaped, root) = this.rootOf(Lists.ROWS, count, position, levels[0][position], proof);
        holds(root != _root(levels, count), "another kind of list");
        (shaped, root) = this.rootOf(DOMAIN, count + 1, position, levels[0][position], proof);
        holds(!shaped || root != _root(levels, count), "another count");
    }

    function test_aProofOfAnotherLengthHasNoShape(uint256 count, uint256 position, uint256 length) external view {
        count = within(count, 1, type(uint32).max);
        position = within(position, 0, count - 1);
        length = within(length, 0, 40);
        (bool shaped,) = this.rootOf(DOMAIN, count, position, 0, new bytes32[](length));
        holds(shaped == (length == _depth(count)), "as long as the list is deep");
        (shaped,) = this.rootOf(DOMAIN, count, count + position, 0, new bytes32[](_depth(count)));
        holds(!shaped, "a position past the count");
        equal(Lists.depthOf(count), _depth(count), "the depth of a list");
    }

    function test_aBlockGivesTheRootOfTheWholeTree(uint256 count, uint256 from, uint256 length, bytes32 seed)
        external
        view
    {
        count = within(count, 1, MOST);
        from = within(from, 0, count - 1);
        length = within(length, 1, count - from);
        bytes32[][] memory levels = _levels(_leaves(count, seed));
        bytes32[] memory block_ = new bytes32[](length);
        for (uint256 i; i < length; ++i) {
            block_[i] = levels[0][from + i];
        }
        bytes32[] memory proof = _around(levels, from, length);
        (bool shaped, bytes32 root) = this.rangeRootOf(DOMAIN, count, from, block_, proof);
        holds(shaped, "the proof has its shape");
        holds(root == _root(levels, count), "the root of the tree");

        block_[uint256(seed) % length] ^= bytes32(uint256(1));
        (, root) = this.rangeRootOf(DOMAIN, count, from, block_, proof);
        holds(root != _root(levels, count), "another leaf in the block");
        (shaped,) = this.rangeRootOf(DOMAIN, count, from, block_, new bytes32[](proof.length + 1));
        holds(!shaped, "a word too many");
        if (proof.length != 0) {
            (shaped,) = this.rangeRootOf(DOMAIN, count, from, block_, new bytes32[](proof.length - 1));
            holds(!shaped, "a word too few");
        }
    }

    function test_aBlockOutsideTheListHasNoShape(uint256 count, uint256 from, uint256 length) external view {
        count = within(count, 0, type(uint32).max);
        length = within(length, 0, 8);
        if (length != 0 && length <= count) from = within(from, count - length + 1, type(uint256).max);
        (bool shaped,) = this.rangeRootOf(DOMAIN, count, from, new bytes32[](length), new bytes32[](0));
        holds(!shaped, "no block, or not in the list");
    }

    /* CALLDATA */

    function rootOf(bytes32 domain, uint256 count, uint256 position, bytes32 leaf, bytes32[] calldata proof)
        external
        pure
        returns (bool, bytes32)
    {
        return Lists.rootOf(domain, uint64(count), position, leaf, proof);
    }

    function rangeRootOf(
        bytes32 domain,
        uint256 count,
        uint256 from,
        bytes32[] calldata leaves,
        bytes32[] calldata proof
    ) external pure returns (bool, bytes32) {
        return Lists.rangeRootOf(domain, count, from, leaves, proof);
    }

    /* NAIVE TREE */

    function _leaves(uint256 count, bytes32 seed) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    function _depth(uint256 count) internal pure returns (uint256 depth) {
        while (2 ** depth < count) {
            ++depth;
        }
    }

    /// @dev Level 0 are the leaves, filled up with zero words to a power of two.
    function _levels(bytes32[] memory leaves) internal pure returns (bytes32[][] memory levels) {
        uint256 depth = _depth(leaves.length);
        levels = new bytes32[][](depth + 1);
        levels[0] = new bytes32[](2 ** depth);
        for (uint256 i; i < leaves.length; ++i) {
            levels[0][i] = leaves[i];
        }
        for (uint256 level = 1; level <= depth; ++level) {
            levels[level] = new bytes32[](2 ** (depth - level));
            for (uint256 i; i < levels[level].length; ++i) {
                levels[level][i] = keccak256(bytes.concat(levels[level - 1][2 * i], levels[level - 1][2 * i + 1]));
            }
        }
    }

    function _root(bytes32[][] memory levels, uint256 count) internal pure returns (bytes32) {
        uint256 depth = levels.length - 1;
        return keccak256(abi.encode(DOMAIN, count, depth, levels[depth][0]));
    }

    function _siblings(bytes32[][] memory levels, uint256 position) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](levels.length - 1);
        for (uint256 level; level < proof.length; ++level) {
            proof[level] = levels[level][(position >> level) ^ 1];
        }
    }

    /// @dev What a block needs: level by level, the sibling on its left, then the one on its right.
    function _around(bytes32[][] memory levels, uint256 from, uint256 length)
        internal
        pure
        returns (bytes32[] memory proof)
    {
        bytes32[] memory found = new bytes32[](2 * levels.length);
        uint256 count;
        (uint256 first, uint256 last) = (from, from + length - 1);
        for (uint256 level; level < levels.length - 1; ++level) {
            if (first % 2 == 1) found[count++] = levels[level][first - 1];
            if (last % 2 == 0) found[count++] = levels[level][last + 1];
            (first, last) = (first / 2, last / 2);
        }
        proof = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            proof[i] = found[i];
        }
    }
}
