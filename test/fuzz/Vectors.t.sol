// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "../../contracts/libraries/Leaves.sol";
import {Vectors} from "../../contracts/libraries/Vectors.sol";
import {Test} from "../invariants/lib/Test.sol";

/// @notice Held against a plain loop.
contract VectorsFuzz is Test {
    uint256 internal constant CHUNK = Leaves.CHUNK;

    function test_randomChunksMultiply(bytes32 seed) external view {
        _compare(_random(seed, 0), _random(seed, 1));
    }

    /// @dev Few values, and so the largest sums and all signs.
    function test_extremeChunksMultiply(bytes32 seed) external view {
        _compare(_extreme(seed, 0), _extreme(seed, 1));
    }

    function test_everyPairOfValuesMultiplies() external view {
        for (uint256 left; left < 256; ++left) {
            bytes memory a = new bytes(CHUNK);
            bytes memory b = new bytes(CHUNK);
            uint256 from = left % 4 * 191; // so that values come to stand in all bytes of a word
            for (uint256 i; i < 256; ++i) {
                a[from + i] = bytes1(uint8(left));
                b[from + i] = bytes1(uint8(i));
            }
            _compare(a, b);
        }
    }

    function test_oneElementCountsWhereverItStands(uint256 place, int8 x, int8 y) external view {
        place = within(place, 0, CHUNK - 1);
        bytes memory a = new bytes(CHUNK);
        bytes memory b = new bytes(CHUNK);
        a[place] = bytes1(uint8(x));
        b[place] = bytes1(uint8(y));
        holds(this.dot(a, b) == int256(x) * y, "the product of two elements");
    }

    /// @dev Neither what follows a chunk in the calldata nor what memory held before counts.
    function test_nothingBesideTheChunksCounts(bytes32 seed) external view {
        bytes memory a = _random(seed, 0);
        bytes memory b = _random(seed, 1);
        holds(this.dotAmongJunk(a, b, type(uint256).max) == _plain(a, b), "dirty memory and calldata");
    }

    /* CALLDATA */

    function dot(bytes calldata a, bytes calldata b) external pure returns (int256) {
        return Vectors.dot(a, b);
    }

    function dotAmongJunk(bytes calldata a, bytes calldata b, uint256 junk) external pure returns (int256) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 0x900) { i := add(i, 0x20) } { mstore(add(free, i), junk) }
        }
        return Vectors.dot(a, b);
    }

    /* PLAIN LOOP */

    function _compare(bytes memory a, bytes memory b) internal view {
        holds(this.dot(a, b) == _plain(a, b), "the sum of all products");
    }

    function _plain(bytes memory a, bytes memory b) internal pure returns (int256 sum) {
        for (uint256 i; i < a.length; ++i) {
            sum += int256(int8(uint8(a[i]))) * int8(uint8(b[i]));
        }
    }

    function _random(bytes32 seed, uint256 which) internal pure returns (bytes memory chunk) {
        chunk = new bytes(CHUNK);
        bytes32 word;
        for (uint256 i; i < CHUNK; ++i) {
            if (i % 32 == 0) word = keccak256(abi.encode(seed, which, i));
            chunk[i] = word[i % 32];
        }
    }

    function _extreme(bytes32 seed, uint256 which) internal pure returns (bytes memory chunk) {
        bytes8 values = hex"8081ff0001807f7f"; // -128, -127, -1, 0, 1, -128, 127, 127
        chunk = _random(seed, which);
        uint256 kinds = uint256(keccak256(abi.encode(seed, which))) % 8 + 1;
        for (uint256 i; i < CHUNK; ++i) {
            chunk[i] = values[(uint8(chunk[i]) % kinds + uint8(seed[0])) % 8];
        }
    }
}
