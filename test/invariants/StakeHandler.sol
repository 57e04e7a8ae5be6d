// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OpenToken} from "../../contracts/OpenToken.sol";
import {StakeVault} from "../../contracts/StakeVault.sol";
import {Handler} from "./lib/Handler.sol";

/// @title Five accounts, of which one is a validator from the start and others become validators; one slasher
contract StakeHandler is Handler {
    uint256 internal constant ACCOUNTS = 5;
    uint256 internal constant MOST_TICKETS = 12;
    uint256 internal constant WHOLE = 1e18;
    uint256 internal constant UNBONDING = 4 hours;
    uint256 internal constant STREAM = 1 hours;
    /// @dev Wei that rounding may leave in the vault when everybody has left: a few for each action of a campaign.
    uint256 internal constant DUST = 20_000;

    OpenToken internal open = new OpenToken(address(this));
    StakeVault internal vault = new StakeVault(open, UNBONDING, STREAM);
    address[ACCOUNTS] internal accounts;
    address internal constant SLASHER = address(0x51A5);

    /// A moment that is over, and what was told of it while it lasted.
    struct Moment {
        uint256 time;
        uint256 total;
        uint256[ACCOUNTS] votes;
        uint256[ACCOUNTS] stakes;
        address[ACCOUNTS] delegates;
    }

    /* GHOSTS */

    uint256[] internal _live; // tickets
    uint256 internal _nextTicket;
    uint256 internal _rewarded; // wei
    uint256 internal _collected;
    uint256 internal _stray;
    Moment internal _moment;

    constructor() {
        vault.wire(address(this));
        vault.appointSlasher(SLASHER);
        vm.warp(block.timestamp + 2 * UNBONDING);
        for (uint256 i; i < ACCOUNTS; ++i) {
            accounts[i] = vm.addr(keyOf(i));
            open.transfer(accounts[i], 10_000_000 ether);
            vm.prank(accounts[i]);
            open.approve(address(vault), type(uint256).max);
        }
        open.approve(address(vault), type(uint256).max);
        vm.prank(accounts[0]);
        vault.register(1_000);
    }

    function actions() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](14);
        list[0] = this.stake.selector;
        list[1] = this.stakeFor.selector;
        list[2] = this.unstake.selector;
        list[3] = this.withdraw.selector;
        list[4] = this.restake.selector;
        list[5] = this.addReward.selector;
        list[6] = this.collect.selector;
        list[7] = this.register.selector;
        list[8] = this.delegate.selector;
        list[9] = this.setCommission.selector;
        list[10] = this.applyCommission.selector;
        list[11] = this.slash.selector;
        list[12] = this.strayTransfer.selector;
        list[13] = this.wait.selector;
    }

    function kinds() external pure override returns (string[] memory list) {
        list = new string[](4);
        list[0] = "slash of thawing stake";
        list[1] = "slash of a pool with delegators";
        list[2] = "wiped pool";
        list[3] = "delegation that thaws";
    }

    /* ACTIONS */

    function stake(uint256 who, uint256 amount) external {
        address account = accounts[who % ACCOUNTS];
        amount = _amount(amount);
        if (_isWiped(vault.delegates(account)) || open.balanceOf(account) < amount) return;
        vm.prank(account);
        vault.stake(amount);
        _done();
    }

    function stakeFor(uint256 who, uint256 amount) external {
        address account = accounts[who % ACCOUNTS];
        if (_isWiped(vault.delegates(account))) return;
        vault.stakeFor(account, _amount(amount));
        _done();
    }

    /// @dev Whoever has stake can always begin to leave.
    function unstake(uint256 who, uint256 amount) external {
        address account = accounts[who % ACCOUNTS];
        uint256 staked = vault.stakeOf(account);
        if (staked == 0 || _live.length >= MOST_TICKETS) return;
        vm.prank(account);
        vault.unstake(within(amount, 1, staked));
        _noteTickets();
        _done();
    }

    /// @dev Whoever has waited always gets out what no slash has taken.
    function withdraw(uint256 which) external {
        (bool ready, uint256 i, address account, uint256 amount) = _thawed(which);
        if (!ready) return;
        uint256 before = open.balanceOf(account);
        vm.prank(account);
        vault.withdraw(_live[i]);
        equal(open.balanceOf(account) - before, amount, "a withdrawal pays what its ticket is worth");
        _dropTicket(i);
        _done();
    }

    function restake(uint256 which) external {
        (bool ready, uint256 i, address account, uint256 amount) = _thawed(which);
        if (!ready || amount == 0 || _isWiped(vault.delegates(account))) return;
        vm.prank(account);
        vault.restake(_live[i]);
        _dropTicket(i);
        _done();
    }

    function addReward(uint256 amount) external {
        amount = within(amount, 1, 100_000 ether);
        vault.addReward(amount);
        _rewarded += amount;
        _done();
    }

    function collect(uint256 who) external {
        address account = accounts[who % ACCOUNTS];
        uint256 due = vault.earned(account);
        if (due == 0) return;
        uint256 before = open.balanceOf(account);
        vault.collect(account);
        equal(open.balanceOf(account) - before, due, "collect pays what is earned");
        _collected += due;
        _done();
    }

    function register(uint256 who, uint256 commission) external {
        address account = accounts[who % ACCOUNTS];
        if (vault.validatorSince(account) != 0 || vault.delegates(account) != account) return;
        uint256 staked = vault.stakeOf(account);
        vm.prank(account);
        vault.register(within(commission, 0, 5_000));
        equal(vault.stakeOf(account), staked, "registering moves no stake");
        _done();
    }

    function delegate(uint256 who, uint256 whom) external {
        address account = accounts[who % ACCOUNTS];
        address to = accounts[whom % ACCOUNTS];
        address from = vault.delegates(account);
        bool validator = vault.validatorSince(account) != 0;
        bool home = to == account && !validator;
        if (from == to || (!home && !_isLiving(to)) || _live.length >= MOST_TICKETS) return;
        if (from == account && validator && !_isWiped(account)) return;
        vm.prank(account);
        vault.delegate(to);
        if (_noteTickets()) ++reached["delegation that thaws"];
        _done();
    }

    function setCommission(uint256 who, uint256 commission) external {
        address account = accounts[who % ACCOUNTS];
        if (!_isLiving(account)) return;
        vm.prank(account);
        vault.setCommission(within(commission, 0, 5_000));
        _done();
    }

    function applyCommission(uint256 who) external {
        address account = accounts[who % ACCOUNTS];
        (,,, uint256 before, uint256 next, uint256 from) = vault.validators(account);
        if (from == 0 || block.timestamp < from || !_isLiving(account)) return;
        vault.applyCommission(account);
        (,,, uint256 commission,,) = vault.validators(account);
        holds(next > before && commission == next, "a commission rises to what was announced");
        _done();
    }

    /// @dev Takes the same fraction of active and thawing stake. One slash in 16 takes all, most take little.
    function slash(uint256 who, uint256 fraction) external {
        address account = accounts[who % ACCOUNTS];
        if (!_isLiving(account)) return;
        fraction = fraction % 16 == 0 ? WHOLE : within(fraction, 1, WHOLE / (1 + fraction % 50));
        (uint256 staked, uint256 thawing, uint256 price,,,) = vault.validators(account);
        uint256 votes = vault.getVotes(account);
        uint256 before = open.balanceOf(SLASHER);
        vm.prank(SLASHER);
        vault.slash(account, fraction);

        uint256 taken = open.balanceOf(SLASHER) - before;
        (uint256 stakedAfter, uint256 thawingAfter, uint256 priceAfter,,,) = vault.validators(account);
        if (priceAfter == 0) {
            atMost(price * (WHOLE - fraction) / WHOLE, 1e18, "only a price of next to nothing is none");
        }
        _checkCut(staked, stakedAfter, fraction, priceAfter);
        _checkCut(thawing, thawingAfter, fraction, priceAfter);
        uint256 lost = staked + thawing - stakedAfter - thawingAfter;
        // Both parts are rounded by less than a wei, and so is their sum.
        holds(taken + 1 >= lost && taken <= lost + 1, "what is slashed goes to the slasher");
        equal(votes - vault.getVotes(account), staked - stakedAfter, "a slash lowers votes at once");
        if (thawing > 1 ether) ++reached["slash of thawing stake"];
        if (staked > vault.stakeOf(account) + 1 ether) ++reached["slash of a pool with delegators"];
        if (priceAfter == 0) ++reached["wiped pool"];
        _done();
    }

    function strayTransfer(uint256 amount) external {
        amount = within(amount, 1, 1 ether);
        open.transfer(address(vault), amount);
        _stray += amount;
        _done();
    }

    function wait(uint256 time) external {
        // What is told of this moment must stay so when it is over.
        _moment.time = block.timestamp;
        _moment.total = vault.totalStaked();
        for (uint256 i; i < ACCOUNTS; ++i) {
            _moment.votes[i] = vault.getVotes(accounts[i]);
            _moment.stakes[i] = vault.stakeOf(accounts[i]);
            _moment.delegates[i] = vault.delegates(accounts[i]);
        }
        vm.warp(block.timestamp + within(time, 1, UNBONDING));
        _done();
    }

    /* INVARIANTS */

    function check() external view override {
        equal(open.totalSupply(), 1e27, "the supply is fixed");
        poolsCoverTheirMembers();
        vaultHoldsWhatItOwes();
        if (_moment.time != 0) pastStays();
    }

    function poolsCoverTheirMembers() internal view {
        uint256 total;
        for (uint256 p; p < ACCOUNTS; ++p) {
            uint256 members;
            for (uint256 i; i < ACCOUNTS; ++i) {
                if (vault.delegates(accounts[i]) == accounts[p]) members += vault.stakeOf(accounts[i]);
            }
            uint256 votes = vault.getVotes(accounts[p]);
            atMost(members, votes, "the stake of a pool's members is at most the pool");
            if (vault.validatorSince(accounts[p]) != 0) {
                (uint256 staked,,,,,) = vault.validators(accounts[p]);
                equal(staked, votes, "a validator's pool votes with all that is in it");
            }
            total += votes;
        }
        equal(total, vault.totalStaked(), "pools add up to all votes");
    }

    function vaultHoldsWhatItOwes() internal view {
        uint256 owed = vault.totalStaked() + _rewarded - _collected + _stray;
        uint256 earned;
        for (uint256 i; i < ACCOUNTS; ++i) {
            earned += vault.earned(accounts[i]);
        }
        atMost(earned, _rewarded - _collected, "what is earned came in and is not collected");
        for (uint256 i; i < _live.length; ++i) {
            (,, uint256 amount,) = vault.tickets(_live[i]);
            owed += amount;
        }
        atMost(owed, open.balanceOf(address(vault)), "the vault holds stake, thawing stake and rewards");
    }

    function pastStays() internal view {
        Moment memory moment = _moment;
        if (moment.time >= block.timestamp) return;
        equal(vault.getPastTotalSupply(moment.time), moment.total, "past votes stay");
        uint256 total;
        for (uint256 i; i < ACCOUNTS; ++i) {
            equal(vault.getPastVotes(accounts[i], moment.time), moment.votes[i], "past votes of a pool stay");
            equal(vault.getPastBalanceOf(accounts[i], moment.time), moment.stakes[i], "past stake stays");
            holds(vault.getPastDelegate(accounts[i], moment.time) == moment.delegates[i], "past delegates stay");
            total += moment.votes[i];
        }
        equal(total, moment.total, "pools add up to all votes at every checkpoint");
    }

    /// @inheritdoc Handler
    function everybodyLeaves() external override {
        // The stream stands still without stake, so somebody stays until it is over.
        vault.stake(1 ether);
        vm.warp(block.timestamp + 2 * STREAM);
        for (uint256 i; i < ACCOUNTS; ++i) {
            uint256 staked = vault.stakeOf(accounts[i]);
            if (staked != 0) {
                vm.prank(accounts[i]);
                vault.unstake(staked);
            }
            if (vault.earned(accounts[i]) != 0) vault.collect(accounts[i]);
        }
        vault.unstake(1 ether);
        if (vault.earned(address(this)) != 0) vault.collect(address(this));
        _noteTickets();
        vm.warp(block.timestamp + UNBONDING);
        for (uint256 i; i < _live.length; ++i) {
            (address account,,,) = vault.tickets(_live[i]);
            vm.prank(account);
            vault.withdraw(_live[i]);
        }
        equal(vault.totalStaked(), 0, "everybody has left");
        atMost(open.balanceOf(address(vault)), _stray + DUST, "next to nothing stays when everybody has left");
    }

    /* INTERNAL */

    /// @dev Amounts of every size, from a wei to 100,000 OPEN.
    function _amount(uint256 word) internal pure returns (uint256) {
        return within(word, 1, 10 ** (word % 24));
    }

    function _isLiving(address account) internal view returns (bool) {
        (,, uint256 price,,,) = vault.validators(account);
        return price != 0;
    }

    function _isWiped(address account) internal view returns (bool) {
        return vault.validatorSince(account) != 0 && !_isLiving(account);
    }

    function _thawed(uint256 which) internal view returns (bool ready, uint256 i, address account, uint256 amount) {
        if (_live.length == 0) return (false, 0, account, 0);
        i = which % _live.length;
        uint256 availableAt;
        (account,, amount, availableAt) = vault.tickets(_live[i]);
        ready = block.timestamp >= availableAt;
    }

    /// @dev Tickets are numbered in order.
    function _noteTickets() internal returns (bool found) {
        while (true) {
            (address account,,,) = vault.tickets(_nextTicket);
            if (account == address(0)) return found;
            _live.push(_nextTicket++);
            found = true;
        }
    }

    function _dropTicket(uint256 i) internal {
        _live[i] = _live[_live.length - 1];
        _live.pop();
    }

    /// @dev The rest is (1 − fraction) of what was, but for the rounding of a wei and of the price.
    function _checkCut(uint256 before, uint256 rest, uint256 fraction, uint256 price) internal pure {
        if (price == 0) return equal(rest, 0, "a wiped pool is worth nothing");
        uint256 expected = before * (WHOLE - fraction) / WHOLE;
        atMost(rest, expected + 1, "a slash takes its fraction");
        atMost(expected, rest + 2 + expected / 1e17, "a slash takes no more than its fraction");
    }
}
