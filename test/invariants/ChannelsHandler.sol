// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Channels} from "../../contracts/Channels.sol";
import {OpenToken} from "../../contracts/OpenToken.sol";
import {ApprovalCollector} from "../../contracts/collectors/ApprovalCollector.sol";
import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {Handler} from "./lib/Handler.sol";

/// @title Three payers, two receivers, four channels
contract ChannelsHandler is Handler {
    uint256 internal constant CHANNELS = 4;
    uint256 internal constant PAYERS = 3;
    uint256 internal constant PURSE = 1_000_000 ether;
    uint256 internal constant MOST = 100 ether;

    OpenToken internal open = new OpenToken(address(this));
    Channels internal channels = new Channels();
    ApprovalCollector internal collector = new ApprovalCollector(channels);

    IChannels.ChannelConfig[] internal _configs;
    bytes32[] internal ids;
    address[2] internal receivers = [address(0x1001), address(0x1002)];
    uint256 internal immutable AUTHORIZER = keyOf(9);

    /* GHOSTS: wei */

    mapping(uint256 channel => uint256) internal deposited;
    mapping(uint256 channel => uint256) internal returned;
    mapping(uint256 channel => uint256) internal mostSigned;
    /// @dev The total claimed after the last action on a channel.
    mapping(uint256 channel => uint256) internal claimedBefore;
    uint256 internal stray;

    constructor() {
        for (uint256 i; i < PAYERS; ++i) {
            address payer = vm.addr(keyOf(i));
            open.transfer(payer, PURSE);
            vm.prank(payer);
            open.approve(address(collector), type(uint256).max);
        }
        // The last one is a second channel of the first payer, whose vouchers a key of their own signs.
        for (uint256 i; i < CHANNELS; ++i) {
            _configs.push(
                IChannels.ChannelConfig({
                    payer: vm.addr(keyOf(i % PAYERS)),
                    payerAuthorizer: i < PAYERS ? address(0) : vm.addr(keyOf(i)),
                    receiver: receivers[i / 2],
                    receiverAuthorizer: vm.addr(AUTHORIZER),
                    token: address(open),
                    withdrawDelay: 1 hours,
                    salt: bytes32(i)
                })
            );
            ids.push(channels.getChannelId(_configs[i]));
        }
    }

    function actions() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](10);
        list[0] = this.deposit.selector;
        list[1] = this.claim.selector;
        list[2] = this.claimWithSignature.selector;
        list[3] = this.settle.selector;
        list[4] = this.initiateWithdraw.selector;
        list[5] = this.finalizeWithdraw.selector;
        list[6] = this.refund.selector;
        list[7] = this.refundWithSignature.selector;
        list[8] = this.strayTransfer.selector;
        list[9] = this.wait.selector;
    }

    function kinds() external pure override returns (string[] memory list) {
        list = new string[](4);
        list[0] = "underfunded claim";
        list[1] = "old voucher";
        list[2] = "withdrawal after claims";
        list[3] = "refund of all";
    }

    /* ACTIONS */

    function deposit(uint256 which, uint256 amount) external {
        uint256 i = which % CHANNELS;
        amount = within(amount, 1, MOST);
        if (open.balanceOf(_configs[i].payer) < amount) return;
        vm.prank(_configs[i].payer);
        collector.deposit(_configs[i], uint128(amount));
        deposited[i] += amount;
        _done();
    }

    function claim(uint256 which, uint256 amount, uint256 count) external {
        (IChannels.VoucherClaim[] memory claims) = _vouchers(which, amount, count);
        vm.prank(vm.addr(AUTHORIZER));
        channels.claim(claims);
        _noteClaims();
    }

    function claimWithSignature(uint256 which, uint256 amount, uint256 count) external {
        (IChannels.VoucherClaim[] memory claims) = _vouchers(which, amount, count);
        bytes memory signature = signed(AUTHORIZER, channels.getClaimBatchDigest(claims));
        channels.claimWithSignature(claims, signature);
        _noteClaims();
    }

    function settle(uint256 which) external {
        address receiver = receivers[which % 2];
        (uint128 claimed, uint128 settled) = channels.receivers(receiver, address(open));
        uint256 before = open.balanceOf(receiver);
        channels.settle(receiver, address(open));
        equal(open.balanceOf(receiver) - before, claimed - settled, "a settlement pays all that is claimed");
        if (claimed != settled) _done();
    }

    function initiateWithdraw(uint256 which, uint256 amount) external {
        uint256 i = which % CHANNELS;
        uint256 most = unclaimedOf(i);
        (uint128 pending,) = channels.pendingWithdrawals(ids[i]);
        if (most == 0 || pending != 0) return;
        vm.prank(_configs[i].payer);
        channels.initiateWithdraw(_configs[i], uint128(within(amount, 1, most)));
        _done();
    }

    /// @dev A payer always gets out what is unclaimed, once the delay is over.
    function finalizeWithdraw(uint256 which) external {
        uint256 i = which % CHANNELS;
        (uint128 pending, uint40 since) = channels.pendingWithdrawals(ids[i]);
        if (pending == 0 || block.timestamp < uint256(since) + _configs[i].withdrawDelay) return;
        uint256 due = smaller(pending, unclaimedOf(i));
        uint256 before = open.balanceOf(_configs[i].payer);
        channels.finalizeWithdraw(_configs[i]);
        equal(open.balanceOf(_configs[i].payer) - before, due, "a withdrawal pays what is announced and unclaimed");
        returned[i] += due;
        if (due < pending) ++reached["withdrawal after claims"];
        _done();
    }

    function refund(uint256 which, uint256 amount) external {
        (uint256 i, uint256 due, uint256 before) = _beforeRefund(which);
        amount = within(amount, 1, MOST);
        vm.prank(_configs[i].receiver);
        channels.refund(_configs[i], uint128(amount));
        _noteRefund(i, amount, due, before);
    }

    function refundWithSignature(uint256 which, uint256 amount) external {
        (uint256 i, uint256 due, uint256 before) = _beforeRefund(which);
        amount = within(amount, 1, MOST);
        uint256 nonce = channels.refundNonce(ids[i]);
        bytes memory signature = signed(AUTHORIZER, channels.getRefundDigest(ids[i], nonce, uint128(amount)));
        channels.refundWithSignature(_configs[i], uint128(amount), nonce, signature);
        _noteRefund(i, amount, due, before);
    }

    function strayTransfer(uint256 amount) external {
        amount = within(amount, 1, 1 ether);
        open.transfer(address(channels), amount);
        stray += amount;
        _done();
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, 2 hours));
        _done();
    }

    /* INVARIANTS */

    function check() external view override {
        supplyIsFixed();
        claimedIsDepositedAndSigned();
        balanceIsWhatIsOwed();
    }

    function supplyIsFixed() internal view {
        equal(open.totalSupply(), 1e27, "the supply is fixed");
    }

    function claimedIsDepositedAndSigned() internal view {
        for (uint256 i; i < CHANNELS; ++i) {
            bytes32 id = ids[i];
            (uint128 balance, uint128 claimed) = channels.channels(id);
            atMost(claimed, balance, "claimed is at most deposited");
            atMost(claimed, mostSigned[i], "claimed is at most signed");
            equal(claimed, claimedBefore[i], "only a claim moves what is claimed");
            equal(balance, deposited[i] - returned[i], "the balance is what came in less what went back");
            (uint128 pending,) = channels.pendingWithdrawals(id);
            atMost(pending, balance, "a withdrawal is announced of what is there");
        }
    }

    /// @notice To the wei: what is unclaimed, what is claimed and not settled, and what strayed in.
    function balanceIsWhatIsOwed() internal view {
        uint256 owed;
        uint256 claimed;
        uint256 credited;
        for (uint256 i; i < CHANNELS; ++i) {
            owed += unclaimedOf(i);
            claimed += claimedBefore[i];
        }
        for (uint256 i; i < 2; ++i) {
            (uint128 total, uint128 settled) = channels.receivers(receivers[i], address(open));
            atMost(settled, total, "settled is at most claimed");
            equal(open.balanceOf(receivers[i]), settled, "a receiver has what is settled");
            credited += total;
            owed += total - settled;
        }
        equal(credited, claimed, "receivers are credited what channels have claimed");
        equal(
            open.balanceOf(address(channels)),
            owed + stray,
            "Channels holds what it owes, and what strayed in changes nothing"
        );
    }

    /// @inheritdoc Handler
    function everybodyLeaves() external override {
        for (uint256 round; round < 2; ++round) {
            vm.warp(block.timestamp + 1 hours);
            for (uint256 i; i < CHANNELS; ++i) {
                (uint128 pending,) = channels.pendingWithdrawals(ids[i]);
                if (pending != 0) channels.finalizeWithdraw(_configs[i]);
                uint256 rest = unclaimedOf(i);
                if (rest == 0) continue;
                vm.prank(_configs[i].payer);
                channels.initiateWithdraw(_configs[i], uint128(rest));
            }
        }
        for (uint256 i; i < 2; ++i) {
            channels.settle(receivers[i], address(open));
        }
        equal(open.balanceOf(address(channels)), stray, "nothing stays when everybody has left");
    }

    /* VIEWS */

    function unclaimedOf(uint256 i) internal view returns (uint256) {
        (uint128 balance, uint128 claimed) = channels.channels(ids[i]);
        return balance - claimed;
    }

    /* INTERNAL */

    /// @dev One to four vouchers, of channels in turn: for more than what is claimed, now and then less (an old one).
    function _vouchers(uint256 which, uint256 amount, uint256 count)
        internal
        returns (IChannels.VoucherClaim[] memory claims)
    {
        count = within(count, 1, CHANNELS);
        claims = new IChannels.VoucherClaim[](count);
        for (uint256 k; k < count; ++k) {
            uint256 i = addmod(which, k, CHANNELS);
            (uint128 balance, uint128 claimed) = channels.channels(ids[i]);
            uint256 total = within(uint256(keccak256(abi.encode(amount, k))), claimed - claimed / 4, claimed + MOST);
            if (total > balance && balance > claimed) ++reached["underfunded claim"];
            if (total < claimed) ++reached["old voucher"];
            // Signed for more than is claimed of it.
            uint256 limit = total + amount % 3;
            if (limit > mostSigned[i]) mostSigned[i] = limit;
            bytes32 digest = channels.getVoucherDigest(ids[i], uint128(limit));
            uint256 key = keyOf(i < PAYERS ? i : 3);
            claims[k] = IChannels.VoucherClaim(
                IChannels.Voucher(_configs[i], uint128(limit)), signed(key, digest), uint128(total)
            );
        }
    }

    function _noteClaims() internal {
        bool moved;
        for (uint256 i; i < CHANNELS; ++i) {
            (, uint128 claimed) = channels.channels(ids[i]);
            holds(claimed >= claimedBefore[i], "what a channel has claimed never falls");
            if (claimed > claimedBefore[i]) moved = true;
            claimedBefore[i] = claimed;
        }
        if (moved) _done();
    }

    function _beforeRefund(uint256 which) internal view returns (uint256 i, uint256 due, uint256 before) {
        i = which % CHANNELS;
        due = unclaimedOf(i);
        before = open.balanceOf(_configs[i].payer);
    }

    function _noteRefund(uint256 i, uint256 amount, uint256 unclaimed, uint256 before) internal {
        uint256 due = smaller(amount, unclaimed);
        equal(open.balanceOf(_configs[i].payer) - before, due, "a refund pays up to what is unclaimed");
        returned[i] += due;
        if (due != 0 && due == unclaimed) ++reached["refund of all"];
        if (due != 0) _done();
    }
}
