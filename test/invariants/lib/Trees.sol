// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Lists} from "../../../contracts/libraries/Lists.sol";

/// @title A list of eight payouts as a whole tree
/// @notice Node 1 is the top, nodes 8 to 15 are the leaves, and node n stands over 2n and 2n + 1.
library Trees {
    uint256 internal constant COUNT = 8;
    uint256 internal constant DEPTH = 3;

    function nodes(bytes32[COUNT] memory leaves) internal pure returns (bytes32[16] memory tree) {
        for (uint256 i; i < COUNT; ++i) {
            tree[COUNT + i] = leaves[i];
        }
        for (uint256 n = COUNT - 1; n != 0; --n) {
            tree[n] = keccak256(abi.encode(tree[2 * n], tree[2 * n + 1]));
        }
    }

    function root(bytes32[COUNT] memory leaves) internal pure returns (bytes32) {
        return keccak256(abi.encode(Lists.PAYOUTS, COUNT, DEPTH, nodes(leaves)[1]));
    }

    /// @dev Siblings from the leaf up.
    function proof(bytes32[COUNT] memory leaves, uint256 position) internal pure returns (bytes32[] memory siblings) {
        bytes32[16] memory tree = nodes(leaves);
        siblings = new bytes32[](DEPTH);
        for (uint256 level; level < DEPTH; ++level) {
            siblings[level] = tree[((COUNT + position) >> level) ^ 1];
        }
    }

    /// @dev For the block from `from` to `to`, both included: level by level the left sibling, then the right one.
    function rangeProof(bytes32[COUNT] memory leaves, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        bytes32[16] memory tree = nodes(leaves);
        bytes32[] memory found = new bytes32[](2 * DEPTH);
        uint256 count;
        (uint256 first, uint256 last) = (COUNT + from, COUNT + to);
        for (uint256 level; level < DEPTH; ++level) {
            if (first % 2 == 1) found[count++] = tree[first - 1];
            if (last % 2 == 0) found[count++] = tree[last + 1];
            (first, last) = (first / 2, last / 2);
        }
        siblings = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            siblings[i] = found[i];
        }
    }
}
