// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IRewards} from "./interfaces/IRewards.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Lists} from "./libraries/Lists.sol";
import {Ring} from "./libraries/Ring.sol";

/// @title Pools of final postings, the ring of payout roots, and claims
/// @notice See IRewards.
contract Rewards is IRewards, EIP712 {
    using SafeERC20 for IERC20;

    /* CONSTANTS */

    /// @inheritdoc IRewards
    uint256 public constant RING = Ring.SLOTS;
    bytes32 internal constant CLAIM_TYPEHASH =
        keccak256("Claim(uint32 contributor,address recipient,uint256 cumulative)");

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IStakeVault public immutable STAKE_VAULT;
    address public immutable ATTRIBUTION;

    /* STORAGE */

    /// @dev `bytes27 root | uint40 activatesAt`: one word, so that a claim reads it cold once.
    mapping(uint256 slot => bytes32) internal _ring;
    /// @dev Wei claimed by contributors 2i (lower half of the word) and 2i + 1: a block of claims writes half the words.
    mapping(uint256 pair => uint256) internal _claimed;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken, IStakeVault stakeVault, address attribution) EIP712("Tributary Rewards", "1") {
        OPEN = openToken;
        STAKE_VAULT = stakeVault;
        ATTRIBUTION = attribution;
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
        _prove(slot, count, contributor, account, cumulative, proof);
        amount = _book(contributor, cumulative);
        OPEN.safeTransfer(account, amount);
    }

    /// @inheritdoc IRewards
    function claimRange(uint256 slot, uint32 count, uint32 first, bytes32[] calldata leaves, bytes32[] calldata proof)
        external
        returns (uint256 amount)
    {
        bytes27 root = _activeRoot(slot);
        (bool shaped, bytes32 computed) = Lists.rangeRootOf(Lists.PAYOUTS, count, first, leaves, proof);
        require(shaped && bytes27(computed) == root, RewardsInvalidProof());

        // As many turns as leaves are given and proved. OPEN calls nobody back.
        for (uint256 i; i < leaves.length; ++i) {
            uint256 leaf = uint256(leaves[i]);
            uint32 contributor = uint32(first + i); // below `count`, as proved
            if (uint96(leaf) <= claimedOf(contributor)) continue;
            address account = address(uint160(leaf >> 96));
            uint256 part = _book(contributor, uint96(leaf));
            amount += part;
            OPEN.safeTransfer(account, part);
        }
        require(amount != 0, RewardsNothingToClaim(first));
    }

    /// @inheritdoc IRewards
    function claimWithSig(
        uint256 slot,
        uint32 count,
        uint32 contributor,
        address account,
        uint96 cumulative,
        bytes32[] calldata proof,
        address recipient,
        bytes calldata signature
    ) external returns (uint256 amount) {
        _prove(slot, count, contributor, account, cumulative, proof);
        _checkSignature(account, _claimDigest(contributor, recipient, cumulative), signature);
        amount = _book(contributor, cumulative);
        OPEN.safeTransfer(recipient, amount);
    }

    /// @inheritdoc IRewards
    function claimAndStake(uint256 slot, uint32 count, uint32 contributor, uint96 cumulative, bytes32[] calldata proof)
        external
        returns (uint256 amount)
    {
        _prove(slot, count, contributor, msg.sender, cumulative, proof);
        amount = _book(contributor, cumulative);
        OPEN.forceApprove(address(STAKE_VAULT), amount);
        STAKE_VAULT.stakeFor(msg.sender, amount);
    }

    /* ATTRIBUTION */

    /// @inheritdoc IRewards
    function setRoot(uint256 slot, bytes32 root, uint40 activatesAt) external {
        require(msg.sender == ATTRIBUTION, RewardsNotAttribution(msg.sender));
        _ring[slot] = bytes32(bytes27(root)) | bytes32(uint256(activatesAt));
        emit RootSet(slot, bytes27(root), activatesAt);
    }

    /* VIEWS */

    /// @inheritdoc IRewards
    function rootAt(uint256 slot) public view returns (bytes27 root, uint40 activatesAt) {
        bytes32 word = _ring[slot];
        if (word == 0) return (0, type(uint40).max); // never set
        return (bytes27(word), uint40(uint256(word)));
    }

    /// @inheritdoc IRewards
    function claimedOf(uint32 contributor) public view returns (uint256) {
        return uint128(_claimed[contributor >> 1] >> _shift(contributor));
    }

    /* INTERNAL */

    /// @dev The root in `slot`, or reverts before its time, where it is void, and where there is none.
    function _activeRoot(uint256 slot) internal view returns (bytes27 root) {
        uint40 activatesAt;
        (root, activatesAt) = rootAt(slot);
        require(block.timestamp >= activatesAt, RewardsNotActive(slot, activatesAt));
    }

    function _prove(
        uint256 slot,
        uint256 count,
        uint256 contributor,
        address account,
        uint96 cumulative,
        bytes32[] calldata proof
    ) internal view {
        bytes27 root = _activeRoot(slot);
        bytes32 leaf = bytes32(uint256(uint160(account)) << 96 | cumulative);
        (bool shaped, bytes32 computed) = Lists.rootOf(Lists.PAYOUTS, count, contributor, leaf, proof);
        require(shaped && bytes27(computed) == root, RewardsInvalidProof());
    }

    /// @dev Books that `contributor` has been paid `cumulative`. Returns what is due: never zero.
    function _book(uint32 contributor, uint96 cumulative) internal returns (uint256 amount) {
        uint256 pair = contributor >> 1;
        uint256 shift = _shift(contributor);
        uint256 word = _claimed[pair];
        uint256 claimed = uint128(word >> shift);
        require(cumulative > claimed, RewardsNothingToClaim(contributor));

        unchecked {
            amount = cumulative - claimed; // checked just above
            // The half word grows from `claimed` to `cumulative`, which has 96 bits: it never reaches the other half.
            _claimed[pair] = word + (amount << shift);
        }
        emit Claimed(contributor, amount);
    }

    function _claimDigest(uint32 contributor, address recipient, uint96 cumulative) internal view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CLAIM_TYPEHASH, contributor, recipient, cumulative)));
    }

    /// @dev ECDSA first, so that an account keeps its key's word whatever code it has by EIP-7702; else ERC-1271.
    function _checkSignature(address account, bytes32 digest, bytes calldata signature) internal view {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool valid = (failure == ECDSA.RecoverError.NoError && signer == account)
            || SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
        require(valid, RewardsInvalidSignature(account));
    }

    function _shift(uint256 contributor) internal pure returns (uint256) {
        return (contributor & 1) << 7;
    }
}
