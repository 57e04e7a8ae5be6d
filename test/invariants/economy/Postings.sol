// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../../../contracts/interfaces/IAttribution.sol";
import {IRewards} from "../../../contracts/interfaces/IRewards.sol";
import {Trees} from "../lib/Trees.sol";
import {Income} from "./Income.sol";

/// @title From a posting to a claim: bonds, the line, voids, roots, claims, pauses
/// @notice Postings are honest: their roots add exactly what they distribute. Which of them is voided is chance.
abstract contract Postings is Income {
    uint256 internal constant CONTRIBUTORS = 8; // Trees.COUNT
    uint256 internal constant POSTERS = 2;
    /// @dev Final roots that are claimed by.
    uint256 internal constant ROOTS = 4;

    struct Posted {
        IAttribution.Entry entry;
        uint256[CONTRIBUTORS] cumulatives;
    }

    struct Root {
        uint256 slot;
        uint256[CONTRIBUTORS] cumulatives;
    }

    address[POSTERS] internal posters;

    /* GHOSTS */

    Posted[] internal _pending;
    IAttribution.Entry[] internal _reclaimable;
    /// @dev The last final ones; the newest is root (_finals - 1) % ROOTS.
    Root[ROOTS] internal _roots;
    uint256 internal _finals;
    uint256[CONTRIBUTORS] internal _claimed; // wei
    uint256 internal _distributed; // by final postings, in wei
    uint256 internal _slashes; // bonds that the judge has not settled

    constructor() {
        for (uint256 i; i < POSTERS; ++i) {
            posters[i] = vm.addr(keyOf(20 + i));
            open.transfer(posters[i], 1_000_000 ether);
            vm.prank(posters[i]);
            open.approve(address(attribution), type(uint256).max);
        }
    }

    /* BONDS */

    function depositBond(uint256 who, uint256 amount) public {
        address poster = posters[who % POSTERS];
        amount = within(amount, 1, 5 * POSTING_BOND);
        if (_isPaused() || open.balanceOf(poster) < amount) return;
        vm.prank(poster);
        attribution.depositBond(amount);
        _done();
    }

    function withdrawBond(uint256 who, uint256 amount) external {
        address poster = posters[who % POSTERS];
        uint256 free = attribution.freeBond(poster);
        // Mostly little, or nobody could post.
        if (free == 0) return;
        vm.prank(poster);
        attribution.withdrawBond(within(amount, 1, amount % 8 == 0 ? free : (free + 99) / 100));
        if (_isPaused()) ++reached["withdrawal of a bond while paused"];
        _done();
    }

    /* THE LINE */

    function post(uint256 who, uint256 epochs, uint256 word) public {
        address poster = posters[who % POSTERS];
        if (_pending.length >= attribution.MAX_PENDING() || _isPaused()) return;
        if (attribution.freeBond(poster) < POSTING_BOND) return;
        (,, uint256 from,) = attribution.lineOf();
        (uint256 to, uint256 pool) = _feasible(from, epochs % 4 == 0 ? within(epochs, 1, 64) : 1);
        // A posting of nothing is of little interest.
        if (to < from || (pool == 0 && word % 2 != 0)) return;

        uint256[CONTRIBUTORS] memory cumulatives =
            _pending.length == 0 ? _newest() : _pending[_pending.length - 1].cumulatives;
        uint256 distributed = _distribute(cumulatives, within(word, pool - pool / 4, pool), word);
        IAttribution.Posting memory posting = IAttribution.Posting({
            parent: attribution.head(),
            fromEpoch: uint64(from),
            toEpoch: uint64(to),
            stepRoot: keccak256("steps"),
            payoutRoot: Trees.root(_leaves(cumulatives)),
            pool: uint128(pool),
            distributed: uint128(distributed),
            bundleHash: keccak256("bundle")
        });
        bytes32 id = _post(poster, posting);
        IAttribution.Entry memory entry = IAttribution.Entry(posting, poster, block.timestamp + WINDOW);
        holds(attribution.idOf(entry) == id && attribution.head() == id, "the head is what was posted");
        _pending.push(Posted(entry, cumulatives));
        if (_pending.length == attribution.MAX_PENDING()) ++reached["as many pending as may be"];
        _done();
    }

    /// @dev A posting whose window is over is made final, paused or not.
    function finalize() external {
        if (_finalize()) _done();
    }

    function voidPosting(uint256 which) external {
        if (_pending.length == 0) return;
        uint256 i = which / 4 % _pending.length;
        if (block.timestamp >= _pending[i].entry.activatesAt || which % 4 != 0) return;
        vm.prank(timelock);
        attribution.voidPosting(_pending[i].entry);
        _burned += POSTING_BOND / 2;
        _noteVoid(i);
        _done();
    }

    /// @dev A judge proves a posting wrong.
    function voidRefuted(uint256 which) external {
        if (_pending.length == 0) return;
        uint256 i = which / 8 % _pending.length;
        if (block.timestamp >= _pending[i].entry.activatesAt || which % 8 != 0) return;
        holds(attribution.isPending(_pending[i].entry), "what is pending is told so");
        vm.prank(judge);
        attribution.voidRefuted(_pending[i].entry);
        holds(!attribution.isPending(_pending[i].entry), "what is void is not pending");
        ++_slashes;
        _noteVoid(i);
        _done();
    }

    /// @dev The judge settles a bond once for every posting that it has voided, and no more.
    function paySlash() external {
        if (_slashes == 0) return;
        _paySlash();
        _done();
    }

    function _paySlash() internal {
        address refuter = address(0xBEEF);
        uint256 before = open.balanceOf(refuter);
        vm.prank(judge);
        attribution.paySlash(refuter);
        equal(open.balanceOf(refuter) - before, POSTING_BOND - POSTING_BOND / 2, "a refuter has half of a bond");
        _burned += POSTING_BOND / 2;
        if (--_slashes != 0) return;
        vm.prank(judge);
        vm.expectRevert(abi.encodeWithSelector(IAttribution.AttributionNoSlash.selector, judge));
        attribution.paySlash(refuter);
    }

    function _noteVoid(uint256 i) internal {
        if (_pending.length > i + 1) ++reached["void with descendants"];
        for (uint256 k = i + 1; k < _pending.length; ++k) {
            _reclaimable.push(_pending[k].entry);
        }
        while (_pending.length > i) {
            _pending.pop();
        }
    }

    function reclaimBond(uint256 which) external {
        if (_reclaimable.length == 0) return;
        _reclaim(which % _reclaimable.length);
        _done();
    }

    function pause(uint256 chance) external {
        (,,, uint256 until) = attribution.lineOf();
        if (chance % 8 != 0 || block.timestamp < until + attribution.PAUSE()) return;
        vm.prank(timelock);
        attribution.pause();
        _done();
    }

    /// @dev To the end of a pause, or to where another may begin, so that a campaign goes on.
    function outlast(uint256 chance) external {
        (,,, uint256 until) = attribution.lineOf();
        if (until == 0 || chance % 16 != 0) return;
        if (!_isPaused()) until += attribution.PAUSE();
        if (block.timestamp >= until) return;
        vm.warp(until);
        _done();
    }

    /* CLAIMS */

    function claim(uint256 who, uint256 which) external {
        (bool due, Root memory root, uint256 i) = _due(who, which);
        if (!due) return;
        uint256 before = open.balanceOf(_account(i));
        _claim(root, i);
        _noteClaim(root, i, open.balanceOf(_account(i)) - before);
        _done();
    }

    function claimRange(uint256 first, uint256 last, uint256 which) external {
        (bool known, Root memory root) = _root(which);
        if (!known) return;
        (first, last) = (first % CONTRIBUTORS, last % CONTRIBUTORS);
        if (first > last) (first, last) = (last, first);
        uint256 expected;
        for (uint256 i = first; i <= last; ++i) {
            uint256 cumulative = root.cumulatives[i];
            if (cumulative <= _claimed[i]) continue;
            expected += cumulative - _claimed[i];
            _claimed[i] = cumulative;
        }
        if (expected == 0) return;
        equal(_claimRange(root, first, last), expected, "a block pays what none of it has been paid");
        _done();
    }

    function claimWithSig(uint256 who, uint256 which) external {
        (bool due, Root memory root, uint256 i) = _due(who, which);
        if (!due) return;
        address recipient = address(0xCAFE);
        uint256 before = open.balanceOf(recipient);
        _claimWithSig(root, i, recipient);
        _noteClaim(root, i, open.balanceOf(recipient) - before);
        _done();
    }

    function claimAndStake(uint256 who, uint256 which) external {
        (bool due, Root memory root, uint256 i) = _due(who, which);
        if (!due) return;
        uint256 before = vault.stakeOf(_account(i));
        _claimAndStake(root, i);
        _noteClaim(root, i, vault.stakeOf(_account(i)) - before);
        _done();
    }

    /// @dev A claim that was paid, by this root or a newer one, is never paid again.
    function claimAgain(uint256 who, uint256 which) external {
        (bool known, Root memory root) = _root(which);
        uint256 i = who % CONTRIBUTORS;
        if (!known || root.cumulatives[i] > _claimed[i]) return;
        bytes32[CONTRIBUTORS] memory leaves = _leaves(root.cumulatives);
        bytes4 refused;
        try rewards.claim(_place(root, i), leaves[i], Trees.proof(leaves, i)) {}
        catch (bytes memory reason) {
            refused = bytes4(reason);
        }
        if (refused != IRewards.RewardsNothingToClaim.selector) {
            revert Broken("a claim pays once", root.cumulatives[i], _claimed[i]);
        }
        _done();
    }

    /* CALLS: what other signatures would change */

    function _post(address poster, IAttribution.Posting memory posting) internal returns (bytes32) {
        vm.prank(poster);
        return attribution.post(posting, "");
    }

    function _claim(Root memory root, uint256 i) internal {
        bytes32[CONTRIBUTORS] memory leaves = _leaves(root.cumulatives);
        rewards.claim(_place(root, i), leaves[i], Trees.proof(leaves, i));
    }

    function _claimRange(Root memory root, uint256 first, uint256 last) internal returns (uint256) {
        bytes32[CONTRIBUTORS] memory leaves = _leaves(root.cumulatives);
        bytes32[] memory block_ = new bytes32[](last - first + 1);
        for (uint256 i; i < block_.length; ++i) {
            block_[i] = leaves[first + i];
        }
        bytes32[] memory proof = Trees.rangeProof(leaves, first, last);
        return rewards.claimRange(_place(root, first), block_, proof);
    }

    function _claimWithSig(Root memory root, uint256 i, address recipient) internal {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Tributary Rewards"),
                keccak256("1"),
                block.chainid,
                address(rewards)
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                keccak256("Claim(uint32 contributor,address recipient,uint256 cumulative)"),
                i,
                recipient,
                root.cumulatives[i]
            )
        );
        bytes memory signature = signed(keyOf(100 + i), keccak256(abi.encodePacked(hex"1901", domain, content)));
        bytes32[CONTRIBUTORS] memory leaves = _leaves(root.cumulatives);
        rewards.claimWithSig(_place(root, i), leaves[i], Trees.proof(leaves, i), recipient, signature);
    }

    function _claimAndStake(Root memory root, uint256 i) internal {
        bytes32[] memory proof = Trees.proof(_leaves(root.cumulatives), i);
        address account = _account(i);
        vm.prank(account);
        rewards.claimAndStake(_place(root, i), uint96(root.cumulatives[i]), proof);
    }

    /* INTERNAL */

    /// @dev Ring slot, count and contributor, as claims take them.
    function _place(Root memory root, uint256 i) internal pure returns (uint96) {
        return uint96(root.slot << 64 | CONTRIBUTORS << 32 | i);
    }

    /// @dev The last of up to `most` epochs whose deadlines are over and whose Tills are closed, and their pools.
    function _feasible(uint256 from, uint256 most) internal view returns (uint256 to, uint256 pool) {
        to = from - 1;
        while (most != 0 && block.timestamp > attribution.logDeadline(to + 1) && revenue.openTills(to + 1) == 0) {
            pool += revenue.poolOf(++to);
            --most;
        }
    }

    /// @dev Adds `amount` to the cumulatives, in parts by chance; some get nothing.
    function _distribute(uint256[CONTRIBUTORS] memory cumulatives, uint256 amount, uint256 word)
        internal
        pure
        returns (uint256)
    {
        uint256 rest = amount;
        for (uint256 i; i < CONTRIBUTORS; ++i) {
            word = uint256(keccak256(abi.encode(word)));
            uint256 part = i == CONTRIBUTORS - 1 ? rest : word % 3 == 0 ? 0 : within(word, 0, rest / 2);
            cumulatives[i] += part;
            rest -= part;
        }
        return amount;
    }

    function _finalize() internal returns (bool) {
        if (_pending.length == 0) return false;
        Posted memory posted = _pending[0];
        if (block.timestamp < posted.entry.activatesAt) return false;
        (, uint256 finals,,) = attribution.lineOf();
        attribution.finalize(posted.entry);
        if (_isPaused()) ++reached["posting final while paused"];
        for (uint256 k = 1; k < _pending.length; ++k) {
            _pending[k - 1] = _pending[k];
        }
        _pending.pop();
        _roots[_finals++ % ROOTS] = Root(finals % rewards.RING(), posted.cumulatives);
        _poolsReleased += posted.entry.posting.pool;
        _unattributed += posted.entry.posting.pool - posted.entry.posting.distributed;
        _distributed += posted.entry.posting.distributed;
        return true;
    }

    function _reclaim(uint256 i) internal {
        attribution.reclaimBond(_reclaimable[i]);
        _reclaimable[i] = _reclaimable[_reclaimable.length - 1];
        _reclaimable.pop();
    }

    /// @dev What the newest final root says; nothing before the first.
    function _newest() internal view returns (uint256[CONTRIBUTORS] memory cumulatives) {
        if (_finals != 0) cumulatives = _roots[(_finals - 1) % ROOTS].cumulatives;
    }

    function _root(uint256 which) internal view returns (bool known, Root memory root) {
        uint256 count = smaller(_finals, ROOTS);
        if (count == 0) return (false, root);
        return (true, _roots[which % count]);
    }

    function _due(uint256 who, uint256 which) internal view returns (bool due, Root memory root, uint256 i) {
        i = who % CONTRIBUTORS;
        (due, root) = _root(which);
        due = due && root.cumulatives[i] > _claimed[i];
    }

    function _noteClaim(Root memory root, uint256 i, uint256 paid) internal {
        equal(paid, root.cumulatives[i] - _claimed[i], "a claim pays what was not paid");
        _claimed[i] = root.cumulatives[i];
        if (_isPaused()) ++reached["claim while paused"];
        if (root.cumulatives[i] < _newest()[i]) ++reached["claim by an older root"];
    }

    function _account(uint256 contributor) internal pure returns (address) {
        return vm.addr(keyOf(100 + contributor));
    }

    function _leaves(uint256[CONTRIBUTORS] memory cumulatives)
        internal
        pure
        returns (bytes32[CONTRIBUTORS] memory leaves)
    {
        for (uint256 i; i < CONTRIBUTORS; ++i) {
            leaves[i] = bytes32(uint256(uint160(_account(i))) << 96 | cumulatives[i]);
        }
    }
}
