// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of keys and of contract accounts
/// @notice ECDSA counts first, whether or not the account has code, so the key of an account with delegated code
/// (EIP-7702) signs whatever that code says; then a contract's own word (ERC-1271). An ECDSA signature has one form: 65
/// bytes with s in the lower half order; the short form of EIP-2098 and the mirrored s are refused.
library Signatures {
    /// @notice Whether `account` signed `digest`. A contract's word may change later; that of a key never does.
    function isBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (isByKey(account, digest, signature)) return true;
        return
            account.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }

    /// @notice The same for a signature in three words; a contract is asked about the 65 bytes r ‖ s ‖ v.
    function isBy(address account, bytes32 digest, uint8 v, bytes32 r, bytes32 s) internal view returns (bool) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, v, r, s);
        if (failure == ECDSA.RecoverError.NoError && signer == account) return true;
        return account.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNow(account, digest, abi.encodePacked(r, s, v));
    }

    /// @notice Whether the key of `account` signed `digest` (ECDSA alone).
    function isByKey(address account, bytes32 digest, bytes calldata signature) internal pure returns (bool) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && signer == account;
    }
}
