// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {OpenGovernor} from "./OpenGovernor.sol";
import {OpenTimelock} from "./OpenTimelock.sol";
import {Rewards} from "./Rewards.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IRevenue} from "./interfaces/IRevenue.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ITill} from "./interfaces/ITill.sol";
import {Parameters} from "./libraries/Parameters.sol";

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
    }

    enum Stage {
        None,
        Pending,
        Final,
        Void
    }

    struct Status {
        address poster;
        uint40 activatesAt;
        uint48 place; // in the line
        Stage stage;
    }

    /* CONSTANTS */

    /// @inheritdoc IAttribution
    uint256 public constant MAX_PENDING = 8;
    /// @dev Bounds the loop over a posting's epochs.
    uint256 internal constant MAX_EPOCHS = 64;

    /* IMMUTABLES */

    ERC20Burnable public immutable OPEN;
    IRevenue public immutable REVENUE;
    /// @inheritdoc IAttribution
    IRewards public immutable REWARDS;
    /// @dev The timelock; also the treasury.
    address public immutable ARBITER;
    uint256 internal immutable RING;
    uint256 internal immutable EPOCH;
    /// @inheritdoc IAttribution
    uint256 public immutable FIRST_EPOCH;
    /// @dev Seconds after an epoch in which its logs can be committed.
    uint256 public immutable LOG_DELAY;
    /// @inheritdoc IAttribution
    uint256 public immutable WINDOW;
    /// @inheritdoc IAttribution
    uint256 public immutable BOND;

    /* STORAGE */

    mapping(address till => mapping(uint256 epoch => Log)) internal _logs;
    /// @inheritdoc IAttribution
    mapping(address poster => uint256) public freeBond;
    mapping(bytes32 id => Posting) internal _postings;
    mapping(bytes32 id => Status) internal _statuses;
    /// @dev Ids of the postings that are not void, in order.
    bytes32[] internal _line;
    /// @dev How many of the line are final.
    uint256 internal _finalCount;

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
        uint256 resolution = governor.votingDelay() + governor.votingPeriod() + timelock.getMinDelay();
        WINDOW = Parameters.within("WINDOW", window, resolution + 1, 30 days);
        Parameters.within("UNBONDING", stakeVault.UNBONDING(), window + resolution, type(uint256).max);
        EPOCH = revenue.EPOCH();
        LOG_DELAY = Parameters.within("LOG_DELAY", logDelay, 1 minutes, 7 days);
        BOND = Parameters.within("BOND", bond, 1 ether, 100_000_000 ether);

        OPEN = openToken;
        REVENUE = revenue;
        ARBITER = address(timelock);
        FIRST_EPOCH = revenue.currentEpoch();
        Rewards rewards = new Rewards(openToken, revenue, stakeVault, address(this));
        REWARDS = rewards;
        RING = rewards.RING();
    }

    /* LOGS */

    /// @inheritdoc IAttribution
    function commitLog(address till, uint256 epoch, bytes32 root, uint64 count, uint128 total) external {
        require(REVENUE.isTill(till) && msg.sender == ITill(till).operator(), AttributionNotOperator(till, msg.sender));
        require(epoch < REVENUE.currentEpoch(), AttributionEpochOpen(epoch));
        uint256 deadline = logDeadline(epoch);
        require(block.timestamp <= deadline, AttributionLogDeadline(epoch, deadline));
        require(!_logs[till][epoch].committed, AttributionLogCommitted(till, epoch));

        _logs[till][epoch] = Log(root, count, total, true);
        emit LogCommitted(till, epoch, msg.sender, root, count, total);
    }

    /* BONDS */

    /// @inheritdoc IAttribution
    function depositBond(uint256 amount) external {
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
        _checkPosting(posting);
        uint256 free = freeBond[msg.sender];
        require(free >= BOND, AttributionBondTooLow(free, BOND));
        uint256 place = _line.length;
        require(place - _finalCount < MAX_PENDING, AttributionTooManyPending(place - _finalCount));
        id = idOf(posting, msg.sender);
        require(_statuses[id].stage == Stage.None, AttributionDuplicate(id));

        uint40 activatesAt = uint40(block.timestamp + WINDOW);
        freeBond[msg.sender] = free - BOND;
        _postings[id] = posting;
        _statuses[id] = Status(msg.sender, activatesAt, uint48(place), Stage.Pending);
        _line.push(id);
        // A slot is reused when the line has grown by the whole ring: its root is final then, for fewer are ever pending,
        // and newer ones pay the same and more.
        uint256 slot = place % RING;
        emit Posted(id, msg.sender, slot, posting, activatesAt, bundleUri);
        REVENUE.movePool(posting.fromEpoch, posting.toEpoch, posting.pool);
        REWARDS.setRoot(slot, posting.payoutRoot, activatesAt);
    }

    /// @inheritdoc IAttribution
    function voidPosting(bytes32 id) external {
        require(msg.sender == ARBITER, AttributionNotArbiter(msg.sender));
        Status memory status = _pending(id);
        require(block.timestamp < status.activatesAt, AttributionWindowClosed(id));

        // From the head back to this posting, at most MAX_PENDING of them. All that is called is the suite's own and
        // never calls back.
        bytes32 last;
        uint256 returned;
        while (last != id) {
            last = _line[_line.length - 1];
            _line.pop();
            Status storage voided = _statuses[last];
            voided.stage = Stage.Void;
            if (last != id) freeBond[voided.poster] += BOND;
            emit Voided(last, voided.poster, last == id);
            uint256 pool = _postings[last].pool;
            returned += pool;
            REWARDS.voidRoot(voided.place % RING, pool);
        }
        REVENUE.returnPool(returned);
        uint256 burned = BOND / 2; // rounded down; the treasury has the odd wei
        OPEN.burn(burned);
        OPEN.safeTransfer(ARBITER, BOND - burned);
    }

    /// @inheritdoc IAttribution
    function finalize(bytes32 id) external {
        Status memory status = _pending(id);
        require(block.timestamp >= status.activatesAt, AttributionWindowOpen(id, status.activatesAt));
        uint256 place = _finalCount;
        if (status.place != place) {
            revert AttributionWrongParent(place == 0 ? bytes32(0) : _line[place - 1], _postings[id].parent);
        }

        _finalCount = place + 1;
        _statuses[id].stage = Stage.Final;
        freeBond[status.poster] += BOND;
        uint256 unattributed = _postings[id].pool - _postings[id].distributed;
        emit Finalized(id, unattributed);
        if (unattributed != 0) REWARDS.releaseUnattributed(unattributed);
    }

    /* VIEWS */

    /// @inheritdoc IAttribution
    function head() public view returns (bytes32) {
        uint256 length = _line.length;
        return length == 0 ? bytes32(0) : _line[length - 1];
    }

    /// @inheritdoc IAttribution
    function postingOf(bytes32 id) external view returns (Posting memory) {
        require(_statuses[id].stage != Stage.None, AttributionUnknownPosting(id));
        return _postings[id];
    }

    /// @inheritdoc IAttribution
    function statusOf(bytes32 id)
        external
        view
        returns (address poster, uint256 slot, uint256 activatesAt, bool voided, bool finalized)
    {
        Status memory status = _statuses[id];
        require(status.stage != Stage.None, AttributionUnknownPosting(id));
        return (
            status.poster,
            status.place % RING,
            status.activatesAt,
            status.stage == Stage.Void,
            status.stage == Stage.Final
        );
    }

    /// @inheritdoc IAttribution
    function idOf(Posting calldata posting, address poster) public pure returns (bytes32) {
        return keccak256(abi.encode(posting, poster));
    }

    /// @inheritdoc IAttribution
    function logOf(address till, uint256 epoch) external view returns (bytes32 root, uint64 count, uint128 total) {
        Log memory log = _logs[till][epoch];
        return (log.root, log.count, log.total);
    }

    /// @inheritdoc IAttribution
    function logDeadline(uint256 epoch) public view returns (uint256) {
        return (epoch + 1) * EPOCH + LOG_DELAY;
    }

    /* INTERNAL */

    function _checkPosting(Posting calldata posting) internal view {
        bytes32 parent = head();
        require(posting.parent == parent, AttributionWrongParent(parent, posting.parent));
        uint256 from = parent == 0 ? FIRST_EPOCH : uint256(_postings[parent].toEpoch) + 1;
        require(
            posting.fromEpoch == from && posting.toEpoch >= from && posting.toEpoch - from < MAX_EPOCHS,
            AttributionWrongEpochs(from, posting.fromEpoch, posting.toEpoch)
        );
        require(block.timestamp > logDeadline(posting.toEpoch), AttributionEpochOpen(posting.toEpoch));
        require(posting.distributed <= posting.pool, AttributionOverPool(posting.pool, posting.distributed));
    }

    /// @dev The status of a posting that is neither void nor final.
    function _pending(bytes32 id) internal view returns (Status memory status) {
        status = _statuses[id];
        require(status.stage != Stage.None, AttributionUnknownPosting(id));
        require(status.stage != Stage.Void, AttributionVoid(id));
        require(status.stage != Stage.Final, AttributionFinal(id));
    }
}
