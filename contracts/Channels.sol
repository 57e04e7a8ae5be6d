// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IChannels, IDepositCollector} from "./interfaces/IChannels.sol";

/// @title Escrow channels and cumulative vouchers
/// @notice See IChannels. Any ERC-20 that transfers what it is told; each token's money is accounted for by itself.
contract Channels is EIP712, ReentrancyGuardTransient, IChannels {
    using SafeERC20 for IERC20;

    /* TYPES */

    struct Channel {
        uint128 balance; // deposited less withdrawn and refunded
        uint128 totalClaimed; // at most `balance`
    }

    struct Withdrawal {
        uint128 amount; // zero: none pending
        uint40 initiatedAt;
    }

    struct Receiver {
        uint128 totalClaimed;
        uint128 totalSettled; // at most `totalClaimed`
    }

    /* CONSTANTS */

    bytes32 public constant CHANNEL_CONFIG_TYPEHASH = keccak256(
        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
    );
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");

    uint40 internal constant MIN_WITHDRAW_DELAY = 15 minutes;
    uint40 internal constant MAX_WITHDRAW_DELAY = 30 days;

    /* STORAGE */

    /// @inheritdoc IChannels
    mapping(bytes32 channelId => Channel) public channels;
    /// @inheritdoc IChannels
    mapping(bytes32 channelId => Withdrawal) public pendingWithdrawals;
    /// @inheritdoc IChannels
    mapping(address receiver => mapping(address token => Receiver)) public receivers;

    /* CONSTRUCTOR */

    constructor() EIP712("x402 Batch Settlement", "1") {}

    /* PAYER */

    /// @inheritdoc IChannels
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external
        nonReentrant
    {
        require(_isValid(config), ChannelInvalidConfig());
        require(amount != 0, ChannelZeroAmount());

        bytes32 channelId = getChannelId(config);
        Channel storage channel = channels[channelId];
        uint128 balance = channel.balance;
        if (balance == 0) emit ChannelCreated(channelId, config);
        channel.balance = balance + amount;
        emit Deposited(channelId, msg.sender, amount, balance + amount);

        // The collector is anybody's contract. Every other entry is locked meanwhile, so that what the balance gains is
        // this deposit and nothing else.
        uint256 before = IERC20(config.token).balanceOf(address(this));
        IDepositCollector(collector).collect(config.payer, config.token, amount, channelId, msg.sender, collectorData);
        uint256 received = IERC20(config.token).balanceOf(address(this)) - before;
        require(received == amount, ChannelDepositMismatch(received, amount));
    }

    /// @inheritdoc IChannels
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external nonReentrant {
        // A zero authorizer equals no caller.
        require(msg.sender == config.payer || msg.sender == config.payerAuthorizer, ChannelNotAuthorized(msg.sender));
        require(amount != 0, ChannelZeroAmount());
        bytes32 channelId = getChannelId(config);
        Withdrawal storage pending = pendingWithdrawals[channelId];
        uint40 finalizeAfter = pending.initiatedAt + config.withdrawDelay;
        require(pending.amount == 0, ChannelWithdrawPending(channelId, finalizeAfter));
        require(_unclaimed(channelId) != 0, ChannelNothingToWithdraw(channelId));

        pendingWithdrawals[channelId] = Withdrawal(amount, uint40(block.timestamp));
        emit WithdrawInitiated(channelId, amount, uint40(block.timestamp) + config.withdrawDelay);
    }

    /// @inheritdoc IChannels
    function finalizeWithdraw(ChannelConfig calldata config) external nonReentrant {
        bytes32 channelId = getChannelId(config);
        Withdrawal memory pending = pendingWithdrawals[channelId];
        require(pending.amount != 0, ChannelNothingToWithdraw(channelId));
        uint40 finalizeAfter = pending.initiatedAt + config.withdrawDelay;
        require(block.timestamp >= finalizeAfter, ChannelWithdrawPending(channelId, finalizeAfter));

        // All may have been claimed meanwhile; then this only makes room for another withdrawal.
        delete pendingWithdrawals[channelId];
        uint128 paid = _takeUnclaimed(channelId, pending.amount);
        emit WithdrawFinalized(channelId, msg.sender, paid);
        IERC20(config.token).safeTransfer(config.payer, paid);
    }

    /* RECEIVER */

    /// @inheritdoc IChannels
    function claim(VoucherClaim[] calldata voucherClaims) external nonReentrant {
        for (uint256 i; i < voucherClaims.length; ++i) {
            _claim(voucherClaims[i]);
        }
    }

    /// @inheritdoc IChannels
    function settle(address receiver, address token) external nonReentrant {
        Receiver storage account = receivers[receiver][token];
        uint128 amount = account.totalClaimed - account.totalSettled;
        require(amount != 0, ChannelZeroAmount());

        account.totalSettled += amount;
        emit Settled(receiver, token, msg.sender, amount);
        IERC20(token).safeTransfer(receiver, amount);
    }

    /// @inheritdoc IChannels
    function refund(ChannelConfig calldata config, uint128 amount) external nonReentrant {
        _onlyReceiver(config);
        require(amount != 0, ChannelZeroAmount());
        bytes32 channelId = getChannelId(config);
        uint128 paid = _takeUnclaimed(channelId, amount);
        require(paid != 0, ChannelNothingToWithdraw(channelId));

        emit Refunded(channelId, msg.sender, paid);
        IERC20(config.token).safeTransfer(config.payer, paid);
    }

    /* VIEWS */

    /// @inheritdoc IChannels
    function getChannelId(ChannelConfig calldata config) public view returns (bytes32) {
        // The struct has seven static fields, so its calldata is its EIP-712 encoding.
        return _hashTypedDataV4(keccak256(abi.encode(CHANNEL_CONFIG_TYPEHASH, config)));
    }

    /// @inheritdoc IChannels
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, maxClaimableAmount)));
    }

    /* INTERNAL */

    function _claim(VoucherClaim calldata voucherClaim) internal {
        ChannelConfig calldata config = voucherClaim.voucher.channel;
        uint128 limit = voucherClaim.voucher.maxClaimableAmount;
        _onlyReceiver(config);
        bytes32 channelId = getChannelId(config);
        require(
            voucherClaim.totalClaimed <= limit, ChannelClaimAboveVoucher(channelId, voucherClaim.totalClaimed, limit)
        );

        // At most what is there: the rest of an underfunded voucher stays claimable.
        Channel storage channel = channels[channelId];
        uint128 newTotal = voucherClaim.totalClaimed < channel.balance ? voucherClaim.totalClaimed : channel.balance;
        uint128 claimed = channel.totalClaimed;
        if (newTotal <= claimed) return; // an old voucher
        require(
            SignatureChecker.isValidSignatureNowCalldata(
                config.payerAuthorizer == address(0) ? config.payer : config.payerAuthorizer,
                getVoucherDigest(channelId, limit),
                voucherClaim.signature
            ),
            ChannelInvalidSignature(channelId)
        );

        channel.totalClaimed = newTotal;
        receivers[config.receiver][config.token].totalClaimed += newTotal - claimed;
        emit Claimed(channelId, msg.sender, newTotal - claimed, newTotal);
    }

    function _onlyReceiver(ChannelConfig calldata config) internal view {
        require(
            msg.sender == config.receiver || msg.sender == config.receiverAuthorizer, ChannelNotAuthorized(msg.sender)
        );
    }

    function _isValid(ChannelConfig calldata config) internal pure returns (bool) {
        return config.payer != address(0) && config.receiver != address(0) && config.receiverAuthorizer != address(0)
            && config.token != address(0) && config.withdrawDelay >= MIN_WITHDRAW_DELAY
            && config.withdrawDelay <= MAX_WITHDRAW_DELAY;
    }

    function _unclaimed(bytes32 channelId) internal view returns (uint128) {
        Channel storage channel = channels[channelId];
        return channel.balance - channel.totalClaimed;
    }

    /// @dev Takes up to `amount` of unclaimed money off a channel's balance.
    function _takeUnclaimed(bytes32 channelId, uint128 amount) internal returns (uint128 taken) {
        uint128 unclaimed = _unclaimed(channelId);
        taken = amount < unclaimed ? amount : unclaimed;
        channels[channelId].balance -= taken;
    }
}
