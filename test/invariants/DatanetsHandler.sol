// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDatanets} from "../../contracts/interfaces/IDatanets.sol";
import {Lists} from "../../contracts/libraries/Lists.sol";
import {Handler} from "./lib/Handler.sol";
import {Suite} from "./lib/Suite.sol";

/// @title Four contributors who also challenge and prove, a committee of three, one Datanet
/// @notice Every batch is two rows: one that all share, and one of its own; so all of them repeat one another.
contract DatanetsHandler is Suite {
    uint256 internal constant PEOPLE = 4;
    uint256 internal constant SEATS = 3;
    /// @dev How many of the newest contributions are acted on and checked.
    uint256 internal constant NEWEST = 6;
    bytes32 internal constant SHARED = keccak256("the queen lays");
    bytes32 internal constant SALT = keccak256("salt");

    address[PEOPLE] internal people;
    address[SEATS] internal committee;

    /* GHOSTS */

    uint256 internal _count;
    uint256 internal _stray;
    mapping(uint256 contribution => address) internal _owner;
    mapping(uint256 contribution => bytes32) internal _own; // its second row
    mapping(uint256 contribution => mapping(uint256 seat => uint8)) internal _scores;
    uint256 internal _held; // wei of bonds and stakes of contributions that are too old to be acted on

    constructor() {
        address[] memory seats = new address[](SEATS);
        for (uint256 i; i < SEATS; ++i) {
            seats[i] = committee[i] = vm.addr(keyOf(30 + i));
            if (i != 2) vault.stakeFor(committee[i], 1_000 ether * (i + 1));
        }
        for (uint256 i; i < PEOPLE; ++i) {
            people[i] = vm.addr(keyOf(i));
            open.transfer(people[i], 100_000_000 ether);
            vm.prank(people[i]);
            open.approve(address(datanets), type(uint256).max);
        }
        datanets.create("Bees", "MIT", 10 ether, seats);
        vm.warp(block.timestamp + 1);
    }

    function actions() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](15);
        list[0] = this.commit.selector;
        list[1] = this.reveal.selector;
        list[2] = this.expire.selector;
        list[3] = this.commitScore.selector;
        list[4] = this.revealScore.selector;
        list[5] = this.round.selector;
        list[6] = this.decide.selector;
        list[7] = this.challenge.selector;
        list[8] = this.withdrawConsent.selector;
        list[9] = this.returnBond.selector;
        list[10] = this.proveDuplicate.selector;
        list[11] = this.strayTransfer.selector;
        list[12] = this.wait.selector;
        list[13] = this.round.selector; // twice as often as the others
        list[14] = this.overturn.selector;
    }

    function kinds() external pure override returns (string[] memory list) {
        list = new string[](4);
        list[0] = "accepted";
        list[1] = "rejected";
        list[2] = "overturned";
        list[3] = "bond of an heir";
    }

    /* ACTIONS: what is not due is refused whole */

    function commit(uint256 who, uint256 bond, uint256 chance) external {
        // One in 4, after the first: contributions should live for a while.
        if (_count != 0 && chance % 4 != 0) return;
        address owner = people[who % PEOPLE];
        bytes32 own = keccak256(abi.encode("row", _count));
        bytes32 commitment = datanets.commitmentOf(0, owner, _root(own), 2, SALT);
        vm.prank(owner);
        uint256 id = datanets.commit(0, commitment, uint96(within(bond, 10 ether, 200 ether)));
        equal(id, _count, "ids are in the order of commitment");
        (_owner[id], _own[id]) = (owner, own);
        ++_count;
        if (_count > NEWEST) _held += _owedOf(_count - 1 - NEWEST);
        _done();
    }

    function reveal(uint256 which) external {
        (bool known, uint256 id) = _pick(which);
        if (!known) return;
        vm.prank(_owner[id]);
        try datanets.reveal(id, _root(_own[id]), 2, SALT, "") {
            _done();
        } catch {}
    }

    function expire(uint256 which) external {
        (bool known, uint256 id) = _pick(which);
        if (!known) return;
        try datanets.expire(id) {
            _done();
        } catch {}
    }

    function commitScore(uint256 which, uint256 seat, uint256 score) external {
        (bool known, uint256 id) = _pick(which);
        if (known && _commitScore(id, seat % SEATS, uint8(score % 101))) _done();
    }

    function revealScore(uint256 which, uint256 seat) external {
        (bool known, uint256 id) = _pick(which);
        if (known && _revealScore(id, seat % SEATS)) _done();
    }

    /// @dev All seats score an open round, so that verdicts come about.
    function round(uint256 which, uint256 word) external {
        (bool known, uint256 id) = _pick(which);
        if (!known || datanets.reviewOf(id).startedAt == 0) return;
        bool challenged = datanets.reviewOf(id).challenger != address(0);
        bool accepted = datanets.reviewOf(id).accepted;
        // Now and then one is still to come, or stays silent.
        _score(id, uint8((word >> 8) % 101), word % 3 == 0 ? 1 : 0);
        IDatanets.Review memory review = datanets.reviewOf(id);
        if (review.startedAt != 0) return;
        ++reached[review.accepted ? "accepted" : "rejected"];
        if (challenged && review.accepted != accepted) ++reached["overturned"];
        _done();
    }

    function decide(uint256 which) external {
        (bool known, uint256 id) = _pick(which);
        if (!known) return;
        try datanets.decide(id) {
            _done();
        } catch {}
    }

    function challenge(uint256 which, uint256 who) external {
        (bool known, uint256 id) = _pick(which);
        if (known && _challenge(id, people[who % PEOPLE])) _done();
    }

    /// @dev A whole challenge that the challenger wins, and mostly the return of a bond after it.
    function overturn(uint256 which, uint256 who) external {
        (bool known, uint256 id) = _pick(which);
        if (!known || !_challenge(id, people[who % PEOPLE])) return;
        _score(id, datanets.reviewOf(id).accepted ? 10 : 90, 0);
        ++reached["overturned"];
        _done();
        if (who % 3 == 0) return;
        vm.warp(block.timestamp + 1 hours);
        _returnBond(id);
    }

    /// @dev A contributor can always withdraw consent, from what is pending or accepted.
    function withdrawConsent(uint256 which, uint256 chance) external {
        (bool known, uint256 id) = _pick(which);
        if (!known || chance % 4 != 0) return;
        IDatanets.Status status = datanets.contributionOf(id).status;
        if (status != IDatanets.Status.Pending && status != IDatanets.Status.Accepted) return;
        vm.prank(_owner[id]);
        datanets.withdrawConsent(id);
        _done();
    }

    function returnBond(uint256 which) external {
        (bool known, uint256 id) = _pick(which);
        if (known) _returnBond(id);
    }

    function _returnBond(uint256 id) internal {
        uint256 bond = datanets.contributionOf(id).bond;
        address heir = datanets.reviewOf(id).heir;
        address due = heir == address(0) ? _owner[id] : heir;
        uint256 before = open.balanceOf(due);
        try datanets.returnBond(id) {
            equal(open.balanceOf(due) - before, bond, "a bond goes to its contributor, or to who had it rejected");
            if (heir != address(0)) ++reached["bond of an heir"];
            ++successes[this.returnBond.selector];
        } catch {}
    }

    /// @dev One in 2: most contributions here could be proved at once.
    function proveDuplicate(uint256 which, uint256 other, uint256 who) external {
        (bool known, uint256 copy) = _pick(which);
        if (!known || other / 8 % 2 != 0) return;
        (, uint256 original) = _pick(other);
        // One that may be the original, where there is any.
        for (uint256 i; i < NEWEST && !_mayPrecede(original, copy); ++i) {
            (, original) = _pick(other % NEWEST + i);
        }
        uint256 bond = datanets.contributionOf(copy).bond;
        address prover = people[who % PEOPLE];
        address challenger = datanets.reviewOf(copy).challenger;
        uint256 stake = datanets.reviewOf(copy).stake;
        uint256 before = open.balanceOf(prover);
        vm.prank(prover);
        try datanets.proveDuplicate(SHARED, _proof(original), _proof(copy)) {
            atMost(original + 1, copy, "the earlier one is the original");
            holds(_owner[original] != _owner[copy], "nobody copies from oneself");
            uint256 gained = open.balanceOf(prover) - before;
            equal(gained, bond + (challenger == prover ? stake : 0), "the copy's bond goes to the prover");
            _done();
        } catch {}
    }

    function strayTransfer(uint256 amount) external {
        amount = within(amount, 1, 1 ether);
        open.transfer(address(datanets), amount);
        _stray += amount;
        _done();
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, 30 minutes));
        _done();
    }

    /* INVARIANTS */

    function check() external view override {
        equal(open.totalSupply(), 1e27, "the supply is fixed");
        uint256 owed = _held + _stray;
        uint256 before;
        for (uint256 id = _oldest(); id < _count; ++id) {
            owed += _owedOf(id);
            IDatanets.Contribution memory contribution = datanets.contributionOf(id);
            atMost(before, contribution.committedAt, "ids are in the order of priority");
            before = contribution.committedAt;
            holds(datanets.accountOf(contribution.contributor) == _owner[id], "a contributor's account never changes");
            IDatanets.Status status = contribution.status;
            if (status == IDatanets.Status.Duplicate || status == IDatanets.Status.Expired) {
                equal(contribution.bond, 0, "a duplicate and what expired have no bond");
            }
            IDatanets.Review memory review = datanets.reviewOf(id);
            holds(
                (review.stake == 0) == (review.challenger == address(0)), "a challenger and its bond are there together"
            );
            if (review.stake != 0) holds(review.startedAt != 0, "a challenge is there only while a round is open");
        }
        equal(open.balanceOf(address(datanets)), owed, "Datanets holds each bond and each challenge, to the wei");
    }

    /// @inheritdoc Handler
    function everybodyLeaves() external override {
        vm.warp(block.timestamp + 2 hours);
        for (uint256 id = _oldest(); id < _count; ++id) {
            IDatanets.Contribution memory contribution = datanets.contributionOf(id);
            if (contribution.status == IDatanets.Status.Committed) datanets.expire(id);
            if (contribution.status == IDatanets.Status.Pending || contribution.status == IDatanets.Status.Accepted) {
                vm.prank(_owner[id]);
                datanets.withdrawConsent(id);
            }
            // A challenge that nobody answers comes back.
            if (datanets.reviewOf(id).startedAt != 0) {
                vm.warp(block.timestamp + 2 hours);
                datanets.decide(id);
                // What was rejected may be accepted by it.
                if (datanets.contributionOf(id).status == IDatanets.Status.Accepted) {
                    vm.prank(_owner[id]);
                    datanets.withdrawConsent(id);
                }
            }
        }
        vm.warp(block.timestamp + 1 hours);
        for (uint256 id = _oldest(); id < _count; ++id) {
            if (datanets.contributionOf(id).bond != 0) datanets.returnBond(id);
        }
        equal(open.balanceOf(address(datanets)), _held + _stray, "no bond stays");
    }

    /* INTERNAL */

    function _commitScore(uint256 id, uint256 seat, uint8 score) internal returns (bool) {
        IDatanets.Review memory review = datanets.reviewOf(id);
        bytes32 commitment = datanets.scoreCommitmentOf(id, review.round, committee[seat], score, SALT);
        vm.prank(committee[seat]);
        try datanets.commitScore(id, commitment) {
            _scores[id][seat] = score;
            return true;
        } catch {
            return false;
        }
    }

    function _revealScore(uint256 id, uint256 seat) internal returns (bool) {
        vm.prank(committee[seat]);
        try datanets.revealScore(id, _scores[id][seat], SALT) {
            return true;
        } catch {
            return false;
        }
    }

    function _mayPrecede(uint256 original, uint256 copy) internal view returns (bool) {
        return original < copy && _owner[original] != _owner[copy]
            && datanets.contributionOf(original).status == IDatanets.Status.Accepted;
    }

    function _challenge(uint256 id, address challenger) internal returns (bool) {
        uint256 bond = datanets.challengeBondOf(id);
        vm.prank(challenger);
        try datanets.challenge(id) {
            equal(datanets.reviewOf(id).stake, bond, "a challenge costs what was told");
            equal(datanets.challengeBondOf(id), 2 * bond, "the next one costs double");
            return true;
        } catch {
            return false;
        }
    }

    /// @dev All seats commit scores around `score`, and those from `first` on reveal them.
    function _score(uint256 id, uint8 score, uint256 first) internal {
        for (uint256 seat; seat < SEATS; ++seat) {
            _commitScore(id, seat, uint8(smaller(100, score + seat)));
        }
        IDatanets.Review memory review = datanets.reviewOf(id);
        if (block.timestamp < review.revealsAt) vm.warp(review.revealsAt);
        for (uint256 seat = first; seat < SEATS; ++seat) {
            _revealScore(id, seat);
        }
    }

    function _owedOf(uint256 id) internal view returns (uint256) {
        return uint256(datanets.contributionOf(id).bond) + datanets.reviewOf(id).stake;
    }

    function _oldest() internal view returns (uint256) {
        return _count - smaller(_count, NEWEST);
    }

    /// @dev One of the newest.
    function _pick(uint256 which) internal view returns (bool, uint256) {
        if (_count == 0) return (false, 0);
        uint256 oldest = _oldest();
        return (true, oldest + which % (_count - oldest));
    }

    function _root(bytes32 own) internal pure returns (bytes32) {
        return keccak256(abi.encode(Lists.ROWS, uint256(2), uint256(1), keccak256(abi.encode(SHARED, own))));
    }

    /// @dev Of the shared row, which stands first.
    function _proof(uint256 id) internal view returns (IDatanets.RowProof memory proof) {
        proof.contribution = id;
        proof.siblings = new bytes32[](1);
        proof.siblings[0] = _own[id];
    }
}
