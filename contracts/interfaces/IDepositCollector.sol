// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Fetches a payer's deposit for a channel
/// @notice The same as x402's, so a collector serves the canonical contract as well as ours.
interface IDepositCollector {
    error CollectorNotChannels(address account);
    error CollectorNotPayer(address caller, address payer);
    error CollectorExpired(uint256 deadline);
    error CollectorUsed(address payer, bytes32 nonce);
    error CollectorInvalidSignature(address payer);

    /// @notice Moves `amount` of `token` from `payer` to the caller, the Channels contract.
    /// @dev Anybody may ask Channels for a deposit into any channel of the payer, so the collector has to know that the
    /// payer wants this one.
    /// @param data what the collector needs, e.g. a signature
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata data) external;
}
