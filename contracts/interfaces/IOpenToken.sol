// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The ERC-3009 calls of OPEN that take a signature as bytes
/// @notice Beside the `v, r, s` overloads of ERC-3009: the same authorizations, but a contract account's signature
/// (ERC-1271) may have any length here. In both, a key's signature counts first, also where its account has code
/// (EIP-7702). Errors and events are those of OpenZeppelin's ERC3009.
interface IOpenToken {
    /// @notice Transfers `value` wei as `from` has signed; anyone may submit it.
    /// @param validAfter the authorization counts after this time @param validBefore and before this one, in seconds
    /// @param nonce any 32 bytes that `from` has not used @param signature of TransferWithAuthorization by `from`
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
    /// @notice The same for ReceiveWithAuthorization, which only `to` may submit.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
    /// @notice Uses up a nonce, so that what was signed under it can no longer be submitted.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external;
}
