// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {IParameters} from "./interfaces/IParameters.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Parameters} from "./libraries/Parameters.sol";

/// @title Stake, its votes, and its rewards
/// @notice See IStakeVault.
contract StakeVault is Votes, IStakeVault, IParameters {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /* TYPES */

    struct Ticket {
        address account;
        uint96 amount;
        uint40 availableAt;
    }

    /* CONSTANTS */

    /// @dev Scale of `_accumulated`. Nothing overflows: while an account's stake stands still its rewards × SCALE are at
    /// most all rewards ever × SCALE < 2^90 · 2^90.
    uint256 internal constant SCALE = 1e27;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    /// @inheritdoc IStakeVault
    uint256 public immutable UNBONDING;
    /// @inheritdoc IStakeVault
    uint256 public immutable STREAM;

    /* STORAGE */

    /// @inheritdoc IStakeVault
    mapping(address account => uint256) public stakeOf;
    /// @inheritdoc IStakeVault
    uint256 public totalStaked;

    mapping(uint256 ticket => Ticket) internal _tickets;
    uint256 internal _ticketCount;

    /// @dev Rewards per staked wei since the beginning, × SCALE.
    uint256 internal _accumulated;
    /// @dev Wei of rewards that have not streamed yet, when they will have, and up to when they have so far.
    uint128 internal _left;
    uint64 internal _streamEnd;
    uint64 internal _streamedTo;

    /// @dev `_accumulated` at the account's last settlement, and the wei that it had earned by then.
    mapping(address account => uint256) internal _settledAt;
    mapping(address account => uint256) internal _earned;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken, uint256 unbonding, uint256 stream) EIP712("Tributary StakeVault", "1") {
        OPEN = openToken;
        UNBONDING = Parameters.within("UNBONDING", unbonding, 10 minutes, 90 days);
        STREAM = Parameters.within("STREAM", stream, 1 minutes, 30 days);
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
        uint256 staked = stakeOf[msg.sender];
        require(amount <= staked, StakeInsufficient(msg.sender, staked, amount));
        _settle(msg.sender);

        ticket = _ticketCount++;
        uint256 availableAt = block.timestamp + UNBONDING;
        _tickets[ticket] = Ticket(msg.sender, amount.toUint96(), availableAt.toUint40());
        stakeOf[msg.sender] = staked - amount;
        totalStaked -= amount;
        _transferVotingUnits(msg.sender, address(0), amount);
        emit Unstaked(msg.sender, ticket, amount, availableAt);
    }

    /// @inheritdoc IStakeVault
    function withdraw(uint256 ticket) external returns (uint256 amount) {
        Ticket memory thawing = _tickets[ticket];
        require(thawing.account == msg.sender, StakeUnknownTicket(ticket));
        require(block.timestamp >= thawing.availableAt, StakeStillThawing(ticket, thawing.availableAt));

        amount = thawing.amount;
        delete _tickets[ticket];
        emit Withdrawn(msg.sender, ticket, amount);
        OPEN.safeTransfer(msg.sender, amount);
    }

    /* REWARDS */

    /// @inheritdoc IStakeVault
    function addReward(uint256 amount) external {
        require(amount != 0, StakeZeroAmount());
        _advance();

        uint256 left = _left;
        uint256 total = left + amount;
        uint256 remaining = left == 0 ? 0 : _streamEnd - block.timestamp;
        // The end is the mean of both ends by amount, so a reward of dust cannot hold up the stream before it. Rounded up:
        // a stream never runs faster than its parts would.
        uint256 end = block.timestamp + Math.ceilDiv(left * remaining + amount * STREAM, total);
        _left = total.toUint128();
        _streamEnd = uint64(end);
        emit RewardAdded(msg.sender, amount, end);
        OPEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakeVault
    function collect(address account) external returns (uint256 amount) {
        _settle(account);
        amount = _earned[account];
        require(amount != 0, StakeZeroAmount());

        _earned[account] = 0;
        emit RewardPaid(account, amount);
        OPEN.safeTransfer(account, amount);
    }

    /* VIEWS */

    /// @inheritdoc IStakeVault
    function earned(address account) external view returns (uint256) {
        (uint256 accumulated,,) = _streamed();
        return _earned[account] + _owed(account, accumulated);
    }

    /// @inheritdoc IStakeVault
    function tickets(uint256 ticket) external view returns (address account, uint256 amount, uint256 availableAt) {
        Ticket memory thawing = _tickets[ticket];
        return (thawing.account, thawing.amount, thawing.availableAt);
    }

    /// @dev ERC-6372: votes are checkpointed by timestamp.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /* INTERNAL */

    function _stake(address account, uint256 amount) internal {
        require(amount != 0, StakeZeroAmount());
        _settle(account);

        // Stake votes from the first moment, unless its holder has chosen somebody else.
        if (stakeOf[account] == 0 && delegates(account) == address(0)) _delegate(account, account);
        stakeOf[account] += amount;
        totalStaked += amount;
        _transferVotingUnits(address(0), account, amount);
        emit Staked(account, amount);
        OPEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @dev Brings the stream up to now.
    function _advance() internal returns (uint256 accumulated) {
        uint256 left;
        uint256 end;
        (accumulated, left, end) = _streamed();
        _accumulated = accumulated;
        _left = left.toUint128();
        _streamEnd = uint64(end);
        _streamedTo = uint64(block.timestamp);
    }

    /// @dev Brings the stream, and what `account` has earned, up to now.
    function _settle(address account) internal {
        uint256 accumulated = _advance();
        _earned[account] += _owed(account, accumulated);
        _settledAt[account] = accumulated;
    }

    /// @dev The stream's variables as of now.
    function _streamed() internal view returns (uint256 accumulated, uint256 left, uint256 end) {
        (accumulated, left, end) = (_accumulated, _left, _streamEnd);
        uint256 from = _streamedTo;
        if (left == 0 || from == block.timestamp) return (accumulated, left, end);
        uint256 elapsed = block.timestamp - from;
        // With nobody at stake the stream stands still.
        if (totalStaked == 0) return (accumulated, left, end + elapsed);

        // Rounded down; the rest streams later, and all that is left by the end.
        uint256 released = block.timestamp >= end ? left : left * elapsed / (end - from);
        // Rounded down: less than a wei for all stakers together stays in the vault.
        return (accumulated + released * SCALE / totalStaked, left - released, end);
    }

    /// @dev Wei that `account` has earned since its last settlement, rounded down.
    function _owed(address account, uint256 accumulated) internal view returns (uint256) {
        return stakeOf[account] * (accumulated - _settledAt[account]) / SCALE;
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return stakeOf[account];
    }
}
