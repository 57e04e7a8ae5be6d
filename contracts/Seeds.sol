// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "./interfaces/IAttribution.sol";
import {ISeeds} from "./interfaces/ISeeds.sol";

/// @title The seeds by which the samples of large epochs are drawn
/// @notice See ISeeds.
contract Seeds is ISeeds {
    /* CONSTANTS */

    /// @inheritdoc ISeeds
    uint256 public constant NOTICE = 8;
    /// @dev Serves the hashes of the last 8,191 blocks (EIP-2935).
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    /// @dev Where mixHash, which is prevrandao since the merge, stands among the fields of a header (EIP-4399).
    uint256 internal constant MIX_HASH = 13;

    /* IMMUTABLES */

    IAttribution public immutable ATTRIBUTION;

    /* STORAGE */

    /// @inheritdoc ISeeds
    mapping(uint256 epoch => uint256) public armedBlock;
    /// @inheritdoc ISeeds
    mapping(uint256 epoch => bytes32) public seedOf;

    /* CONSTRUCTOR */

    constructor(IAttribution attribution) {
        ATTRIBUTION = attribution;
    }

    /* ANYONE */

    /// @inheritdoc ISeeds
    function arm(uint256 epoch) external {
        uint256 deadline = ATTRIBUTION.logDeadline(epoch);
        require(block.timestamp > deadline, SeedTooEarly(epoch, deadline));
        require(seedOf[epoch] == 0, SeedIsRecorded(epoch));
        uint256 armed = armedBlock[epoch];
        // Again only where it can never be recorded: whoever dislikes a seed cannot ask for another.
        bool lost = block.number > armed && _hashOf(armed) == 0;
        require(armed == 0 || lost, SeedIsArmed(epoch, armed));

        armed = block.number + NOTICE;
        armedBlock[epoch] = armed;
        emit SeedArmed(epoch, armed);
    }

    /// @inheritdoc ISeeds
    function recordSeed(uint256 epoch, bytes calldata header) external {
        uint256 armed = armedBlock[epoch];
        require(armed != 0, SeedNotArmed(epoch));
        require(seedOf[epoch] == 0, SeedIsRecorded(epoch));
        bytes32 expected = _hashOf(armed);
        require(expected != 0, SeedUnknownBlock(armed));
        bytes32 given = keccak256(header);
        require(given == expected, SeedWrongHeader(expected, given));

        bytes32 seed = _mixHashOf(header);
        seedOf[epoch] = seed;
        emit SeedRecorded(epoch, seed);
    }

    /* INTERNAL */

    /// @dev Zero where the block is to come, or where the chain does not know its hash any more.
    function _hashOf(uint256 number) internal view returns (bytes32 hash) {
        hash = blockhash(number);
        if (hash != 0 || number >= block.number) return hash;
        (bool known, bytes memory told) = HISTORY.staticcall(abi.encode(number));
        if (known && told.length == 32) return bytes32(told);
    }

    /// @dev Of a header that the chain has hashed, and so a list of strings of less than 64 KiB, shaped as it should be.
    function _mixHashOf(bytes calldata header) internal pure returns (bytes32) {
        uint256 position = 1 + _lengthBytes(uint8(header[0]), 0xf7);
        for (uint256 field; field < MIX_HASH; ++field) {
            uint8 prefix = uint8(header[position]);
            uint256 lengthBytes = _lengthBytes(prefix, 0xb7);
            if (prefix < 0x80) ++position; // a byte that stands for itself
            else if (lengthBytes == 0) position += 1 + (prefix - 0x80);
            else position += 1 + lengthBytes + _number(header[position + 1:position + 1 + lengthBytes]);
        }
        return bytes32(header[position + 1:position + 33]);
    }

    /// @dev How many bytes tell the length, for lengths from 56 on; 0 where the prefix tells it.
    function _lengthBytes(uint8 prefix, uint8 short) internal pure returns (uint256) {
        return prefix > short ? prefix - short : 0;
    }

    function _number(bytes calldata digits) internal pure returns (uint256 number) {
        for (uint256 i; i < digits.length; ++i) {
            number = (number << 8) | uint8(digits[i]);
        }
    }
}
