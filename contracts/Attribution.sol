// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {OpenGovernor} from "./OpenGovernor.sol";
import {OpenTimelock} from "./OpenTimelock.sol";
import {Rewards} from "./Rewards.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IOperators} from "./interfaces/IOperators.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IRevenue} from "./interfaces/IRevenue.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {ISeeds} from "./interfaces/ISeeds.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ITill} from "./interfaces/ITill.sol";
import {Parameters} from "./libraries/Parameters.sol";
import {Ring} from "./libraries/Ring.sol";

/// @title Log commits, the line of postings, bonds and windows
/// @notice See IAttribution.
contract Attribution is IAttribution, IParameters {
    using SafeERC20 for ERC20Burnable;

    /* TYPES */

    struct Log {
        bytes32 root;
        uint64 count;
        uint128 total;
        bool committed;
        bool voided;
    }

    /// @dev One word, all that a posting reads and writes of the line beside its own id.
    struct Line {
        uint32 places; // postings that are not void
        uint32 finals; // how many of them, from the first, are final
        uint32 nextEpoch; // first epoch of the next posting
        uint40 pausedUntil; // a time; no postings before
        bytes15 head; // of the last id: enough that nobody finds another parent that begins so
    }

    /* CONSTANTS */

    /// @inheritdoc IAttribution
    uint256 public constant MAX_PENDING = Ring.MAX_PENDING;
    /// @inheritdoc IAttribution
    uint256 public constant PAUSE = 14 days;
    /// @dev Bounds the loop over a posting's epochs.
    uint256 internal constant MAX_EPOCHS = 64;

    /* IMMUTABLES */

    ERC20Burnable public immutable OPEN;
    /// @inheritdoc IAttribution
    IRevenue public immutable REVENUE;
    /// @inheritdoc IAttribution
    IRewards public immutable REWARDS;
    /// @dev The timelock; also the treasury.
    address public immutable ARBITER;
    uint256 internal immutable EPOCH;
    /// @inheritdoc IAttribution
    uint256 public immutable FIRST_EPOCH;
    /// @inheritdoc IAttribution
    uint256 public immutable LOG_DELAY;
    /// @inheritdoc IAttribution
    uint256 public immutable WINDOW;
    /// @inheritdoc IAttribution
    uint256 public immutable BOND;
    address internal immutable DEPLOYER;

    /* STORAGE */

    /// @inheritdoc IAttribution
    IOperators public operators;
    /// @inheritdoc IAttribution
    ISeeds public seeds;
    /// @dev Slashed bonds that a judge has not settled, and one more: zero is no judge, and settling never clears the
    /// word, so that a refutation costs the same each time.
    mapping(address judge => uint256) internal _slashes;

    mapping(address till => mapping(uint256 epoch => Log)) internal _logs;
    /// @inheritdoc IAttribution
    mapping(address poster => uint256) public freeBond;
    Line internal _line;
    /// @dev Ids by place, in slots that are used again, so that a posting costs the same for ever.
    mapping(uint256 slot => bytes32 id) internal _ids;
    /// @dev Postings that were void for an ancestor's fault, until their bonds are reclaimed.
    mapping(bytes32 id => bool) internal _reclaimable;

    /* CONSTRUCTOR */

    /// @param logDelay seconds @param window seconds @param bond wei
    constructor(
        ERC20Burnable openToken,
        IRevenue revenue,
        IStakeVault stakeVault,
        OpenGovernor governor,
        uint256 logDelay,
        uint256 window,
        uint256 bond
    ) {
        OpenTimelock timelock = OpenTimelock(payable(governor.timelock()));
        // A vote and its delay must fit in the window, or nobody could void anything; and whoever stakes must answer for
        // a posting until that is decided.
        uint256 resolution = governor.RESOLUTION() + timelock.getMinDelay();
        WINDOW = Parameters.within("WINDOW", window, resolution + 1, 30 days);
        Parameters.within("UNBONDING", stakeVault.UNBONDING(), window + resolution, type(uint256).max);
        EPOCH = revenue.EPOCH();
        LOG_DELAY = Parameters.within("LOG_DELAY", logDelay, 1 minutes, 7 days);
        BOND = Parameters.within("BOND", bond, 1 ether, 100_000_000 ether);

        OPEN = openToken;
        REVENUE = revenue;
        ARBITER = address(timelock);
        FIRST_EPOCH = revenue.currentEpoch();
        _line.nextEpoch = uint32(FIRST_EPOCH);
        DEPLOYER = msg.sender;
        REWARDS = new Rewards(openToken, stakeVault, address(this));
    }

    /// @inheritdoc IAttribution
    function wire(IOperators operators_, ISeeds seeds_, address[] calldata judges) external {
        require(msg.sender == DEPLOYER && address(operators) == address(0), AttributionSealed());
        operators = operators_;
        seeds = seeds_;
        for (uint256 i; i < judges.length; ++i) {
            _slashes[judges[i]] = 1;
        }
    }

    /* LOGS */

    /// @inheritdoc IAttribution
    function commitLog(address till, uint256 epoch, bytes32 root, uint64 count, uint128 total) external {
        require(REVENUE.isTill(till) && msg.sender == ITill(till).operator(), AttributionNotOperator(till, msg.sender));
        require(epoch < REVENUE.currentEpoch(), AttributionEpochOpen(epoch));
        uint256 deadline = logDeadline(epoch);
        require(block.timestamp <= deadline, AttributionLogDeadline(epoch, deadline));
        require(!_logs[till][epoch].committed, AttributionLogCommitted(till, epoch));
        uint256 income = REVENUE.income(till, epoch);
        require(total <= income, AttributionOverIncome(income, total));
        operators.checkBonded(msg.sender);

        _logs[till][epoch] = Log(root, count, total, true, false);
        emit LogCommitted(till, epoch, msg.sender, root, count, total);
    }

    /* BONDS */

    /// @inheritdoc IAttribution
    function depositBond(uint256 amount) external {
        _checkNotPaused(_line.pausedUntil);
        freeBond[msg.sender] += amount;
        emit BondDeposited(msg.sender, amount);
        OPEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IAttribution
    function withdrawBond(uint256 amount) external {
        uint256 free = freeBond[msg.sender];
        require(amount <= free, AttributionBondTooLow(free, amount));

        freeBond[msg.sender] = free - amount;
        emit BondWithdrawn(msg.sender, amount);
        OPEN.safeTransfer(msg.sender, amount);
    }

    /* POSTINGS */

    /// @inheritdoc IAttribution
    function post(Posting calldata posting, string calldata bundleUri) external returns (bytes32 id) {
        Line memory line = _line;
        _checkNotPaused(line.pausedUntil);
        // Read, and so checked, once.
        (uint256 from, uint256 to, uint256 pool) = (posting.fromEpoch, posting.toEpoch, posting.pool);
        _checkPlace(posting.parent, from, to, line);
        uint256 distributed = posting.distributed;
        require(distributed <= pool, AttributionOverPool(pool, distributed));
        uint256 free = freeBond[msg.sender];
        require(free >= BOND, AttributionBondTooLow(free, BOND));
        REVENUE.checkPool(from, to, pool);

        uint256 activatesAt = block.timestamp + WINDOW;
        id = _idOf(posting, msg.sender, activatesAt);
        // A slot is used again when the line has grown by the whole ring: what it held is final then, for fewer are ever
        // pending, and newer roots pay the same and more.
        freeBond[msg.sender] = free - BOND;
        _ids[Ring.slotOf(line.places)] = id;
        // Epochs that are over, so that the next one has 32 bits: they are at least a minute each.
        _line = Line(line.places + 1, line.finals, uint32(to) + 1, line.pausedUntil, bytes15(id));
        emit Posted(id, msg.sender, posting, activatesAt, bundleUri);
    }

    /// @inheritdoc IAttribution
    function finalize(Entry calldata entry) external {
        Line memory line = _line;
        bytes32 id = idOf(entry);
        bytes32 next = line.finals == line.places ? bytes32(0) : _ids[Ring.slotOf(line.finals)];
        require(id == next, AttributionNotNext(next, id));
        require(block.timestamp >= entry.activatesAt, AttributionWindowOpen(id, entry.activatesAt));

        Posting calldata posting = entry.posting;
        _line.finals = line.finals + 1;
        freeBond[entry.poster] += BOND;
        emit Finalized(id, posting.pool - posting.distributed);
        REWARDS.setRoot(Ring.slotOf(line.finals), posting.payoutRoot, uint40(entry.activatesAt));
        REVENUE.releasePool(posting.pool, posting.distributed);
    }

    /// @inheritdoc IAttribution
    function voidPosting(Entry calldata entry) external {
        require(msg.sender == ARBITER, AttributionNotArbiter(msg.sender));
        _void(entry);
        _settleSlash(ARBITER);
    }

    /// @inheritdoc IAttribution
    function reclaimBond(Entry calldata entry) external {
        bytes32 id = idOf(entry);
        require(_reclaimable[id], AttributionNotReclaimable(id));

        delete _reclaimable[id];
        freeBond[entry.poster] += BOND;
        emit BondReclaimed(id, entry.poster);
    }

    /* JUDGES */

    /// @inheritdoc IAttribution
    function voidRefuted(Entry calldata entry) external {
        _slashes[msg.sender] = _checkJudge() + 1;
        _void(entry);
    }

    /// @inheritdoc IAttribution
    function paySlash(address to) external {
        uint256 slashes = _checkJudge();
        require(slashes > 1, AttributionNoSlash(msg.sender));
        _slashes[msg.sender] = slashes - 1;
        _settleSlash(to);
    }

    /// @inheritdoc IAttribution
    function voidLog(address till, uint256 epoch) external {
        _checkJudge();
        Log storage log = _logs[till][epoch];
        require(log.committed && !log.voided, AttributionNoLog(till, epoch));
        log.voided = true;
        emit LogVoided(till, epoch);
    }

    /* PAUSE */

    /// @inheritdoc IAttribution
    function pause() external {
        require(msg.sender == ARBITER, AttributionNotArbiter(msg.sender));
        // As long as it lasted nobody may pause again, so that pauses cannot be strung together.
        uint256 rest = uint256(_line.pausedUntil) + PAUSE;
        require(block.timestamp >= rest, AttributionPauseTooSoon(rest));
        uint256 until = block.timestamp + PAUSE;
        _line.pausedUntil = uint40(until);
        emit Paused(until);
    }

    /* VIEWS */

    /// @inheritdoc IAttribution
    function head() public view returns (bytes32) {
        uint256 places = _line.places;
        return places == 0 ? bytes32(0) : _ids[Ring.slotOf(places - 1)];
    }

    /// @inheritdoc IAttribution
    function lineOf() external view returns (uint256 places, uint256 finals, uint256 nextEpoch, uint256 pausedUntil) {
        Line memory line = _line;
        return (line.places, line.finals, line.nextEpoch, line.pausedUntil);
    }

    /// @inheritdoc IAttribution
    function idAt(uint256 place) external view returns (bytes32) {
        uint256 places = _line.places;
        require(Ring.holds(place, places), AttributionUnknownPlace(place));
        return _ids[Ring.slotOf(place)];
    }

    /// @inheritdoc IAttribution
    function idOf(Entry calldata entry) public pure returns (bytes32) {
        return keccak256(abi.encode(entry));
    }

    /// @inheritdoc IAttribution
    function isPending(Entry calldata entry) external view returns (bool) {
        Line memory line = _line;
        bytes32 id = idOf(entry);
        if (block.timestamp >= entry.activatesAt) return false;
        for (uint256 place = line.finals; place < line.places; ++place) {
            if (_ids[Ring.slotOf(place)] == id) return true;
        }
        return false;
    }

    /// @inheritdoc IAttribution
    function isJudge(address account) external view returns (bool) {
        return _slashes[account] != 0;
    }

    /// @inheritdoc IAttribution
    function logOf(address till, uint256 epoch) external view returns (bytes32 root, uint64 count, uint128 total) {
        Log memory log = _logs[till][epoch];
        if (!log.voided) return (log.root, log.count, log.total);
    }

    /// @inheritdoc IAttribution
    function committedLogOf(address till, uint256 epoch)
        external
        view
        returns (bytes32 root, uint64 count, uint128 total)
    {
        Log memory log = _logs[till][epoch];
        return (log.root, log.count, log.total);
    }

    /// @inheritdoc IAttribution
    function logDeadline(uint256 epoch) public view returns (uint256) {
        return (epoch + 1) * EPOCH + LOG_DELAY;
    }

    /* INTERNAL */

    /// @dev Reverts unless a posting of these epochs on that parent is next in the line.
    function _checkPlace(bytes32 parent, uint256 from, uint256 to, Line memory line) internal view {
        uint256 pending = line.places - line.finals;
        require(pending < MAX_PENDING, AttributionTooManyPending(pending));
        // No `require`: its error would read the id of the head each time.
        if (bytes15(parent) != line.head) revert AttributionWrongParent(head(), parent);
        uint256 next = line.nextEpoch;
        require(from == next && to >= from && to - from < MAX_EPOCHS, AttributionWrongEpochs(next, from, to));
        require(block.timestamp > logDeadline(to), AttributionEpochOpen(to));
    }

    function _checkJudge() internal view returns (uint256 slashes) {
        slashes = _slashes[msg.sender];
        require(slashes != 0, AttributionNotJudge(msg.sender));
    }

    /// @dev Takes the line back to before a pending posting, within its window. Its bond stays here, owed to who voids.
    function _void(Entry calldata entry) internal {
        Line memory line = _line;
        bytes32 id = idOf(entry);
        require(block.timestamp < entry.activatesAt, AttributionWindowClosed(id));

        // From the head back to this posting: at most MAX_PENDING of them.
        uint32 place = line.places;
        bytes32 last;
        while (last != id) {
            require(place > line.finals, AttributionNotPending(id));
            last = _ids[Ring.slotOf(--place)];
            if (last != id) _reclaimable[last] = true;
            emit Voided(last, last == id);
        }
        line.places = place;
        line.nextEpoch = uint32(entry.posting.fromEpoch);
        line.head = bytes15(entry.posting.parent);
        _line = line;
    }

    function _settleSlash(address to) internal {
        uint256 burned = BOND / 2; // rounded down; who is paid has the odd wei
        emit SlashPaid(to, BOND - burned);
        OPEN.burn(burned);
        OPEN.safeTransfer(to, BOND - burned);
    }

    function _checkNotPaused(uint256 pausedUntil) internal view {
        require(block.timestamp >= pausedUntil, AttributionPaused(pausedUntil));
    }

    /// @dev keccak256(abi.encode(Entry)): all of it is static. Fields that are narrower than a word are read, and so
    /// checked, by whoever calls.
    function _idOf(Posting calldata posting, address poster, uint256 activatesAt) internal pure returns (bytes32 id) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, posting, 0x100) // the eight words of the posting
            mstore(add(free, 0x100), poster)
            mstore(add(free, 0x120), activatesAt)
            id := keccak256(free, 0x140)
        }
    }
}
