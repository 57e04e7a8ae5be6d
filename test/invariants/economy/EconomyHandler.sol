// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRevenue} from "../../../contracts/interfaces/IRevenue.sol";
import {Handler} from "../lib/Handler.sol";
import {Postings} from "./Postings.sol";

/// @title The way of money from a payment to a claim, on the whole suite
contract EconomyHandler is Postings {
    function actions() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](24);
        list[0] = this.pay.selector;
        list[1] = this.payByVoucher.selector;
        list[2] = this.sweep.selector;
        list[3] = this.commitLog.selector;
        list[4] = this.close.selector;
        list[5] = this.withdraw.selector;
        list[6] = this.withdrawTreasury.selector;
        list[7] = this.strayTransfer.selector;
        list[8] = this.wait.selector;
        list[9] = this.nextEpoch.selector;
        list[10] = this.depositBond.selector;
        list[11] = this.withdrawBond.selector;
        list[12] = this.post.selector;
        list[13] = this.finalize.selector;
        list[14] = this.voidPosting.selector;
        list[15] = this.reclaimBond.selector;
        list[16] = this.pause.selector;
        list[17] = this.outlast.selector;
        list[18] = this.claim.selector;
        list[19] = this.claimRange.selector;
        list[20] = this.claimWithSig.selector;
        list[21] = this.claimAndStake.selector;
        list[22] = this.claimAgain.selector;
        list[23] = this.settleEpoch.selector;
    }

    function kinds() external pure override returns (string[] memory list) {
        list = new string[](11);
        list[0] = "income without a log";
        list[1] = "income beyond its log";
        list[2] = "withdrawal while paused";
        list[3] = "withdrawal of a bond while paused";
        list[4] = "void with descendants";
        list[5] = "posting final while paused";
        list[6] = "claim while paused";
        list[7] = "claim by an older root";
        list[8] = "void by a judge";
        list[9] = "log void";
        list[10] = "operator's bond withdrawn";
    }

    /// @dev An epoch in order, from a payment to a posting and mostly to its finality, so that there is much to claim.
    function settleEpoch(uint256 word) external {
        pay(word, word);
        sweep(word);
        uint256 epoch = revenue.currentEpoch();
        vm.warp((epoch + 1) * EPOCH);
        for (uint256 i; i < TILLS; ++i) {
            commitLog(1);
        }
        vm.warp(attribution.logDeadline(epoch) + 1);
        for (uint256 k = _open.length; k != 0; --k) {
            close(k - 1);
        }
        depositBond(word, POSTING_BOND);
        post(word, 64, word);
        if (word % 3 == 0) return _done();
        vm.warp(block.timestamp + WINDOW);
        while (_finalize()) {}
        _done();
    }

    /* INVARIANTS */

    function check() external view override {
        equal(open.totalSupply(), 1e27 - _burned, "the supply is fixed, but for what is burned");
        creditedIsSplitToTheWei();
        revenueHoldsWhatItOwes();
        rewardsHoldsWhatIsNotClaimed();
        attributionHoldsTheBonds();
        operatorsHoldsTheBonds();
    }

    function operatorsHoldsTheBonds() internal view {
        uint256 held;
        for (uint256 i; i < TILLS; ++i) {
            (uint256 bond, uint256 thawing,) = bonds.bondOf(operators[i]);
            equal(bond + thawing, _bonds[i], "only its operator and a judge move a bond");
            held += bond + thawing;
        }
        equal(open.balanceOf(address(bonds)), held, "Operators holds the operators' bonds, to the wei");
    }

    function creditedIsSplitToTheWei() internal view {
        uint256 credited;
        uint256 split;
        for (uint256 i; i < TILLS; ++i) {
            credited += _credited[i];
            uint256 parts = _poolOf(i);
            for (uint256 role; role < ROLES; ++role) {
                uint256 part = revenue.owed(tills[i], IRevenue.Role(role)) + _withdrawn[i][role];
                equal(part, _partOf(i, role), "a role has its share of all covered income");
                parts += part;
            }
            atMost(parts, _covered[i], "parts are at most the whole");
            atMost(_covered[i], parts + 4, "dust is less than 5 wei");
            split += _covered[i];
        }
        for (uint256 k; k < _open.length; ++k) {
            split += _open[k].income;
        }
        equal(credited, split + _uncovered, "what is credited is covered, uncovered or of an open epoch");
    }

    function revenueHoldsWhatItOwes() internal view {
        uint256 out = _treasuryPaid + _distributed;
        uint256 owed = revenue.treasuryOwed();
        equal(owed + _treasuryPaid, _uncovered + _unattributed, "the treasury has what is uncovered or unattributed");
        uint256 pools;
        uint256 credited;
        for (uint256 i; i < TILLS; ++i) {
            credited += _credited[i];
            pools += _poolOf(i);
            for (uint256 role; role < ROLES; ++role) {
                out += _withdrawn[i][role];
                owed += revenue.owed(tills[i], IRevenue.Role(role));
            }
        }
        for (uint256 k; k < _open.length; ++k) {
            owed += _open[k].income;
        }
        owed += pools - _poolsReleased;
        uint256 balance = open.balanceOf(address(revenue));
        equal(balance, credited - out + _stray[0], "Revenue holds what came in less what went out");
        atMost(owed + _stray[0], balance, "Revenue holds what it owes");
        atMost(balance, owed + _stray[0] + 4 * TILLS, "and nothing else but dust");
    }

    function rewardsHoldsWhatIsNotClaimed() internal view {
        uint256 unclaimed;
        uint256[CONTRIBUTORS] memory cumulatives = _newest();
        for (uint256 i; i < CONTRIBUTORS; ++i) {
            equal(rewards.claimedOf(uint32(i)), _claimed[i], "only a claim moves what is claimed");
            atMost(_claimed[i], cumulatives[i], "claimed is at most what final postings say");
            unclaimed += cumulatives[i] - _claimed[i];
        }
        equal(
            open.balanceOf(address(rewards)),
            unclaimed + _stray[1],
            "Rewards holds the final pools that are not claimed, to the wei"
        );
    }

    function _operatorsLeave() internal {
        for (uint256 i; i < TILLS; ++i) {
            (uint256 bond,,) = bonds.bondOf(operators[i]);
            if (bond == 0) continue;
            vm.prank(operators[i]);
            bonds.announce(bond);
        }
        vm.warp(block.timestamp + bonds.THAW());
        for (uint256 i; i < TILLS; ++i) {
            (, uint256 thawing,) = bonds.bondOf(operators[i]);
            if (thawing == 0) continue;
            vm.prank(operators[i]);
            bonds.withdraw();
        }
    }

    function attributionHoldsTheBonds() internal view {
        (uint256 places, uint256 finals,,) = attribution.lineOf();
        equal(places - finals, _pending.length, "the line is what was posted and not voided");
        equal(finals, _finals, "finality is never undone");
        uint256 held = POSTING_BOND * (_pending.length + _reclaimable.length + _slashes);
        for (uint256 i; i < POSTERS; ++i) {
            held += attribution.freeBond(posters[i]);
        }
        equal(open.balanceOf(address(attribution)), held + _stray[2], "Attribution holds the bonds, to the wei");
    }

    /// @inheritdoc Handler
    function everybodyLeaves() external override {
        // Paused, if that can be: no pause blocks an exit or a final claim.
        (,,, uint256 until) = attribution.lineOf();
        if (block.timestamp >= until + attribution.PAUSE()) {
            vm.prank(timelock);
            attribution.pause();
        }
        vm.warp(block.timestamp + WINDOW);
        while (_finalize()) {}
        while (_reclaimable.length != 0) {
            _reclaim(0);
        }
        while (_slashes != 0) {
            _paySlash();
        }
        _operatorsLeave();
        for (uint256 i; i < POSTERS; ++i) {
            uint256 free = attribution.freeBond(posters[i]);
            vm.prank(posters[i]);
            attribution.withdrawBond(free);
        }
        for (uint256 i; _finals != 0 && i < CONTRIBUTORS; ++i) {
            (bool due, Root memory root,) = _due(i, (_finals - 1) % ROOTS);
            if (due) _claim(root, i);
        }
        for (uint256 i; i < TILLS; ++i) {
            for (uint256 role; role < ROLES; ++role) {
                _withdraw(i, role);
            }
        }
        _withdrawTreasury();
        equal(open.balanceOf(address(bonds)), 0, "no operator's bond stays");
        equal(open.balanceOf(address(attribution)), _stray[2], "no bond stays");
        equal(open.balanceOf(address(rewards)), _stray[1], "nothing that is final stays");
        uint256 kept = _stray[0];
        for (uint256 k; k < _open.length; ++k) {
            kept += _open[k].income;
        }
        for (uint256 i; i < TILLS; ++i) {
            kept += _poolOf(i);
        }
        atMost(
            open.balanceOf(address(revenue)),
            kept - _poolsReleased + 4 * TILLS,
            "only open epochs and pools that nobody posted stay"
        );
    }
}
