// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IModels} from "../../contracts/interfaces/IModels.sol";
import {Handler} from "./lib/Handler.sol";
import {Suite} from "./lib/Suite.sol";

/// @title Versions on both tracks, taken on by whoever tries, at whatever time
/// @notice Every step is tried in every state. Where Models grants one, the ghosts must say that it was due: they are kept
/// from what the actors did, not from what Models tells.
contract ModelsHandler is Suite {
    /// @dev How many of the newest versions are acted on and checked.
    uint256 internal constant NEWEST = 6;
    uint256 internal constant STAKERS = 3;
    uint256 internal constant BASIS_POINTS = 10_000;

    /// What has happened to a version.
    struct History {
        bytes32 terms; // hash of what was proposed
        address developer;
        IModels.State state;
        bool voted;
        bool unopposed;
        bool evaluated;
        uint256 evaluatedAt;
        uint256 proposedAt;
        uint256 objections; // votes
        uint256 supply; // votes before the proposal
        uint256 bond; // wei that is held
    }

    address[2] internal developers = [address(0xDE1), address(0xDE2)];
    address[STAKERS] internal stakers;

    /* GHOSTS */

    History[] internal _history;
    mapping(uint256 model => mapping(address account => bool)) internal _objected;
    uint256 internal _held; // wei of bonds
    uint256 internal _forfeited;
    uint256 internal _stray;

    constructor() {
        address[] memory committee = new address[](1);
        committee[0] = address(this);
        datanets.create("Bees", "MIT", 10 ether, committee);
        datanets.create("Wasps", "MIT", 10 ether, committee);
        for (uint256 i; i < 2; ++i) {
            open.transfer(developers[i], 100_000_000 ether);
            vm.prank(developers[i]);
            open.approve(address(models), type(uint256).max);
        }
        for (uint256 i; i < STAKERS; ++i) {
            stakers[i] = vm.addr(keyOf(i));
            // The last has too little to evaluate, and to object alone.
            vault.stakeFor(stakers[i], i == 2 ? 300 ether : 15_000 ether);
        }
        vm.warp(block.timestamp + 1);
    }

    function actions() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](15);
        list[0] = this.propose.selector;
        list[1] = this.follow.selector;
        list[2] = this.vote.selector;
        list[3] = this.object.selector;
        list[4] = this.approveUnopposed.selector;
        list[5] = this.recordTrained.selector;
        list[6] = this.recordEvaluation.selector;
        list[7] = this.goLive.selector;
        list[8] = this.suspend.selector;
        list[9] = this.retire.selector;
        list[10] = this.sell.selector;
        list[11] = this.strayTransfer.selector;
        list[12] = this.wait.selector;
        // Twice as often as the others.
        list[13] = this.advance.selector;
        list[14] = this.advance.selector;
    }

    function kinds() external pure override returns (string[] memory list) {
        list = new string[](5);
        list[0] = "live by a vote";
        list[1] = "live unopposed";
        list[2] = "objected to a quorum";
        list[3] = "refused: too early";
        list[4] = "bond of a suspended version";
    }

    /* ACTIONS */

    /// @dev One in 16, after the first: versions should live for a while.
    function propose(uint256 who, uint256 word) external {
        if (_history.length != 0 && who % 16 != 0) return;
        IModels.Terms memory terms =
            _terms(address(uint160(0x0F00 + word % 2)), IModels.Split(2_000, 2_500, 1_000, 500, 500, 3_500));
        terms.datanet = uint32(word % 2);
        terms.adapterHash = keccak256(abi.encode(word));
        _propose(developers[who / 16 % 2], terms, word);
    }

    /// @dev The next version of another one, with or without worse terms for others.
    function follow(uint256 which, uint256 word) external {
        if (word / 4 % 4 != 0) return;
        (bool known, uint256 parent) = _pick(which);
        if (!known) return;
        // Mostly of a live one, where there is one.
        for (uint256 i; word % 4 != 0 && i < NEWEST && _history[parent].state != IModels.State.Live; ++i) {
            (, parent) = _pick(which % NEWEST + i);
        }
        IModels.Terms memory terms = models.termsOf(parent);
        terms.parentAfter = uint32(parent + 1);
        terms.adapterHash = keccak256(abi.encode(word));
        if (word % 4 == 0) terms.priceOut += 1;
        if (word % 8 == 1) terms.datanet ^= 1;
        _propose(_history[parent].developer, terms, word);
    }

    /// @dev What a vote that passed does, as the timelock.
    function vote(uint256 which) external {
        (bool known, uint256 model) = _pick(which);
        if (known) _vote(model);
    }

    function _vote(uint256 model) internal {
        vm.prank(timelock);
        try models.approve(model) {
            holds(_history[model].state == IModels.State.Proposed, "only what is proposed is approved");
            _history[model].voted = true;
            _history[model].state = IModels.State.Approved;
            ++successes[this.vote.selector];
        } catch {}
    }

    function object(uint256 which, uint256 who) external {
        (bool known, uint256 model) = _pick(which);
        // Half of them by the one that is no quorum by itself.
        address staker = stakers[who % 2 == 0 ? who / 2 % 2 : 2];
        if (!known) return;
        // What can be objected to, where there is any.
        for (uint256 i; i < NEWEST && !_isOpen(model); ++i) {
            (, model) = _pick(which % NEWEST + i);
        }
        History storage history = _history[model];
        vm.prank(staker);
        try models.object(model, "no") {
            holds(!_objected[model][staker], "nobody objects twice");
            holds(block.timestamp < history.proposedAt + OBJECTION_WINDOW, "nobody objects too late");
            _objected[model][staker] = true;
            history.objections += vault.getPastVotes(staker, history.proposedAt - 1);
            if (_isOpposed(history)) ++reached["objected to a quorum"];
            _done();
        } catch {}
    }

    function approveUnopposed(uint256 which) external {
        (bool known, uint256 model) = _pick(which);
        if (known) _approveUnopposed(model);
    }

    function _approveUnopposed(uint256 model) internal {
        History storage history = _history[model];
        try models.approveUnopposed(model) {
            holds(history.state == IModels.State.Proposed, "only what is proposed is approved");
            holds(block.timestamp >= history.proposedAt + OBJECTION_WINDOW, "not before the window is over");
            holds(!_isOpposed(history), "not against the objections of a quorum");
            _checkFollows(model);
            history.unopposed = true;
            history.state = IModels.State.Approved;
            ++successes[this.approveUnopposed.selector];
        } catch {
            ++reached["refused: too early"];
        }
    }

    function recordTrained(uint256 which, uint256 word) external {
        (bool known, uint256 model) = _pick(which);
        if (known) _recordTrained(model, word % 4 == 0);
    }

    function _recordTrained(uint256 model, bool other) internal {
        IModels.Terms memory terms = models.termsOf(model);
        bytes32 adapter = other ? keccak256("another adapter") : terms.adapterHash;
        vm.prank(_history[model].developer);
        try models.recordTrained(model, terms.manifestHash, adapter, "") {
            holds(!other, "the adapter is what was approved");
            holds(_history[model].state == IModels.State.Approved, "only what is approved is trained");
            _history[model].state = IModels.State.Trained;
            ++successes[this.recordTrained.selector];
        } catch {}
    }

    function recordEvaluation(uint256 which, uint256 who, uint256 perplexity) external {
        (bool known, uint256 model) = _pick(which);
        if (!known) return;
        address validator = who % 4 == 3 ? _history[model].developer : stakers[who % STAKERS];
        _recordEvaluation(model, validator, within(perplexity, 7_000, 9_500));
    }

    function _recordEvaluation(uint256 model, address validator, uint256 perplexity) internal {
        vm.prank(validator);
        try models.recordEvaluation(model, uint32(perplexity), keccak256("report")) {
            holds(_history[model].state == IModels.State.Trained, "only what is trained is evaluated");
            atMost(perplexity, 9_000, "the declared target is met");
            atMost(VALIDATOR_STAKE, vault.getPastVotes(validator, block.timestamp - 1), "a validator has stake");
            _history[model].evaluated = true;
            _history[model].evaluatedAt = block.timestamp;
            _history[model].state = IModels.State.Evaluated;
            ++successes[this.recordEvaluation.selector];
        } catch {}
    }

    function goLive(uint256 which) external {
        (bool known, uint256 model) = _pick(which);
        if (known) _goLive(model);
    }

    function _goLive(uint256 model) internal {
        History storage history = _history[model];
        uint256 before = open.balanceOf(history.developer);
        try models.goLive(model) {
            holds(history.evaluated, "no Live without an evaluation");
            holds(block.timestamp >= history.evaluatedAt + EVALUATION_WINDOW, "no Live within the window");
            ++reached[history.voted ? "live by a vote" : "live unopposed"];
            history.state = IModels.State.Live;
            equal(open.balanceOf(history.developer) - before, history.bond, "the bond comes back");
            _held -= history.bond;
            history.bond = 0;
            ++successes[this.goLive.selector];
        } catch {
            ++reached["refused: too early"];
        }
    }

    /// @dev One in 8: what is suspended comes back never, and there should be something live.
    function suspend(uint256 which, uint256 chance) external {
        (bool known, uint256 model) = _pick(which);
        if (!known || chance % 8 != 0) return;
        vm.prank(timelock);
        try models.suspend(model) {
            IModels.State state = _history[model].state;
            holds(state >= IModels.State.Approved && state <= IModels.State.Live, "only what is under way is suspended");
            if (_history[model].bond != 0) ++reached["bond of a suspended version"];
            _forfeited += _history[model].bond;
            _held -= _history[model].bond;
            _history[model].bond = 0;
            _history[model].state = IModels.State.Suspended;
            _done();
        } catch {}
    }

    function retire(uint256 which, uint256 chance) external {
        (bool known, uint256 model) = _pick(which);
        if (!known || chance % 16 != 0) return;
        if (_retire(model)) _done();
    }

    /// @dev The version, and with it the developer's part, goes to the other developer.
    function sell(uint256 which, uint256 chance) external {
        (bool known, uint256 model) = _pick(which);
        if (!known || chance % 4 != 0) return;
        address from = _history[model].developer;
        address to = developers[from == developers[0] ? 1 : 0];
        vm.prank(from);
        models.transferFrom(from, to, model);
        _history[model].developer = to;
        _done();
    }

    function strayTransfer(uint256 amount) external {
        amount = within(amount, 1, 1 ether);
        open.transfer(address(models), amount);
        _stray += amount;
        _done();
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, 20 minutes));
        _done();
    }

    /// @dev The step that is due, after the wait that it needs, so that versions do go live.
    function advance(uint256 which) external {
        (bool known, uint256 model) = _pick(which);
        if (!known) return;
        History storage history = _history[model];
        IModels.State state = history.state;
        if (state == IModels.State.Proposed) {
            (uint256 closesAt,,) = models.objectionsOf(model);
            if (block.timestamp < closesAt) vm.warp(closesAt);
            _approveUnopposed(model);
            if (history.state == IModels.State.Proposed) _vote(model);
        } else if (state == IModels.State.Approved) {
            _recordTrained(model, false);
        } else if (state == IModels.State.Trained) {
            _recordEvaluation(model, stakers[0], 8_000);
        } else if (state == IModels.State.Evaluated) {
            uint256 from = history.evaluatedAt + EVALUATION_WINDOW;
            if (block.timestamp < from) vm.warp(from);
            _goLive(model);
        } else {
            return;
        }
        holds(history.state > state, "what is due is granted");
        _done();
    }

    /* INVARIANTS */

    function check() external view override {
        equal(open.totalSupply(), 1e27, "the supply is fixed");
        for (uint256 model = _oldest(); model < _history.length; ++model) {
            History storage history = _history[model];
            IModels.State state = models.stateOf(model);
            holds(state == history.state, "only its own steps move a version");
            if (state == IModels.State.Live) {
                holds(history.voted || history.unopposed, "no Live without a vote or an unopposed window");
                holds(history.evaluated, "no Live without an evaluation");
                atMost(history.evaluatedAt + EVALUATION_WINDOW, block.timestamp, "no Live within the window");
            }
            holds(keccak256(abi.encode(models.termsOf(model))) == history.terms, "terms never change");
        }
        equal(open.balanceOf(address(models)), _held + _stray, "Models holds the bonds, to the wei");
        equal(open.balanceOf(timelock), _forfeited, "a forfeited bond is the treasury's");
        atMost(models.MINIMUM_BOND(), models.requiredBond(), "the least bond never falls below its floor");
    }

    /// @inheritdoc Handler
    function everybodyLeaves() external override {
        for (uint256 model; model < _history.length; ++model) {
            _retire(model);
        }
        equal(open.balanceOf(address(models)), _stray, "no bond stays");
    }

    /* INTERNAL */

    function _propose(address developer, IModels.Terms memory terms, uint256 word) internal {
        uint256 required = models.requiredBond();
        // Now and then so late that the bond has fallen back, or the campaign would run out of it.
        if (required > 100_000 ether || open.balanceOf(developer) < 2 * required) return;
        uint256 bond = within(word, required, 2 * required);
        History storage history = _history.push();
        history.terms = keccak256(abi.encode(terms));
        history.developer = developer;
        history.state = IModels.State.Proposed;
        history.proposedAt = block.timestamp;
        history.supply = vault.getPastTotalSupply(block.timestamp - 1);
        history.bond = bond;
        _held += bond;
        vm.prank(developer);
        uint256 model = models.propose(terms, uint96(bond), "");
        equal(model, _history.length - 1, "ids are in order");
        // A moment passes, for the votes before the next proposal.
        vm.warp(block.timestamp + 1);
        _done();
    }

    function _oldest() internal view returns (uint256) {
        return _history.length - smaller(_history.length, NEWEST);
    }

    /// @dev One of the newest.
    function _pick(uint256 which) internal view returns (bool, uint256) {
        if (_history.length == 0) return (false, 0);
        uint256 oldest = _oldest();
        return (true, oldest + which % (_history.length - oldest));
    }

    /// @dev The developer can always retire what is not over, and has its bond back.
    function _retire(uint256 model) internal returns (bool) {
        History storage history = _history[model];
        if (history.state > IModels.State.Live) return false;
        uint256 before = open.balanceOf(history.developer);
        vm.prank(history.developer);
        models.retire(model);
        equal(open.balanceOf(history.developer) - before, history.bond, "a retired version's bond comes back");
        _held -= history.bond;
        history.bond = 0;
        history.state = IModels.State.Retired;
        return true;
    }

    function _isOpen(uint256 model) internal view returns (bool) {
        (uint256 closesAt,,) = models.objectionsOf(model);
        return block.timestamp < closesAt && _history[model].state == IModels.State.Proposed;
    }

    function _isOpposed(History storage history) internal view returns (bool) {
        return history.objections * BASIS_POINTS >= history.supply * OBJECTION_QUORUM;
    }

    /// @dev Only the next version of a live one of the same developer, with terms as good for all others.
    function _checkFollows(uint256 model) internal view {
        IModels.Terms memory terms = models.termsOf(model);
        holds(terms.parentAfter != 0, "what follows none needs a vote");
        uint256 parent = terms.parentAfter - 1;
        IModels.Terms memory before = models.termsOf(parent);
        holds(_history[parent].state == IModels.State.Live, "what it follows is live");
        holds(_history[parent].developer == _history[model].developer, "and of the same developer");
        holds(terms.datanet == before.datanet && terms.baseHash == before.baseHash, "the same base and Datanet");
        atMost(terms.priceIn, before.priceIn, "no higher price");
        atMost(terms.priceOut, before.priceOut, "no higher price");
        atMost(before.split.contributors, terms.split.contributors, "no lower share for contributors");
    }
}
