// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Escrow channels and cumulative vouchers
/// @notice ABI- and type-compatible with x402's batch-settlement (EIP-712 domain "x402 Batch Settlement", version "1").
/// A voucher is a signed cumulative promise: older ones are no-ops, an underfunded one pays what is there and stays
/// claimable.
interface IChannels {
    struct ChannelConfig {
        address payer;
        address payerAuthorizer; // signs vouchers; zero: the payer (ERC-1271 where it is a contract)
        address receiver; // the Till
        address receiverAuthorizer; // claims and refunds in the receiver's name
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
    error ChannelInvalidSignature(bytes32 channelId);
    error ChannelClaimAboveVoucher(bytes32 channelId, uint128 totalClaimed, uint128 maxClaimableAmount);
    error ChannelNotAuthorized(address account);
    error ChannelNothingToWithdraw(bytes32 channelId);
    error ChannelWithdrawPending(bytes32 channelId, uint40 finalizeAfter);

    /// @notice Puts `amount` into the channel; `collector` fetches it from the payer (`IDepositCollector`). The balance
    /// difference decides, not the collector's word.
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external;
    /// @notice Claims vouchers in a batch; the caller is the receiver or the receiverAuthorizer of each.
    function claim(VoucherClaim[] calldata voucherClaims) external;
    /// @notice Moves all that is claimed and unsettled to `receiver`; reverts where that is nothing. Anyone may call.
    function settle(address receiver, address token) external;
    /// @notice The payer (or its authorizer) announces a withdrawal of up to `amount` of unclaimed money.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external;
    /// @notice Pays a due withdrawal to the payer, at most what is unclaimed by then, be it nothing. Anyone may call after
    /// the delay.
    function finalizeWithdraw(ChannelConfig calldata config) external;
    /// @notice The receiver or its authorizer returns up to `amount` of unclaimed money to the payer at once.
    function refund(ChannelConfig calldata config, uint128 amount) external;

    function getChannelId(ChannelConfig calldata config) external view returns (bytes32);
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32);
    /// @return balance wei deposited less withdrawn and refunded (claims do not lower it)
    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed);
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt);
    function receivers(address receiver, address token)
        external
        view
        returns (uint128 totalClaimed, uint128 totalSettled);
}

/// @title Fetches a payer's deposit for a channel
interface IDepositCollector {
    error CollectorNotChannels(address account);
    error CollectorNotPayer(address caller, address payer);

    /// @notice Moves `amount` of `token` from `payer` to the caller, the Channels contract.
    /// @param caller who asked Channels for the deposit @param data what the collector needs, e.g. a signature
    function collect(
        address payer,
        address token,
        uint256 amount,
        bytes32 channelId,
        address caller,
        bytes calldata data
    ) external;
}
