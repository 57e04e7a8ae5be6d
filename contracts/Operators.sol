// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAttribution} from "./interfaces/IAttribution.sol";
import {IOperators} from "./interfaces/IOperators.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Parameters} from "./libraries/Parameters.sol";

/// @title Operators' bonds
/// @notice See IOperators.
contract Operators is IOperators, IParameters {
    using SafeERC20 for ERC20Burnable;
    using SafeCast for uint256;

    /* TYPES */

    struct Account {
        uint128 bond;
        uint128 thawing;
        uint40 availableAt;
    }

    /* IMMUTABLES */

    ERC20Burnable public immutable OPEN;
    IAttribution public immutable ATTRIBUTION;
    /// @inheritdoc IOperators
    uint256 public immutable BOND;
    /// @inheritdoc IOperators
    uint256 public immutable THAW;

    /* STORAGE */

    mapping(address operator => Account) internal _accounts;

    /* CONSTRUCTOR */

    /// @param bond wei
    constructor(ERC20Burnable openToken, IAttribution attribution, IStakeVault stakeVault, uint256 bond) {
        OPEN = openToken;
        ATTRIBUTION = attribution;
        BOND = Parameters.within("OPERATOR_BOND", bond, 1 ether, 100_000_000 ether);
        // Attribution has seen to it that unbonding outlasts window, vote and the timelock's delay.
        THAW = stakeVault.UNBONDING() + attribution.LOG_DELAY();
    }

    /* OPERATOR */

    /// @inheritdoc IOperators
    function deposit(uint256 amount) external {
        require(amount != 0, OperatorZeroAmount());
        _accounts[msg.sender].bond += amount.toUint128();
        emit BondDeposited(msg.sender, amount);
        OPEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IOperators
    function announce(uint256 amount) external {
        require(amount != 0, OperatorZeroAmount());
        Account storage account = _accounts[msg.sender];
        uint256 bond = account.bond;
        require(amount <= bond, OperatorBondTooLow(bond, amount));

        uint256 availableAt = block.timestamp + THAW;
        account.bond = uint128(bond - amount);
        account.thawing += uint128(amount);
        account.availableAt = uint40(availableAt);
        emit BondThawing(msg.sender, account.thawing, availableAt);
    }

    /// @inheritdoc IOperators
    function withdraw() external returns (uint256 amount) {
        Account storage account = _accounts[msg.sender];
        amount = account.thawing;
        require(amount != 0, OperatorZeroAmount());
        require(block.timestamp >= account.availableAt, OperatorStillThawing(account.availableAt));

        account.thawing = 0;
        account.availableAt = 0;
        emit BondWithdrawn(msg.sender, amount);
        OPEN.safeTransfer(msg.sender, amount);
    }

    /* JUDGES */

    /// @inheritdoc IOperators
    function slash(address operator) external returns (uint256 paid) {
        require(ATTRIBUTION.isJudge(msg.sender), OperatorNotJudge(msg.sender));
        Account memory account = _accounts[operator];
        uint256 held = uint256(account.bond) + account.thawing;
        if (held == 0) return 0;

        delete _accounts[operator];
        uint256 burned = held / 2; // rounded down; the judge has the odd wei
        paid = held - burned;
        emit OperatorSlashed(operator, msg.sender, burned, paid);
        OPEN.burn(burned);
        OPEN.safeTransfer(msg.sender, paid);
    }

    /* VIEWS */

    /// @inheritdoc IOperators
    function checkBonded(address operator) external view {
        uint256 bond = _accounts[operator].bond;
        require(bond >= BOND, OperatorNotBonded(operator, bond, BOND));
    }

    /// @inheritdoc IOperators
    function bondOf(address operator) external view returns (uint256 bond, uint256 thawing, uint256 availableAt) {
        Account memory account = _accounts[operator];
        return (account.bond, account.thawing, account.availableAt);
    }
}
