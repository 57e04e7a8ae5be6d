// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {IOpenToken} from "./interfaces/IOpenToken.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title OPEN
/// @notice Payments, stake, bonds and rewards. 1,000,000,000 from the start and never more; no owner, hooks, fees or
/// votes (votes are stake, see StakeVault).
/// @dev ERC-3009 nonces are random 32 bytes, as x402 payers choose them.
contract OpenToken is ERC20, ERC20Permit, ERC20Burnable, ERC3009, IOpenToken {
    /* CONSTANTS */

    uint256 internal constant SUPPLY = 1_000_000_000 ether;

    /* CONSTRUCTOR */

    /// @param holder receives the whole supply
    constructor(address holder) ERC20("Tributary OPEN", "OPEN") ERC20Permit("Tributary OPEN") {
        _mint(holder, SUPPLY);
    }

    /* AUTHORIZATIONS */

    /// @inheritdoc IOpenToken
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        _checkSignature(from, structHash, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IOpenToken
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        // As in the v, r, s overload: only the payee may submit, so nobody can tear the transfer from the call that
        // it belongs to.
        require(to == msg.sender, ERC20InvalidReceiver(to));
        bytes32 structHash =
            keccak256(abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce));
        _checkSignature(from, structHash, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IOpenToken
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external {
        _checkSignature(authorizer, keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)), signature);
        _cancelAuthorization(authorizer, nonce);
    }

    /* INTERNAL */

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) internal view {
        require(Signatures.isBy(signer, _hashTypedDataV4(structHash), signature), ERC3009InvalidSignature());
    }
}
