// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Till} from "./Till.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IChannels} from "./interfaces/IChannels.sol";
import {IModels} from "./interfaces/IModels.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IRevenue} from "./interfaces/IRevenue.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Parameters} from "./libraries/Parameters.sol";
import {Split} from "./libraries/Split.sol";

/// @title Income of each Till, split by the version's frozen terms
/// @notice See IRevenue.
contract Revenue is IRevenue, IParameters {
    using SafeERC20 for IERC20;

    /* TYPES */

    struct Book {
        uint256 model;
        address operator; // zero: no Till of ours
        uint256 covered; // over all closed epochs
        mapping(uint256 epoch => uint256) income;
        mapping(uint256 epoch => Closing) closings;
        mapping(Role role => uint256) withdrawn;
    }

    /// @dev One word.
    struct Closing {
        uint128 pool; // the contributors' part
        bool closed;
    }

    /// @dev One word. The supply of OPEN has 90 bits.
    struct Epoch {
        uint128 pool; // contributors' parts of the Tills that are closed
        uint128 openTills; // Tills with income that are not
    }

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IModels public immutable MODELS;
    IStakeVault public immutable STAKE_VAULT;
    /// @dev The timelock.
    address public immutable TREASURY;
    /// @dev What Tills are clones of.
    address public immutable TILL;
    /// @inheritdoc IRevenue
    uint256 public immutable EPOCH;
    address internal immutable DEPLOYER;

    /* STORAGE */

    IAttribution public attribution;
    address public rewards;

    mapping(address till => Book) internal _books;
    mapping(uint256 epoch => Epoch) internal _epochs;
    /// @inheritdoc IRevenue
    uint256 public treasuryOwed;
    /// @dev Pools of closed epochs that no final posting has released.
    uint256 internal _poolsHeld;

    /* CONSTRUCTOR */

    constructor(
        IERC20 openToken,
        IModels models,
        IStakeVault stakeVault,
        IChannels channels,
        address treasury,
        uint256 epochLength
    ) {
        OPEN = openToken;
        MODELS = models;
        STAKE_VAULT = stakeVault;
        TREASURY = treasury;
        TILL = address(new Till(openToken, channels, this));
        EPOCH = Parameters.within("EPOCH", epochLength, 1 minutes, 30 days);
        DEPLOYER = msg.sender;
    }

    /// @inheritdoc IRevenue
    function wire(address attribution_) external {
        require(msg.sender == DEPLOYER && address(attribution) == address(0), RevenueSealed());
        attribution = IAttribution(attribution_);
        rewards = address(IAttribution(attribution_).REWARDS());
    }

    /* TILLS */

    /// @inheritdoc IRevenue
    function createTill(uint256 model) external returns (address till) {
        require(MODELS.stateOf(model) == IModels.State.Live, RevenueNotLive(model));
        address operator = MODELS.termsOf(model).operator;
        bytes memory arguments = abi.encode(model, operator);
        till = Clones.predictDeterministicAddressWithImmutableArgs(TILL, arguments, 0);
        Book storage book = _books[till];
        if (book.operator != address(0)) return till;

        book.model = model;
        book.operator = operator;
        emit TillCreated(till, model, operator);
        Clones.cloneDeterministicWithImmutableArgs(TILL, arguments, 0);
    }

    /// @inheritdoc IRevenue
    function credit(uint256 amount) external {
        Book storage book = _books[msg.sender];
        uint256 epoch = currentEpoch();
        uint256 before = book.income[epoch];
        if (before == 0) {
            // Who has income is a Till, so it is asked once an epoch.
            require(book.operator != address(0), RevenueNotTill(msg.sender));
            ++_epochs[epoch].openTills;
            emit Earning(msg.sender, epoch);
        }
        book.income[epoch] = before + amount;
    }

    /* EPOCHS */

    /// @inheritdoc IRevenue
    function close(address till, uint256 epoch) external {
        Book storage book = _bookOf(till);
        uint256 earned = book.income[epoch];
        require(earned != 0, RevenueNoIncome(till, epoch));
        require(!book.closings[epoch].closed, RevenueAlreadyClosed(till, epoch));
        uint256 deadline = attribution.logDeadline(epoch);
        require(block.timestamp > deadline, RevenueTooEarly(deadline + 1));

        // Attribution takes no log above the income of its epoch.
        (,, uint256 covered) = attribution.logOf(till, epoch);
        uint256 before = book.covered;
        uint256 share = MODELS.termsOf(book.model).split.contributors;
        uint256 pool = Split.grown(before, covered, share);

        book.closings[epoch] = Closing(uint128(pool), true);
        book.covered = before + covered;
        Epoch storage booked = _epochs[epoch];
        booked.pool += uint128(pool);
        --booked.openTills;
        _poolsHeld += pool;
        treasuryOwed += earned - covered;
        emit Closed(till, epoch, covered, earned - covered, pool);
    }

    /// @inheritdoc IRevenue
    function withdraw(address till, Role role) external returns (uint256 amount) {
        amount = owed(till, role);
        require(amount != 0, RevenueNothingToWithdraw());

        Book storage book = _books[till];
        book.withdrawn[role] += amount;
        address recipient = _recipientOf(book, role);
        emit Withdrawn(till, role, recipient, amount);
        if (role == Role.Stakers) {
            OPEN.forceApprove(recipient, amount);
            STAKE_VAULT.addReward(amount);
        } else {
            OPEN.safeTransfer(recipient, amount);
        }
    }

    /// @inheritdoc IRevenue
    function withdrawTreasury() external returns (uint256 amount) {
        amount = treasuryOwed;
        require(amount != 0, RevenueNothingToWithdraw());

        treasuryOwed = 0;
        emit TreasuryWithdrawn(TREASURY, amount);
        OPEN.safeTransfer(TREASURY, amount);
    }

    /* POOLS */

    /// @inheritdoc IRevenue
    function checkPool(uint256 from, uint256 to, uint256 pool) external view {
        uint256 sum;
        // Attribution bounds how many epochs a posting has.
        for (uint256 epoch = from; epoch <= to; ++epoch) {
            Epoch memory booked = _epochs[epoch];
            require(booked.openTills == 0, RevenueOpenTills(epoch, booked.openTills));
            sum += booked.pool;
        }
        require(pool == sum, RevenuePoolMismatch(sum, pool));
    }

    /// @inheritdoc IRevenue
    function releasePool(uint256 pool, uint256 distributed) external {
        require(msg.sender == address(attribution), RevenueNotAttribution(msg.sender));
        // Reverts rather than touch other money, were a pool ever released twice.
        _poolsHeld -= pool;
        treasuryOwed += pool - distributed;
        emit PoolReleased(pool, distributed);
        OPEN.safeTransfer(rewards, distributed);
    }

    /* VIEWS */

    /// @inheritdoc IRevenue
    function tillOf(uint256 model, address operator) external view returns (address) {
        require(MODELS.termsOf(model).operator == operator, RevenueNotOperator(model, operator));
        return Clones.predictDeterministicAddressWithImmutableArgs(TILL, abi.encode(model, operator), 0);
    }

    /// @inheritdoc IRevenue
    function isTill(address account) external view returns (bool) {
        return _books[account].operator != address(0);
    }

    /// @inheritdoc IRevenue
    function income(address till, uint256 epoch) external view returns (uint256) {
        return _books[till].income[epoch];
    }

    /// @inheritdoc IRevenue
    function poolOf(uint256 epoch) external view returns (uint256) {
        return _epochs[epoch].pool;
    }

    /// @inheritdoc IRevenue
    function poolOfTill(address till, uint256 epoch) external view returns (uint256) {
        return _books[till].closings[epoch].pool;
    }

    /// @inheritdoc IRevenue
    function openTills(uint256 epoch) external view returns (uint256) {
        return _epochs[epoch].openTills;
    }

    /// @inheritdoc IRevenue
    function owed(address till, Role role) public view returns (uint256) {
        Book storage book = _bookOf(till);
        IModels.Split memory split = MODELS.termsOf(book.model).split;
        uint256 paid = book.withdrawn[role];
        if (role == Role.Developer) return Split.part(book.covered, split.developer) - paid;
        if (role == Role.Operator) return Split.part(book.covered, split.operator) - paid;
        if (role == Role.Stakers) return Split.part(book.covered, split.stakers) - paid;
        if (role == Role.Validators) return Split.part(book.covered, split.validators) - paid;
        return Split.lastPart(book.covered, split.treasury) - paid;
    }

    /// @inheritdoc IRevenue
    function currentEpoch() public view returns (uint256) {
        return block.timestamp / EPOCH; // rounded down: the number of whole epochs that are over
    }

    /* INTERNAL */

    function _bookOf(address till) internal view returns (Book storage book) {
        book = _books[till];
        require(book.operator != address(0), RevenueNotTill(till));
    }

    function _recipientOf(Book storage book, Role role) internal view returns (address) {
        if (role == Role.Developer) return MODELS.developerOf(book.model);
        if (role == Role.Operator) return book.operator;
        if (role == Role.Stakers) return address(STAKE_VAULT);
        if (role == Role.Validators) return MODELS.evaluatorOf(book.model);
        return TREASURY;
    }
}
