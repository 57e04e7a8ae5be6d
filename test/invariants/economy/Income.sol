// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {IRevenue} from "../../../contracts/interfaces/IRevenue.sol";
import {ITill} from "../../../contracts/interfaces/ITill.sol";
import {World} from "./World.sol";

/// @title From a payment to the split: Tills, logs, closed epochs, withdrawals
abstract contract Income is World {
    function pay(uint256 which, uint256 amount) public {
        amount = _amount(amount);
        open.transfer(tills[which % TILLS], amount);
        _unswept[which % TILLS] += amount;
        _done();
    }

    function payByVoucher(uint256 which, uint256 amount) external {
        uint256 i = which % TILLS;
        uint256 key = keyOf(50);
        IChannels.ChannelConfig memory config = IChannels.ChannelConfig({
            payer: address(this),
            payerAuthorizer: vm.addr(key),
            receiver: tills[i],
            receiverAuthorizer: operators[i],
            token: address(open),
            withdrawDelay: 1 hours,
            salt: 0
        });
        amount = _amount(amount);
        collector.deposit(config, uint128(amount));
        bytes32 id = channels.getChannelId(config);
        (uint128 balance,) = channels.channels(id);
        IChannels.VoucherClaim[] memory claims = new IChannels.VoucherClaim[](1);
        bytes memory signature = signed(key, channels.getVoucherDigest(id, balance));
        claims[0] = IChannels.VoucherClaim(IChannels.Voucher(config, balance), signature, balance);
        vm.prank(operators[i]);
        channels.claim(claims);
        _unswept[i] += amount;
        _done();
    }

    function sweep(uint256 which) public {
        uint256 i = which % TILLS;
        if (_unswept[i] == 0) return;
        uint256 swept = ITill(tills[i]).sweep();
        equal(swept, _unswept[i], "a sweep brings all that was paid");
        _unswept[i] = 0;
        _credited[i] += swept;
        uint256 epoch = revenue.currentEpoch();
        for (uint256 k; k < _open.length; ++k) {
            if (_open[k].till == i && _open[k].epoch == epoch) {
                _open[k].income += swept;
                return _done();
            }
        }
        _open.push(OpenEpoch(i, epoch, swept, 0, false));
        _done();
    }

    function commitLog(uint256 total) public {
        uint256 epoch = revenue.currentEpoch() - 1;
        if (block.timestamp > attribution.logDeadline(epoch)) return;
        uint256 k;
        while (k < _open.length && (_open[k].epoch != epoch || _open[k].logged != 0 || _open[k].voided)) {
            ++k;
        }
        if (k == _open.length) return;
        OpenEpoch storage booked = _open[k];
        // Mostly all of it, else less.
        total = total % 3 == 0 ? within(total, 1, booked.income) : booked.income;
        _bond(booked.till);
        vm.prank(operators[booked.till]);
        attribution.commitLog(tills[booked.till], booked.epoch, keccak256("log"), 1, uint128(total));
        booked.logged = total;
        _done();
    }

    /// @dev A judge proves a log wrong: its income is covered by nothing, and its operator has no bond any more.
    function voidLog(uint256 which) external {
        if (_open.length == 0 || which % 8 != 0) return;
        OpenEpoch storage booked = _open[which / 8 % _open.length];
        if (booked.logged == 0) return;
        (booked.logged, booked.voided) = (0, true);
        uint256 held = _bonds[booked.till];
        uint256 before = open.balanceOf(judge);
        vm.prank(judge);
        attribution.voidLog(tills[booked.till], booked.epoch);
        vm.prank(judge);
        uint256 paid = bonds.slash(operators[booked.till]);
        equal(paid, held - held / 2, "a slash takes all, thawing or not, and pays half");
        equal(open.balanceOf(judge) - before, paid, "to the judge");
        _burned += held / 2;
        _bonds[booked.till] = 0;
        _done();
    }

    function unbond(uint256 which, uint256 amount) external {
        (uint256 bond,,) = bonds.bondOf(operators[which % TILLS]);
        if (bond == 0) return;
        vm.prank(operators[which % TILLS]);
        bonds.announce(within(amount, 1, bond));
        _done();
    }

    function takeUnbonded(uint256 which) external {
        (, uint256 thawing, uint256 availableAt) = bonds.bondOf(operators[which % TILLS]);
        if (thawing == 0 || block.timestamp < availableAt) return;
        vm.prank(operators[which % TILLS]);
        equal(bonds.withdraw(), thawing, "what has thawed is paid");
        _bonds[which % TILLS] -= thawing;
        _done();
    }

    function close(uint256 which) public {
        if (_open.length == 0) return;
        uint256 k = which % _open.length;
        OpenEpoch memory booked = _open[k];
        if (block.timestamp <= attribution.logDeadline(booked.epoch)) return;
        revenue.close(tills[booked.till], booked.epoch);
        uint256 covered = booked.logged;
        _covered[booked.till] += covered;
        _uncovered += booked.income - covered;
        if (covered == 0) ++reached["income without a log"];
        else if (covered < booked.income) ++reached["income beyond its log"];
        _open[k] = _open[_open.length - 1];
        _open.pop();
        _done();
    }

    function withdraw(uint256 which, uint256 role) external {
        if (_withdraw(which % TILLS, role % ROLES)) _done();
    }

    function withdrawTreasury() external {
        if (_withdrawTreasury()) _done();
    }

    /// @dev What strays in is nobody's, and changes nothing.
    function strayTransfer(uint256 which, uint256 amount) external {
        amount = within(amount, 1, 1 ether);
        address[3] memory holders = [address(revenue), address(rewards), address(attribution)];
        open.transfer(holders[which % 3], amount);
        _stray[which % 3] += amount;
        _done();
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, 10 minutes));
        _done();
    }

    function nextEpoch(uint256 chance) external {
        if (chance % 2 != 0) return;
        vm.warp((revenue.currentEpoch() + 1) * EPOCH);
        _done();
    }

    /* INTERNAL */

    /// @dev Whoever is owed is paid: exactly that, paused or not.
    function _withdraw(uint256 till, uint256 number) internal returns (bool) {
        IRevenue.Role role = IRevenue.Role(number);
        uint256 due = revenue.owed(tills[till], role);
        if (due == 0) return false;
        address recipient = _recipientOf(till, role);
        uint256 before = open.balanceOf(recipient);
        revenue.withdraw(tills[till], role);
        equal(open.balanceOf(recipient) - before, due, "a withdrawal pays what is owed");
        _withdrawn[till][number] += due;
        if (_isPaused()) ++reached["withdrawal while paused"];
        return true;
    }

    function _withdrawTreasury() internal returns (bool) {
        uint256 due = revenue.treasuryOwed();
        if (due == 0) return false;
        revenue.withdrawTreasury();
        _treasuryPaid += due;
        return true;
    }
}
