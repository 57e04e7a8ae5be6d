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
        bytes32 digest = _transferDigest(from, to, value, validAfter, validBefore, nonce);
        require(Signatures.isBy(from, digest, signature), ERC3009InvalidSignature());
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc ERC3009
    /// @dev OpenZeppelin's takes keys only; x402 facilitators put a contract account's 65-byte signatures here too.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public override {
        bytes32 digest = _transferDigest(from, to, value, validAfter, validBefore, nonce);
        require(Signatures.isBy(from, digest, v, r, s), ERC3009InvalidSignature());
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
        bytes32 digest = _receiveDigest(from, to, value, validAfter, validBefore, nonce);
        require(Signatures.isBy(from, digest, signature), ERC3009InvalidSignature());
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc ERC3009
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public override {
        bytes32 digest = _receiveDigest(from, to, value, validAfter, validBefore, nonce);
        require(Signatures.isBy(from, digest, v, r, s), ERC3009InvalidSignature());
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IOpenToken
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external {
        require(Signatures.isBy(authorizer, _cancelDigest(authorizer, nonce), signature), ERC3009InvalidSignature());
        _cancelAuthorization(authorizer, nonce);
    }

    /// @inheritdoc ERC3009
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) public override {
        require(Signatures.isBy(authorizer, _cancelDigest(authorizer, nonce), v, r, s), ERC3009InvalidSignature());
        _cancelAuthorization(authorizer, nonce);
    }

    /* INTERNAL */

    function _transferDigest(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce))
        );
    }

    /// @dev Only the payee may submit, so nobody can tear the transfer from the call that it belongs to.
    function _receiveDigest(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal view returns (bytes32) {
        require(to == msg.sender, ERC20InvalidReceiver(to));
        return _hashTypedDataV4(
            keccak256(abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce))
        );
    }

    function _cancelDigest(address authorizer, bytes32 nonce) internal view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)));
    }
}
