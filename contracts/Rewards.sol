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

/// @title Pools of final postings, the ring of payout roots, and claims
/// @notice See IRewards.
contract Rewards is IRewards, EIP712 {
    using SafeERC20 for IERC20;

    /* TYPES */

    struct Word {
        uint256 value;
    }

    /* CONSTANTS */

    /// @inheritdoc IRewards
    uint256 public constant RING = 64;
    bytes32 internal constant CLAIM_TYPEHASH =
        keccak256("Claim(uint32 contributor,address recipient,uint256 cumulative)");

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IStakeVault public immutable STAKE_VAULT;
    address public immutable ATTRIBUTION;

    /* STORAGE */

    /// @dev `bytes27 root | uint40 activatesAt`: one word, so that a claim reads it cold once.
    bytes32[2 ** 32] internal _ring;
    /// @dev Wei claimed by contributors 2i (lower half of the word) and 2i + 1: a block of claims writes half the words.
    Word[2 ** 31] internal _claimed;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken, IStakeVault stakeVault, address attribution) EIP712("Tributary Rewards", "1") {
        OPEN = openToken;
        STAKE_VAULT = stakeVault;
        ATTRIBUTION = attribution;
    }

    /* CLAIMS */

    /// @inheritdoc IRewards
    function claim(uint96 place, bytes32 leaf, bytes32[] calldata proof) external returns (uint256 amount) {
        amount = _take(place, leaf, proof);
        _pay(_accountOf(leaf), amount);
    }

    /// @inheritdoc IRewards
    function claimRange(uint96 place, bytes32[] calldata leaves, bytes32[] calldata proof)
        external
        returns (uint256 amount)
    {
        (bool shaped, bytes32 computed) =
            Lists.rangeRootOf(Lists.PAYOUTS, uint32(place >> 32), uint32(place), leaves, proof);
        _check(place, shaped, computed);

        // As many turns as leaves are given and proved. OPEN calls nobody back.
        for (uint256 i; i < leaves.length; ++i) {
            bytes32 leaf = leaves[i];
            uint256 part = _book(uint32(place) + i, leaf); // an id below the count, as proved
            if (part == 0) continue;
            amount += part;
            _pay(_accountOf(leaf), part);
        }
        require(amount != 0, RewardsNothingToClaim(uint32(place)));
    }

    /// @inheritdoc IRewards
    function claimWithSig(
        uint96 place,
        bytes32 leaf,
        bytes32[] calldata proof,
        address recipient,
        bytes calldata signature
    ) external returns (uint256 amount) {
        amount = _take(place, leaf, proof);
        address account = _accountOf(leaf);
        _checkSignature(account, _claimDigest(uint32(place), recipient, uint96(uint256(leaf))), signature);
        emit Redirected(uint32(place), account, recipient, amount);
        _pay(recipient, amount);
    }

    /// @inheritdoc IRewards
    function claimAndStake(uint96 place, uint96 cumulative, bytes32[] calldata proof)
        external
        returns (uint256 amount)
    {
        amount = _take(place, bytes32(uint256(uint160(msg.sender)) << 96 | cumulative), proof);
        emit Redirected(uint32(place), msg.sender, address(STAKE_VAULT), amount);
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
    function rootAt(uint256 slot) external view returns (bytes27 root, uint40 activatesAt) {
        bytes32 held = slot < _ring.length ? _ring[slot] : bytes32(0);
        return (bytes27(held), _activation(held));
    }

    /// @inheritdoc IRewards
    function claimedOf(uint32 contributor) external view returns (uint256) {
        return _claimedOf(contributor);
    }

    /* INTERNAL */

    /// @dev Reverts unless `computed`, the root of a list that has what is claimed, is the one in the slot, and its time
    /// has come.
    function _check(uint96 place, bool shaped, bytes32 computed) internal view {
        bytes32 held;
        bool valid;
        assembly ("memory-safe") {
            held := sload(add(_ring.slot, shr(64, place))) // 32 bits are left: within the array
            let same := iszero(shr(40, xor(computed, held)))
            valid := and(shaped, and(same, iszero(lt(timestamp(), and(held, 0xffffffffff)))))
        }
        if (!valid) _refuse(place, held);
    }

    /// @dev Names what is wrong: the time, or else the proof.
    function _refuse(uint96 place, bytes32 held) internal view {
        uint256 activatesAt = _activation(held);
        require(block.timestamp >= activatesAt, RewardsNotActive(place >> 64, activatesAt));
        revert RewardsInvalidProof();
    }

    /// @dev When the root in a slot's word can be claimed by. Never, where none was set.
    function _activation(bytes32 held) internal pure returns (uint40) {
        return held == 0 ? type(uint40).max : uint40(uint256(held));
    }

    /// @dev Books that a contributor has been paid what its leaf, which must be proved, says. Returns what is due: never 0.
    function _take(uint96 place, bytes32 leaf, bytes32[] calldata proof) internal returns (uint256 amount) {
        (bool shaped, bytes32 computed) = Lists.rootOf(Lists.PAYOUTS, uint32(place >> 32), uint32(place), leaf, proof);
        _check(place, shaped, computed);
        amount = _book(uint32(place), leaf);
        if (amount == 0) revert RewardsNothingToClaim(uint32(place));
    }

    /// @dev The same for a leaf that is proved.
    function _book(uint256 contributor, bytes32 leaf) internal returns (uint256 amount) {
        uint256 shift = _shift(contributor);
        Word storage pair = _pairOf(contributor);
        uint256 word = pair.value;
        uint256 claimed = uint128(word >> shift);
        uint256 cumulative = uint96(uint256(leaf));
        if (cumulative <= claimed) return 0;

        unchecked {
            amount = cumulative - claimed; // checked just above
            // The half word grows from `claimed` to `cumulative`, which has 96 bits: it never reaches the other half.
            pair.value = word + (amount << shift);
        }
    }

    function _claimedOf(uint256 contributor) internal view returns (uint256) {
        return uint128(_pairOf(contributor).value >> _shift(contributor));
    }

    /// @dev The word of a contributor id, which has 32 bits: within the array, so that nothing is left to check.
    function _pairOf(uint256 contributor) internal pure returns (Word storage pair) {
        assembly ("memory-safe") {
            pair.slot := add(_claimed.slot, shr(1, contributor))
        }
    }

    /// @dev Transfers OPEN, whose own contract never returns false: it reverts, and its error is passed on.
    function _pay(address to, uint256 amount) internal {
        IERC20 openToken = OPEN;
        bytes4 selector = IERC20.transfer.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, selector)
            mstore(add(free, 0x04), to)
            mstore(add(free, 0x24), amount)
            if iszero(call(gas(), openToken, 0, free, 0x44, 0x00, 0x00)) {
                returndatacopy(free, 0x00, returndatasize())
                revert(free, returndatasize())
            }
        }
    }

    function _accountOf(bytes32 leaf) internal pure returns (address) {
        return address(uint160(uint256(leaf) >> 96));
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
