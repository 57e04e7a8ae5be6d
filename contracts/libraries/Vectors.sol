// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "./Leaves.sol";

/// @title Dot products of committed int8 vectors
library Vectors {
    /// @dev Each of the 1,024 int8 of a padded chunk plus 128: two's complement with the sign bit turned.
    uint256 private constant BIAS = 0x8080808080808080808080808080808080808080808080808080808080808080;
    /// @dev The lowest byte of each of the eight lanes of 32 bits.
    uint256 private constant LANES = 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant EVEN_32 = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant EVEN_64 = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    /// @notice Σ a·b of two chunks of CHUNK int8, all of −128 to 127 allowed. The caller checks the lengths.
    /// @dev Eight products a multiplication: of Σ a_i·2^(32i) and Σ b_(7−i)·2^(32i), lane 7 of the product is Σ a_i·b_i. Elements
    /// are made unsigned by adding 128, so lanes do not borrow; they do not carry either, for a lane adds up at most
    /// 8 · 128 · 255² < 2^32. What the bias adds is taken off at the end: Σ ab = Σ a'b' − 128·Σ(a' + b') + 128²·1,024.
    // solhint-disable-next-line function-max-lines
    function dot(bytes calldata a, bytes calldata b) internal pure returns (int256 sum) {
        uint256 chunk = Leaves.CHUNK;
        assembly ("memory-safe") {
            let from := mload(0x40) // scratch past the free pointer, which stays where it is
            mstore(add(from, 0x3e0), 0) // the four bytes past a chunk are zero
            mstore(add(from, 0x7e0), 0)
            calldatacopy(from, a.offset, chunk)
            calldatacopy(add(from, 0x400), b.offset, chunk)
            let products := 0
            let sums := 0
            for { let end := add(from, 0x400) } lt(from, end) { from := add(from, 0x20) } {
                let x := xor(mload(from), BIAS)
                let y := xor(mload(add(from, 0x400)), BIAS)
                // The lanes of y in reverse order: halves, then quarters, then lanes are swapped.
                y := or(shl(128, y), shr(128, y))
                y := or(shl(64, and(y, EVEN_64)), and(shr(64, y), EVEN_64))
                y := or(shl(32, and(y, EVEN_32)), and(shr(32, y), EVEN_32))
                // The four bytes of the lanes, one after the other.
                let p := and(x, LANES)
                let q := and(y, LANES)
                products := add(products, mul(p, q))
                sums := add(sums, add(p, q))
                p := and(shr(8, x), LANES)
                q := and(shr(8, y), LANES)
                products := add(products, mul(p, q))
                sums := add(sums, add(p, q))
                p := and(shr(16, x), LANES)
                q := and(shr(16, y), LANES)
                products := add(products, mul(p, q))
                sums := add(sums, add(p, q))
                p := and(shr(24, x), LANES)
                q := and(shr(24, y), LANES)
                products := add(products, mul(p, q))
                sums := add(sums, add(p, q))
            }
            sums := shr(224, mul(sums, ONES))
            sum := sub(add(shr(224, products), 0x1000000), shl(7, sums))
        }
    }
}
