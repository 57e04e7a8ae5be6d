// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IRevenue} from "./interfaces/IRevenue.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {Lists} from "./libraries/Lists.sol";

/// @title Posted pools, the ring of payout roots, and claims
/// @notice See IRewards.
contract Rewards is IRewards {
    using SafeERC20 for IERC20;

    /* CONSTANTS */

    /// @inheritdoc IRewards
    uint256 public constant RING = 64;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IRevenue public immutable REVENUE;
    address public immutable ATTRIBUTION;

    /* STORAGE */

    /// @dev `bytes27 root | uint40 activatesAt`: one word, so that a claim reads it cold once.
    mapping(uint256 slot => bytes32) internal _ring;
    /// @inheritdoc IRewards
    mapping(uint32 contributor => uint256) public claimedOf;
    /// @inheritdoc IRewards
    uint256 public totalClaimed;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken, IRevenue revenue, address attribution) {
        OPEN = openToken;
        REVENUE = revenue;
        ATTRIBUTION = attribution;
    }

    modifier onlyAttribution() {
        require(msg.sender == ATTRIBUTION, RewardsNotAttribution(msg.sender));
        _;
    }

    /* CLAIMS */

    /// @inheritdoc IRewards
    function claim(
        uint256 slot,
        uint32 count,
        uint32 contributor,
        address account,
        uint96 cumulative,
        bytes32[] calldata proof
    ) external returns (uint256 amount) {
        (bytes27 root, uint40 activatesAt) = rootAt(slot);
        require(block.timestamp >= activatesAt, RewardsNotActive(slot, activatesAt));
        bytes32 leaf = bytes32(uint256(uint160(account)) << 96 | cumulative);
        (bool shaped, bytes32 computed) = Lists.rootOf(Lists.PAYOUTS, count, contributor, leaf, proof);
        require(shaped && bytes27(computed) == root, RewardsInvalidProof());
        uint256 claimed = claimedOf[contributor];
        require(cumulative > claimed, RewardsNothingToClaim(contributor));

        amount = cumulative - claimed;
        claimedOf[contributor] = cumulative;
        totalClaimed += amount;
        emit Claimed(contributor, account, amount, cumulative);
        OPEN.safeTransfer(account, amount);
    }

    /* ATTRIBUTION */

    /// @inheritdoc IRewards
    function setRoot(uint256 slot, bytes32 root, uint40 activatesAt) external onlyAttribution {
        _ring[slot] = _word(bytes27(root), activatesAt);
        emit RootSet(slot, bytes27(root), activatesAt);
    }

    /// @inheritdoc IRewards
    function voidRoot(uint256 slot, uint256 amount) external onlyAttribution {
        _ring[slot] = _word(bytes27(_ring[slot]), type(uint40).max);
        emit RootVoided(slot);
        OPEN.safeTransfer(address(REVENUE), amount);
    }

    /// @inheritdoc IRewards
    function releaseUnattributed(uint256 amount) external onlyAttribution {
        OPEN.safeTransfer(address(REVENUE), amount);
        REVENUE.creditTreasury(amount);
    }

    /* VIEWS */

    /// @inheritdoc IRewards
    function rootAt(uint256 slot) public view returns (bytes27 root, uint40 activatesAt) {
        bytes32 word = _ring[slot];
        if (word == 0) return (0, type(uint40).max); // never set
        return (bytes27(word), uint40(uint256(word)));
    }

    /* INTERNAL */

    function _word(bytes27 root, uint40 activatesAt) internal pure returns (bytes32) {
        return bytes32(root) | bytes32(uint256(activatesAt));
    }
}
