// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of keys and of contract accounts
/// @notice ECDSA counts first, whether or not the account has code, so the key of an account with delegated code
/// (EIP-7702) signs whatever that code says; then a contract's own word (ERC-1271). An ECDSA signature has one form: 65
/// bytes with s in the lower half order; the short form of EIP-2098 and the mirrored s are refused.
library Signatures {
    /// @dev Half the order of secp256k1, rounded down.
    uint256 internal constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @notice Whether `account` signed `digest`. A contract's word may change later; that of a key never does.
    function isBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (isByKey(account, digest, signature)) return true;
        return
            account.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }

    /// @notice The same for a signature in three words; a contract is asked about the 65 bytes r ‖ s ‖ v.
    function isBy(address account, bytes32 digest, uint8 v, bytes32 r, bytes32 s) internal view returns (bool) {
        if (isByKey(account, digest, v, r, s)) return true;
        return account.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNow(account, digest, abi.encodePacked(r, s, v));
    }

    /// @notice Whether the key of `account` signed `digest` (ECDSA alone).
    function isByKey(address account, bytes32 digest, bytes calldata signature) internal pure returns (bool) {
        if (signature.length != 65) return false;
        uint8 v;
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := calldataload(signature.offset) // bytes 0 to 31
            s := calldataload(add(signature.offset, 0x20)) // bytes 32 to 63
            v := byte(0, calldataload(add(signature.offset, 0x40))) // byte 64
        }
        return isByKey(account, digest, v, r, s);
    }

    /// @notice The same for a signature in three words.
    function isByKey(address account, bytes32 digest, uint8 v, bytes32 r, bytes32 s) internal pure returns (bool) {
        if (uint256(s) > HALF_ORDER) return false;
        // ecrecover gives zero for what is no signature, such as v other than 27 and 28.
        return account != address(0) && ecrecover(digest, v, r, s) == account;
    }
}
