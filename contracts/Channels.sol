// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IChannels} from "./interfaces/IChannels.sol";
import {IDepositCollector} from "./interfaces/IDepositCollector.sol";
import {ChannelHashes} from "./libraries/ChannelHashes.sol";
import {Escrow} from "./libraries/Escrow.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title Escrow channels and cumulative vouchers
/// @notice See IChannels. Any ERC-20 that transfers what it is told; each token's money is accounted for by itself.
contract Channels is EIP712, Multicall, ReentrancyGuardTransient, IChannels {
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

    /// @dev What a batch has claimed so far for the receiver of its last channels, not yet in storage.
    struct Tally {
        address receiver;
        address token;
        uint128 claimed;
    }

    /* CONSTANTS */

    bytes32 public constant CHANNEL_CONFIG_TYPEHASH = ChannelHashes.CONFIG_TYPEHASH;
    bytes32 internal constant CLAIM_ENTRY_TYPEHASH =
        keccak256("ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)");
    bytes32 internal constant CLAIM_BATCH_TYPEHASH = keccak256(
        "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
    );
    bytes32 internal constant REFUND_TYPEHASH = keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");

    uint40 internal constant MIN_WITHDRAW_DELAY = 15 minutes;
    uint40 internal constant MAX_WITHDRAW_DELAY = 30 days;

    /* STORAGE */

    /// @inheritdoc IChannels
    mapping(bytes32 channelId => Channel) public channels;
    /// @inheritdoc IChannels
    mapping(bytes32 channelId => Withdrawal) public pendingWithdrawals;
    /// @inheritdoc IChannels
    mapping(bytes32 channelId => uint256) public refundNonce;
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
        IDepositCollector(collector).collect(config.payer, config.token, amount, channelId, collectorData);
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
        // Were the amount not bounded by what is there, an old announcement could take a later deposit at once.
        uint128 unclaimed = Escrow.unclaimed(channels[channelId].balance, channels[channelId].totalClaimed);
        require(amount <= unclaimed, ChannelWithdrawAboveUnclaimed(channelId, amount, unclaimed));

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
        require(voucherClaims.length != 0, ChannelEmptyBatch());
        bytes32 domain = _domainSeparatorV4();
        Tally memory tally;
        for (uint256 i; i < voucherClaims.length; ++i) {
            VoucherClaim calldata voucherClaim = voucherClaims[i];
            _onlyReceiver(voucherClaim.voucher.channel);
            _claim(voucherClaim, ChannelHashes.channelId(domain, voucherClaim.voucher.channel), domain, tally);
        }
        _credit(tally);
    }

    /// @inheritdoc IChannels
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature)
        external
        nonReentrant
    {
        require(voucherClaims.length != 0, ChannelEmptyBatch());
        bytes32 domain = _domainSeparatorV4();
        address authorizer = voucherClaims[0].voucher.channel.receiverAuthorizer;
        (bytes32 digest, bytes32[] memory channelIds) = _claimBatch(domain, voucherClaims);
        require(Signatures.isBy(authorizer, digest, authorizerSignature), ChannelInvalidAuthorization(authorizer));
        Tally memory tally;
        for (uint256 i; i < voucherClaims.length; ++i) {
            address own = voucherClaims[i].voucher.channel.receiverAuthorizer;
            require(own == authorizer, ChannelNotAuthorized(authorizer));
            _claim(voucherClaims[i], channelIds[i], domain, tally);
        }
        _credit(tally);
    }

    /// @inheritdoc IChannels
    function settle(address receiver, address token) external nonReentrant {
        Receiver storage account = receivers[receiver][token];
        uint128 amount = account.totalClaimed - account.totalSettled;
        if (amount == 0) return;

        account.totalSettled += amount;
        emit Settled(receiver, token, msg.sender, amount);
        IERC20(token).safeTransfer(receiver, amount);
    }

    /// @inheritdoc IChannels
    function refund(ChannelConfig calldata config, uint128 amount) external nonReentrant {
        _onlyReceiver(config);
        _refund(config, getChannelId(config), amount);
    }

    /// @inheritdoc IChannels
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external nonReentrant {
        bytes32 channelId = getChannelId(config);
        uint256 next = refundNonce[channelId];
        require(nonce == next, ChannelInvalidRefundNonce(channelId, nonce, next));
        address authorizer = config.receiverAuthorizer;
        require(
            Signatures.isBy(authorizer, getRefundDigest(channelId, nonce, amount), receiverAuthorizerSignature),
            ChannelInvalidAuthorization(authorizer)
        );
        _refund(config, channelId, amount);
    }

    /* VIEWS */

    /// @inheritdoc IChannels
    function getChannelId(ChannelConfig calldata config) public view returns (bytes32) {
        return ChannelHashes.channelId(_domainSeparatorV4(), config);
    }

    /// @inheritdoc IChannels
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32) {
        return ChannelHashes.voucherDigest(_domainSeparatorV4(), channelId, maxClaimableAmount);
    }

    /// @inheritdoc IChannels
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32 digest) {
        (digest,) = _claimBatch(_domainSeparatorV4(), voucherClaims);
    }

    /// @inheritdoc IChannels
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REFUND_TYPEHASH, channelId, nonce, amount)));
    }

    /* INTERNAL */

    /// @dev Moves a voucher's channel on; the receiver's total waits in the tally, since a batch mostly has one receiver.
    function _claim(VoucherClaim calldata voucherClaim, bytes32 channelId, bytes32 domain, Tally memory tally)
        internal
    {
        uint128 limit = voucherClaim.voucher.maxClaimableAmount;
        uint128 wanted = voucherClaim.totalClaimed;
        require(wanted <= limit, ChannelClaimAboveVoucher(channelId, wanted, limit));

        Channel memory channel = channels[channelId];
        uint128 newTotal = Escrow.claimedAfter(channel.balance, channel.totalClaimed, wanted);
        if (newTotal == channel.totalClaimed) return; // an old voucher, or nothing there

        ChannelConfig calldata config = voucherClaim.voucher.channel;
        bytes32 digest = ChannelHashes.voucherDigest(domain, channelId, limit);
        address authorizer = config.payerAuthorizer;
        // What a named key signed stays provable; a contract's word (ERC-1271) is asked of a payer only that named none.
        bool signed = authorizer == address(0)
            ? Signatures.isBy(config.payer, digest, voucherClaim.signature)
            : Signatures.isByKey(authorizer, digest, voucherClaim.signature);
        require(signed, ChannelInvalidSignature(channelId));

        channels[channelId] = Channel(channel.balance, newTotal);
        uint128 claimed;
        unchecked {
            claimed = newTotal - channel.totalClaimed; // a total never falls (Escrow)
        }
        emit Claimed(channelId, msg.sender, claimed, newTotal);
        _add(tally, config.receiver, config.token, claimed);
    }

    /// @dev Adds to the tally; where it was another receiver's, that one is credited first.
    function _add(Tally memory tally, address receiver, address token, uint128 claimed) internal {
        if (tally.receiver != receiver || tally.token != token) {
            _credit(tally);
            (tally.receiver, tally.token, tally.claimed) = (receiver, token, 0);
        }
        tally.claimed += claimed;
    }

    function _credit(Tally memory tally) internal {
        if (tally.claimed != 0) receivers[tally.receiver][tally.token].totalClaimed += tally.claimed;
    }

    /// @dev The nonce is used up even where nothing is left to refund, so that a signature never outlives its refund.
    function _refund(ChannelConfig calldata config, bytes32 channelId, uint128 amount) internal {
        require(amount != 0, ChannelZeroAmount());
        ++refundNonce[channelId];
        uint128 paid = _takeUnclaimed(channelId, amount);
        if (paid == 0) return;

        Withdrawal storage pending = pendingWithdrawals[channelId];
        if (paid < pending.amount) pending.amount -= paid;
        else if (pending.amount != 0) delete pendingWithdrawals[channelId];
        emit Refunded(channelId, msg.sender, paid);
        IERC20(config.token).safeTransfer(config.payer, paid);
    }

    function _claimBatch(bytes32 domain, VoucherClaim[] calldata voucherClaims)
        internal
        pure
        returns (bytes32 digest, bytes32[] memory channelIds)
    {
        channelIds = new bytes32[](voucherClaims.length);
        bytes32[] memory entries = new bytes32[](voucherClaims.length);
        for (uint256 i; i < voucherClaims.length; ++i) {
            Voucher calldata voucher = voucherClaims[i].voucher;
            bytes32 channelId = channelIds[i] = ChannelHashes.channelId(domain, voucher.channel);
            entries[i] = keccak256(
                abi.encode(CLAIM_ENTRY_TYPEHASH, channelId, voucher.maxClaimableAmount, voucherClaims[i].totalClaimed)
            );
        }
        bytes32 batch = keccak256(abi.encode(CLAIM_BATCH_TYPEHASH, keccak256(abi.encodePacked(entries))));
        digest = MessageHashUtils.toTypedDataHash(domain, batch);
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

    /// @dev Takes up to `amount` of unclaimed money off a channel's balance.
    function _takeUnclaimed(bytes32 channelId, uint128 amount) internal returns (uint128 taken) {
        Channel storage channel = channels[channelId];
        uint128 balance = channel.balance;
        taken = Escrow.returned(balance, channel.totalClaimed, amount);
        channel.balance = balance - taken;
    }
}
