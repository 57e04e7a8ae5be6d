// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChannels} from "../interfaces/IChannels.sol";

/// @title The EIP-712 hashes of channels and vouchers
/// @notice In assembly, for a batch of claims spends a third of its own gas here otherwise.
library ChannelHashes {
    bytes32 internal constant CONFIG_TYPEHASH = keccak256(
        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
    );
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");

    /// @notice keccak256(0x1901 ‖ domain ‖ keccak256(abi.encode(CONFIG_TYPEHASH, config))).
    /// @dev The words are hashed as they came. Those with bits set above their type have an id that no deposit can
    /// reach, since the first deposit reads every field for its event.
    function channelId(bytes32 domain, IChannels.ChannelConfig calldata config) internal pure returns (bytes32 id) {
        bytes32 typehash = CONFIG_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40) // scratch past the free pointer, which stays where it is
            mstore(free, typehash)
            calldatacopy(add(free, 0x20), config, 0xe0) // seven static fields: the calldata is the encoding
            let structHash := keccak256(free, 0x100)
            mstore(free, shl(240, 0x1901)) // the prefix takes two bytes; the next words begin behind them
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), structHash)
            id := keccak256(free, 0x42)
        }
    }

    /// @notice keccak256(0x1901 ‖ domain ‖ keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, limit))).
    function voucherDigest(bytes32 domain, bytes32 id, uint128 limit) internal pure returns (bytes32 digest) {
        bytes32 typehash = VOUCHER_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40) // scratch past the free pointer, which stays where it is
            mstore(free, typehash)
            mstore(add(free, 0x20), id)
            mstore(add(free, 0x40), and(limit, 0xffffffffffffffffffffffffffffffff)) // no dirty bits
            let structHash := keccak256(free, 0x60)
            mstore(free, shl(240, 0x1901)) // the prefix takes two bytes; the next words begin behind them
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), structHash)
            digest := keccak256(free, 0x42)
        }
    }
}
