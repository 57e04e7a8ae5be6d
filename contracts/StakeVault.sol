// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {IParameters} from "./interfaces/IParameters.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Parameters} from "./libraries/Parameters.sol";
import {Pools} from "./libraries/Pools.sol";
import {Streams} from "./libraries/Streams.sol";

/// @title Stake, its votes, and its rewards
/// @notice See IStakeVault. Votes belong to pools: those of a pool are always the value of its active shares, whoever
/// holds them.
contract StakeVault is Votes, IStakeVault, IParameters {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using Checkpoints for Checkpoints.Trace160;
    using Checkpoints for Checkpoints.Trace208;

    /* TYPES */

    struct Account {
        /// The sum per share (in a pool of one: per wei) at the last settlement, and the wei earned by then.
        uint128 settledAt;
        uint96 earned;
        bool validator;
        /// Active shares in a validator's pool. In a pool of one a share is a wei, and there are as many as votes.
        uint128 shares;
    }

    /// A validator's pool. A pool of one has no record: its account's says all.
    struct Pool {
        /// Active and thawing shares.
        uint128 shares;
        uint128 thawing;
        /// The stream's sum at the pool's last settlement, and the pool's own sum per share.
        uint128 settledAt;
        uint128 accumulated;
        /// Wei of a share, × Pools.ONE; zero once a slash has taken all.
        uint96 price;
        /// Basis points.
        uint16 commission;
        uint16 nextCommission;
        /// When the next one is due; zero: none is announced.
        uint40 nextFrom;
        uint40 since;
        /// Pools.ONE − price over time: what was never written is no loss.
        Checkpoints.Trace208 lost;
    }

    struct Ticket {
        address account;
        uint40 availableAt;
        /// Zero: a pool of one, which nobody slashes.
        address pool;
        uint128 shares;
    }

    /* CONSTANTS */

    /// @inheritdoc IStakeVault
    uint256 public constant MAX_COMMISSION = 5_000;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    /// @inheritdoc IStakeVault
    uint256 public immutable UNBONDING;
    /// @inheritdoc IStakeVault
    uint256 public immutable STREAM;
    address internal immutable DEPLOYER;

    /* STORAGE */

    /// @dev The timelock.
    address public governance;
    /// @inheritdoc IStakeVault
    mapping(address account => uint256) public slasherFrom;

    mapping(address account => Account) internal _accounts;
    mapping(address validator => Pool) internal _pools;
    mapping(uint256 ticket => Ticket) internal _tickets;
    uint256 internal _ticketCount;
    Streams.Stream internal _stream;

    /// @dev Delegates over time; nothing written yet: the account itself.
    mapping(address account => Checkpoints.Trace160) internal _delegations;
    /// @dev Shares in validators' pools over time. A pool of one needs none: its votes are its account's stake.
    mapping(address account => Checkpoints.Trace208) internal _shares;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken, uint256 unbonding, uint256 stream) EIP712("Tributary StakeVault", "1") {
        OPEN = openToken;
        UNBONDING = Parameters.within("UNBONDING", unbonding, 10 minutes, 90 days);
        STREAM = Parameters.within("STREAM", stream, 1 minutes, 30 days);
        DEPLOYER = msg.sender;
    }

    /// @inheritdoc IStakeVault
    function wire(address governance_) external {
        require(msg.sender == DEPLOYER && governance == address(0), StakeSealed());
        governance = governance_;
    }

    /* STAKE */

    /// @inheritdoc IStakeVault
    function stake(uint256 amount) external {
        _stake(msg.sender, amount);
    }

    /// @inheritdoc IStakeVault
    function stakeFor(address account, uint256 amount) external {
        require(account != address(0), StakeZeroAddress());
        _stake(account, amount);
    }

    /// @inheritdoc IStakeVault
    function unstake(uint256 amount) external returns (uint256 ticket) {
        require(amount != 0, StakeZeroAmount());
        uint256 staked = stakeOf(msg.sender);
        require(amount <= staked, StakeInsufficient(msg.sender, staked, amount));
        address pool = _settle(msg.sender);

        uint256 shares = amount;
        if (!_isAlone(msg.sender, pool)) {
            // All of it leaves nothing behind, not even the dust of a share.
            shares = amount == staked ? _accounts[msg.sender].shares : Pools.sold(amount, _pools[pool].price);
        }
        return _thaw(msg.sender, pool, shares);
    }

    /// @inheritdoc IStakeVault
    function withdraw(uint256 ticket) external returns (uint256 amount) {
        amount = _redeem(ticket);
        emit Withdrawn(msg.sender, ticket, amount);
        if (amount != 0) OPEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeVault
    function restake(uint256 ticket) external returns (uint256 amount) {
        amount = _redeem(ticket);
        require(amount != 0, StakeZeroAmount());
        emit Restaked(msg.sender, ticket, amount);
        _join(msg.sender, _settle(msg.sender), amount);
    }

    /* REWARDS */

    /// @inheritdoc IStakeVault
    function addReward(uint256 amount) external {
        require(amount != 0, StakeZeroAmount());
        Streams.Stream memory stream = Streams.joined(_streamed(), amount, STREAM, block.timestamp);
        _stream = stream;
        emit RewardAdded(msg.sender, amount, stream.end);
        OPEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakeVault
    function collect(address account) external returns (uint256 amount) {
        _settle(account);
        amount = _accounts[account].earned;
        require(amount != 0, StakeZeroAmount());

        _accounts[account].earned = 0;
        emit RewardPaid(account, amount);
        OPEN.safeTransfer(account, amount);
    }

    /* VALIDATORS */

    /// @inheritdoc IStakeVault
    function register(uint256 commission) external {
        require(commission <= MAX_COMMISSION, StakeCommissionTooHigh(commission, MAX_COMMISSION));
        Account storage account = _accounts[msg.sender];
        require(!account.validator, StakeIsValidator(msg.sender));
        address home = _settle(msg.sender);
        require(home == msg.sender, StakeInPool(msg.sender, home));

        Pool storage pool = _pools[msg.sender];
        uint128 shares = getVotes(msg.sender).toUint128();
        pool.shares = shares;
        pool.settledAt = _stream.accumulated;
        pool.price = uint96(Pools.ONE);
        pool.commission = uint16(commission);
        pool.since = uint40(block.timestamp);
        account.validator = true;
        account.settledAt = 0;
        _setShares(msg.sender, shares);
        emit ValidatorRegistered(msg.sender, commission);
    }

    /// @inheritdoc IStakeVault
    function setCommission(uint256 commission) external {
        require(commission <= MAX_COMMISSION, StakeCommissionTooHigh(commission, MAX_COMMISSION));
        Pool storage pool = _validatorPool(msg.sender);
        if (commission > pool.commission) {
            uint256 from = block.timestamp + UNBONDING;
            pool.nextCommission = uint16(commission);
            pool.nextFrom = uint40(from);
            emit CommissionAnnounced(msg.sender, commission, from);
        } else {
            _setCommission(msg.sender, pool, commission);
        }
    }

    /// @inheritdoc IStakeVault
    function applyCommission(address validator) external {
        Pool storage pool = _validatorPool(validator);
        uint256 from = pool.nextFrom;
        require(from != 0 && block.timestamp >= from, StakeNoticeOpen(from));
        _setCommission(validator, pool, pool.nextCommission);
    }

    /* SLASHES */

    /// @inheritdoc IStakeVault
    function slash(address validator, uint256 fraction) external returns (uint256 amount) {
        uint256 from = slasherFrom[msg.sender];
        require(from != 0 && block.timestamp >= from, StakeNotSlasher(msg.sender));
        require(fraction != 0 && fraction <= Pools.WHOLE, StakeInvalidFraction(fraction));
        Pool storage pool = _validatorPool(validator);
        _settlePool(validator, _advance());

        (uint256 shares, uint256 price) = (pool.shares, pool.price);
        uint256 next = Pools.slashed(price, fraction);
        uint256 held = shares + pool.thawing;
        amount = Pools.valueOf(held, price) - Pools.valueOf(held, next);
        pool.price = uint96(next);
        pool.lost.push(clock(), uint208(Pools.ONE - next));
        _moveVotes(validator, Pools.valueOf(shares, price), Pools.valueOf(shares, next));
        emit Slashed(validator, msg.sender, fraction, amount);
        if (amount != 0) OPEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeVault
    function appointSlasher(address slasher) external {
        require(msg.sender == governance, StakeNotGovernance(msg.sender));
        // Who begins to leave in the first half of the notice is gone before the slasher comes.
        uint256 from = block.timestamp + 2 * UNBONDING;
        slasherFrom[slasher] = from;
        emit SlasherAppointed(slasher, from);
    }

    /// @inheritdoc IStakeVault
    function dismissSlasher(address slasher) external {
        require(msg.sender == governance, StakeNotGovernance(msg.sender));
        delete slasherFrom[slasher];
        emit SlasherDismissed(slasher);
    }

    /* VIEWS */

    /// @inheritdoc IStakeVault
    function stakeOf(address account) public view returns (uint256) {
        address pool = delegates(account);
        return
            _isAlone(account, pool) ? getVotes(account) : Pools.valueOf(_accounts[account].shares, _pools[pool].price);
    }

    /// @inheritdoc IStakeVault
    function totalStaked() external view returns (uint256) {
        return _getTotalSupply();
    }

    /// @inheritdoc IStakeVault
    function earned(address account) external view returns (uint256) {
        Account memory record = _accounts[account];
        uint256 accumulated = _streamed().accumulated;
        address pool = delegates(account);
        uint256 commission;
        uint256 shares = _sharesOf(account, pool);
        if (!_isAlone(account, pool)) {
            (uint256 cut, uint256 growth) = _gains(_pools[pool], accumulated);
            accumulated = _pools[pool].accumulated + growth;
            if (pool == account) commission = cut;
        }
        return record.earned + commission + Streams.earned(shares, accumulated - record.settledAt);
    }

    /// @inheritdoc IStakeVault
    function tickets(uint256 ticket)
        external
        view
        returns (address account, address pool, uint256 amount, uint256 availableAt)
    {
        Ticket memory thawing = _tickets[ticket];
        return (thawing.account, thawing.pool, _valueOf(thawing), thawing.availableAt);
    }

    /// @inheritdoc IStakeVault
    function validators(address validator)
        external
        view
        returns (
            uint256 staked,
            uint256 thawing,
            uint256 price,
            uint256 commission,
            uint256 nextCommission,
            uint256 nextFrom
        )
    {
        Pool storage pool = _pools[validator];
        price = pool.price;
        staked = Pools.valueOf(pool.shares, price);
        thawing = Pools.valueOf(pool.thawing, price);
        (commission, nextCommission, nextFrom) = (pool.commission, pool.nextCommission, pool.nextFrom);
    }

    /// @inheritdoc IStakeVault
    function validatorSince(address account) external view returns (uint256) {
        return _pools[account].since;
    }

    /// @notice Whose pool the account's stake is in, and votes: itself, unless it chose a validator.
    function delegates(address account) public view override returns (address) {
        // Nobody delegates nothing: no need to look.
        if (account == address(0)) return account;
        address chosen = super.delegates(account);
        return chosen == address(0) ? account : chosen;
    }

    /// @inheritdoc IStakeVault
    function getPastDelegate(address account, uint256 timepoint) public view returns (address) {
        address chosen = address(_delegations[account].upperLookupRecent(_validateTimepoint(timepoint)));
        return chosen == address(0) ? account : chosen;
    }

    /// @inheritdoc IStakeVault
    function getPastBalanceOf(address account, uint256 timepoint) external view returns (uint256) {
        address pool = getPastDelegate(account, timepoint);
        uint256 since = _pools[account].since;
        if (pool == account && (since == 0 || timepoint < since)) return getPastVotes(account, timepoint);
        uint48 key = _validateTimepoint(timepoint);
        uint256 price = Pools.ONE - _pools[pool].lost.upperLookupRecent(key);
        return Pools.valueOf(_shares[account].upperLookupRecent(key), price);
    }

    /// @dev ERC-6372: votes are checkpointed by timestamp.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /* INTERNAL: POOLS */

    function _stake(address account, uint256 amount) internal {
        require(amount != 0, StakeZeroAmount());
        _join(account, _settle(account), amount);
        OPEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @dev Adds `amount` wei to a settled account, in its pool.
    function _join(address account, address pool, uint256 amount) internal {
        emit Staked(account, pool, amount);
        if (_isAlone(account, pool)) return _moveVotes(pool, 0, amount);

        Pool storage shared = _validatorPool(pool);
        (uint256 before, uint256 price) = (shared.shares, shared.price);
        uint256 shares = Pools.bought(amount, price);
        shared.shares = (before + shares).toUint128();
        _setShares(account, _accounts[account].shares + shares);
        _moveVotes(pool, Pools.valueOf(before, price), Pools.valueOf(before + shares, price));
    }

    /// @dev Takes `shares` of a settled account out of its pool, to thaw under a ticket.
    function _thaw(address account, address pool, uint256 shares) internal returns (uint256 ticket) {
        uint256 amount = shares;
        ticket = _ticketCount++;
        uint256 availableAt = block.timestamp + UNBONDING;
        Ticket memory thawing = Ticket(account, availableAt.toUint40(), address(0), shares.toUint128());
        if (_isAlone(account, pool)) {
            _moveVotes(pool, amount, 0);
        } else {
            Pool storage shared = _pools[pool];
            (uint256 before, uint256 price) = (shared.shares, shared.price);
            amount = Pools.valueOf(shares, price);
            thawing.pool = pool;
            shared.shares = (before - shares).toUint128();
            shared.thawing += shares.toUint128();
            _setShares(account, _accounts[account].shares - shares);
            _moveVotes(pool, Pools.valueOf(before, price), Pools.valueOf(before - shares, price));
        }
        _tickets[ticket] = thawing;
        emit Unstaked(account, ticket, pool, amount, availableAt);
    }

    /// @dev Ends a thawed ticket of the caller; what it was worth is the caller's.
    function _redeem(uint256 ticket) internal returns (uint256 amount) {
        Ticket memory thawing = _tickets[ticket];
        require(thawing.account == msg.sender, StakeUnknownTicket(ticket));
        require(block.timestamp >= thawing.availableAt, StakeStillThawing(ticket, thawing.availableAt));
        amount = _valueOf(thawing);
        delete _tickets[ticket];
        if (thawing.pool != address(0)) _pools[thawing.pool].thawing -= thawing.shares;
    }

    /// @dev Moves the account to the pool of `to`. From a pool of one its stake comes along at once; what is in a
    /// validator's pool still answers for that validator, so it thaws, and can then be restaked.
    function _delegate(address account, address to) internal override {
        address from = _settle(account);
        if (from == to) return;
        Account storage record = _accounts[account];
        bool home = to == account && !record.validator;
        if (!home) _validatorPool(to);
        require(from != account || _pools[account].price == 0, StakeIsValidator(account));

        uint256 shares = _sharesOf(account, from);
        uint256 carried;
        if (_isAlone(account, from)) {
            carried = shares;
            _moveVotes(from, shares, 0);
        } else if (stakeOf(account) != 0) {
            _thaw(account, from, shares);
        } else {
            // Worth nothing after a slash: there is nothing to thaw. Yet with its dust the pool may fall by a wei.
            Pool storage left = _pools[from];
            (uint256 before, uint256 price) = (left.shares, left.price);
            left.shares = (before - shares).toUint128();
            _setShares(account, 0);
            _moveVotes(from, Pools.valueOf(before, price), Pools.valueOf(before - shares, price));
        }

        super._delegate(account, to);
        _delegations[account].push(clock(), uint160(to));
        uint256 accumulated = _stream.accumulated;
        record.settledAt = (home ? accumulated : _settlePool(to, accumulated)).toUint128();
        if (carried != 0) _join(account, to, carried);
    }

    /// @dev Brings the votes of a pool from one value of its shares to another.
    function _moveVotes(address pool, uint256 before, uint256 afterwards) internal {
        if (afterwards > before) _transferVotingUnits(address(0), pool, afterwards - before);
        else if (before > afterwards) _transferVotingUnits(pool, address(0), before - afterwards);
    }

    function _setShares(address account, uint256 shares) internal {
        _accounts[account].shares = shares.toUint128();
        _shares[account].push(clock(), uint208(shares));
    }

    function _setCommission(address validator, Pool storage pool, uint256 commission) internal {
        // What was gained until now is divided as it was announced until now.
        _settlePool(validator, _advance());
        pool.commission = uint16(commission);
        pool.nextCommission = 0;
        pool.nextFrom = 0;
        emit CommissionSet(validator, commission);
    }

    /// @dev The pool of a validator that has not lost everything.
    function _validatorPool(address validator) internal view returns (Pool storage pool) {
        pool = _pools[validator];
        require(pool.price != 0, StakeNotValidator(validator));
    }

    /// @dev Whether the account is in a pool of one.
    function _isAlone(address account, address pool) internal view returns (bool) {
        return account == pool && !_accounts[account].validator;
    }

    function _sharesOf(address account, address pool) internal view returns (uint256) {
        return _isAlone(account, pool) ? getVotes(account) : _accounts[account].shares;
    }

    function _valueOf(Ticket memory thawing) internal view returns (uint256) {
        return thawing.pool == address(0) ? thawing.shares : Pools.valueOf(thawing.shares, _pools[thawing.pool].price);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return stakeOf(account);
    }

    /* INTERNAL: REWARDS */

    /// @dev Brings the stream, its pool, and what `account` has earned, up to now.
    function _settle(address account) internal returns (address pool) {
        pool = delegates(account);
        uint256 accumulated = _advance();
        if (!_isAlone(account, pool)) accumulated = _settlePool(pool, accumulated);
        Account storage record = _accounts[account];
        record.earned += Streams.earned(_sharesOf(account, pool), accumulated - record.settledAt).toUint96();
        record.settledAt = accumulated.toUint128();
    }

    /// @dev Brings a validator's pool up to the stream; returns the pool's sum per share.
    function _settlePool(address validator, uint256 accumulated) internal returns (uint256) {
        Pool storage pool = _pools[validator];
        (uint256 cut, uint256 growth) = _gains(pool, accumulated);
        if (cut != 0) _accounts[validator].earned += cut.toUint96();
        uint256 sum = pool.accumulated + growth;
        pool.accumulated = sum.toUint128();
        pool.settledAt = accumulated.toUint128();
        return sum;
    }

    /// @dev What a pool has gained since its settlement: the validator's commission, and the growth per share.
    function _gains(Pool storage pool, uint256 accumulated) internal view returns (uint256 cut, uint256 growth) {
        uint256 shares = pool.shares;
        if (shares == 0) return (0, 0);
        uint256 gained = Streams.earned(Pools.valueOf(shares, pool.price), accumulated - pool.settledAt);
        return Streams.divided(gained, shares, pool.commission);
    }

    /// @dev Brings the stream up to now.
    function _advance() internal returns (uint256 accumulated) {
        Streams.Stream memory stream = _streamed();
        _stream = stream;
        return stream.accumulated;
    }

    function _streamed() internal view returns (Streams.Stream memory) {
        return Streams.advanced(_stream, _getTotalSupply(), block.timestamp);
    }
}
