// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Escrow channels and cumulative vouchers
/// @notice ABI- and type-compatible with x402's batch-settlement (EIP-712 domain "x402 Batch Settlement", version "1").
/// A voucher is a signed cumulative promise: older ones are no-ops, an underfunded one pays what is there and stays
/// claimable.
interface IChannels {
    struct ChannelConfig {
        address payer;
        address payerAuthorizer; // a key that signs vouchers; zero: the payer does (ERC-1271 where it is a contract)
        address receiver; // the Till
        address receiverAuthorizer; // claims and refunds in the receiver's name, by call or by signature
        address token;
        uint40 withdrawDelay; // 15 minutes to 30 days
        bytes32 salt;
    }

    struct Voucher {
        ChannelConfig channel;
        uint128 maxClaimableAmount; // cumulative
    }

    struct VoucherClaim {
        Voucher voucher;
        bytes signature;
        uint128 totalClaimed; // cumulative amount claimed after this, at most maxClaimableAmount
    }

    event ChannelCreated(bytes32 indexed channelId, ChannelConfig config);
    event Deposited(bytes32 indexed channelId, address indexed sender, uint128 amount, uint128 newBalance);
    event Claimed(bytes32 indexed channelId, address indexed sender, uint128 claimAmount, uint128 newTotalClaimed);
    event Settled(address indexed receiver, address indexed token, address indexed sender, uint128 amount);
    event WithdrawInitiated(bytes32 indexed channelId, uint128 amount, uint40 finalizeAfter);
    event WithdrawFinalized(bytes32 indexed channelId, address indexed sender, uint128 amount);
    event Refunded(bytes32 indexed channelId, address indexed sender, uint128 amount);

    error ChannelInvalidConfig();
    error ChannelZeroAmount();
    error ChannelDepositMismatch(uint256 received, uint256 amount);
    error ChannelEmptyBatch();
    error ChannelInvalidSignature(bytes32 channelId);
    error ChannelInvalidAuthorization(address receiverAuthorizer);
    error ChannelInvalidRefundNonce(bytes32 channelId, uint256 nonce, uint256 refundNonce);
    error ChannelClaimAboveVoucher(bytes32 channelId, uint128 totalClaimed, uint128 maxClaimableAmount);
    error ChannelNotAuthorized(address account);
    error ChannelNothingToWithdraw(bytes32 channelId);
    error ChannelWithdrawAboveUnclaimed(bytes32 channelId, uint128 amount, uint128 unclaimed);
    error ChannelWithdrawPending(bytes32 channelId, uint40 finalizeAfter);

    /// @notice Puts `amount` into the channel; `collector` fetches it from the payer (`IDepositCollector`). The balance
    /// difference decides, not the collector's word.
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external;
    /// @notice Claims vouchers in a batch; the caller is the receiver or the receiverAuthorizer of each.
    function claim(VoucherClaim[] calldata voucherClaims) external;
    /// @notice The same for whoever brings the signature of the one receiverAuthorizer of them all, of
    /// `getClaimBatchDigest(voucherClaims)`. Used twice, it does nothing the second time.
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external;
    /// @notice Moves all that is claimed and unsettled to `receiver`, be it nothing. Anyone may call.
    function settle(address receiver, address token) external;
    /// @notice The payer (or its authorizer) announces a withdrawal of `amount`, at most what is unclaimed now.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external;
    /// @notice Pays a due withdrawal to the payer, at most what is unclaimed by then, be it nothing. Anyone may call after
    /// the delay.
    function finalizeWithdraw(ChannelConfig calldata config) external;
    /// @notice The receiver or its authorizer returns up to `amount` of unclaimed money to the payer at once, be it
    /// nothing. It counts towards an announced withdrawal, and uses up the channel's refund nonce.
    function refund(ChannelConfig calldata config, uint128 amount) external;
    /// @notice The same for whoever brings the receiverAuthorizer's signature of `getRefundDigest`.
    /// @param nonce the channel's `refundNonce`
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external;

    function getChannelId(ChannelConfig calldata config) external view returns (bytes32);
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32);
    /// @notice What the receiverAuthorizer signs for `claimWithSignature`:
    /// `ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)`.
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32);
    /// @notice What it signs for `refundWithSignature`: `Refund(bytes32 channelId,uint256 nonce,uint128 amount)`.
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32);
    /// @notice Refunds of the channel so far; a signed refund counts at the next one only.
    function refundNonce(bytes32 channelId) external view returns (uint256);
    /// @return balance wei deposited less withdrawn and refunded (claims do not lower it)
    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed);
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt);
    function receivers(address receiver, address token)
        external
        view
        returns (uint128 totalClaimed, uint128 totalSettled);
}
