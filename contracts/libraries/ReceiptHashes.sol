// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Leaves} from "./Leaves.sol";

/// @title The EIP-712 digests that operators and payers sign at a Till
/// @notice The domain is that of the Till: name "Tributary Receipt", version "1", the chain, the Till.
library ReceiptHashes {
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant NAME_HASH = keccak256("Tributary Receipt");
    bytes32 internal constant VERSION_HASH = keccak256("1");
    bytes32 internal constant REQUEST_TYPEHASH = keccak256("Request(bytes32 channelId,bytes32 requestHash)");

    /// @notice What the Till's operator signs of a receipt.
    function digest(address till, uint256 chainId, Leaves.Receipt memory receipt) internal pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator(till, chainId), Leaves.structHash(receipt));
    }

    /// @notice What the channel's signer signs to bind a request to its channel.
    function requestDigest(address till, uint256 chainId, bytes32 channelId, bytes32 requestHash)
        internal
        pure
        returns (bytes32)
    {
        bytes32 structHash = keccak256(abi.encode(REQUEST_TYPEHASH, channelId, requestHash));
        return MessageHashUtils.toTypedDataHash(domainSeparator(till, chainId), structHash);
    }

    function domainSeparator(address till, uint256 chainId) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, chainId, till));
    }
}
