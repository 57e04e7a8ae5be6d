// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAttribution} from "./interfaces/IAttribution.sol";
import {IModels} from "./interfaces/IModels.sol";
import {IOperators} from "./interfaces/IOperators.sol";
import {IRefutations} from "./interfaces/IRefutations.sol";
import {ITill} from "./interfaces/ITill.sol";
import {IIndexVerifier, ILogVerifier, IVerifier} from "./interfaces/IVerifier.sol";

/// @title The judge of what can be proved
/// @notice See IRefutations.
contract Refutations is IRefutations {
    using SafeERC20 for ERC20Burnable;
    using SafeCast for uint256;

    /* TYPES */

    /// @dev One word for a posting's, whose bond Attribution keeps until it is taken.
    struct Reward {
        address refuter;
        uint40 committedAt; // block
        uint40 takeableAt; // block
        bool kept; // by Attribution
    }

    /* CONSTANTS */

    /// @inheritdoc IRefutations
    uint256 public constant REVEAL_BLOCKS = 20;

    /* IMMUTABLES */

    ERC20Burnable public immutable OPEN;
    IAttribution public immutable ATTRIBUTION;
    IOperators public immutable OPERATORS;
    IModels public immutable MODELS;
    /// @inheritdoc IRefutations
    address public immutable LOG_VERIFIER;
    /// @inheritdoc IRefutations
    address public immutable EQUIVOCATION_VERIFIER;
    /// @inheritdoc IRefutations
    address public immutable INDEX_VERIFIER;

    /* STORAGE */

    /// @inheritdoc IRefutations
    mapping(address verifier => bool) public isVerifier;
    /// @inheritdoc IRefutations
    mapping(bytes32 commitment => uint256) public committedAt;
    mapping(bytes32 target => Reward) internal _rewards;
    /// @dev Wei that lie here; of what is not a posting.
    mapping(bytes32 target => uint256) internal _amounts;
    /// @dev Equivocations that were slashed. A log and a version can be refuted once anyhow.
    mapping(bytes32 target => bool) internal _slashed;

    /* CONSTRUCTOR */

    /// @param verifiers of postings
    constructor(
        ERC20Burnable openToken,
        IAttribution attribution,
        IOperators operators,
        IModels models,
        address[] memory verifiers,
        address logVerifier,
        address equivocationVerifier,
        address indexVerifier
    ) {
        OPEN = openToken;
        ATTRIBUTION = attribution;
        OPERATORS = operators;
        MODELS = models;
        LOG_VERIFIER = logVerifier;
        EQUIVOCATION_VERIFIER = equivocationVerifier;
        INDEX_VERIFIER = indexVerifier;
        for (uint256 i; i < verifiers.length; ++i) {
            isVerifier[verifiers[i]] = true;
        }
    }

    /* REFUTER */

    /// @inheritdoc IRefutations
    function commitRefutation(bytes32 commitment) external {
        require(committedAt[commitment] == 0, RefutationKnown(commitment));
        committedAt[commitment] = block.number;
        emit RefutationCommitted(commitment);
    }

    /// @inheritdoc IRefutations
    function refute(IAttribution.Entry calldata entry, address verifier, bytes calldata evidence) external {
        bytes32 target = _checkPosting(entry, verifier, evidence);
        _grant(target, verifier, true);
        // Reverts unless the posting is pending. Its bond stays there until the reward is taken.
        ATTRIBUTION.voidRefuted(entry);
    }

    /// @inheritdoc IRefutations
    function refuteLog(address till, uint256 epoch, bytes calldata evidence) external {
        bytes32 target = _checkLog(LOG_VERIFIER, till, epoch, evidence);
        // Reverts unless the log is committed and not void. An operator without a bond leaves nothing to reward.
        ATTRIBUTION.voidLog(till, epoch);
        uint256 paid = OPERATORS.slash(ITill(till).operator());
        if (paid != 0) _grant(target, LOG_VERIFIER, false);
        _amounts[target] = paid;
    }

    /// @inheritdoc IRefutations
    function slashEquivocation(address till, uint256 epoch, bytes calldata evidence) external {
        bytes32 target = _checkLog(EQUIVOCATION_VERIFIER, till, epoch, evidence);
        require(!_slashed[target], RefutationDone(target));
        uint256 paid = OPERATORS.slash(ITill(till).operator());
        require(paid != 0, RefutationNoReward(target));
        _slashed[target] = true;
        _grant(target, EQUIVOCATION_VERIFIER, false);
        _amounts[target] = paid;
    }

    /// @inheritdoc IRefutations
    function refuteIndex(uint256 model, bytes calldata evidence) external {
        bytes32 target = _checkIndex(model, evidence);
        uint256 bond = MODELS.strike(model);
        // A live version's bond is back with its developer.
        if (bond == 0) return;
        uint256 burned = bond / 2; // rounded down; the refuter has the odd wei
        _grant(target, INDEX_VERIFIER, false);
        _amounts[target] = bond - burned;
        OPEN.burn(burned);
    }

    /// @inheritdoc IRefutations
    function takePrecedence(IAttribution.Entry calldata entry, address verifier, bytes calldata evidence, bytes32 salt)
        external
    {
        _precede(_checkPosting(entry, verifier, evidence), verifier, evidence, salt);
    }

    /// @inheritdoc IRefutations
    function takeLogPrecedence(address till, uint256 epoch, bytes calldata evidence, bytes32 salt) external {
        _precede(_checkLog(LOG_VERIFIER, till, epoch, evidence), LOG_VERIFIER, evidence, salt);
    }

    /// @inheritdoc IRefutations
    function takeEquivocationPrecedence(address till, uint256 epoch, bytes calldata evidence, bytes32 salt) external {
        bytes32 target = _checkLog(EQUIVOCATION_VERIFIER, till, epoch, evidence);
        _precede(target, EQUIVOCATION_VERIFIER, evidence, salt);
    }

    /// @inheritdoc IRefutations
    function takeIndexPrecedence(uint256 model, bytes calldata evidence, bytes32 salt) external {
        _precede(_checkIndex(model, evidence), INDEX_VERIFIER, evidence, salt);
    }

    /* ANYONE */

    /// @inheritdoc IRefutations
    function takeReward(bytes32 target) external {
        Reward memory reward = _rewards[target];
        require(reward.refuter != address(0), RefutationNoReward(target));
        require(block.number >= reward.takeableAt, RefutationRevealOpen(reward.takeableAt));

        uint256 amount = _amounts[target];
        delete _rewards[target];
        delete _amounts[target];
        emit RewardTaken(target, reward.refuter);
        if (reward.kept) ATTRIBUTION.paySlash(reward.refuter);
        else OPEN.safeTransfer(reward.refuter, amount);
    }

    /* VIEWS */

    /// @inheritdoc IRefutations
    function commitmentOf(address refuter, bytes32 target, address verifier, bytes32 evidenceHash, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(refuter, target, verifier, evidenceHash, salt));
    }

    /// @inheritdoc IRefutations
    function rewardOf(bytes32 target)
        external
        view
        returns (address refuter, uint256 committedBlock, uint256 takeableAt)
    {
        Reward memory reward = _rewards[target];
        return (reward.refuter, reward.committedAt, reward.takeableAt);
    }

    /* INTERNAL */

    function _checkPosting(IAttribution.Entry calldata entry, address verifier, bytes calldata evidence)
        internal
        view
        returns (bytes32 target)
    {
        require(isVerifier[verifier], RefutationUnknownVerifier(verifier));
        target = keccak256(abi.encode(entry));
        require(IVerifier(verifier).refutes(entry.posting, evidence), RefutationNotProved(target));
    }

    function _checkLog(address verifier, address till, uint256 epoch, bytes calldata evidence)
        internal
        view
        returns (bytes32 target)
    {
        target = keccak256(abi.encode(verifier, till, epoch));
        require(ILogVerifier(verifier).refutes(till, epoch, evidence), RefutationNotProved(target));
    }

    function _checkIndex(uint256 model, bytes calldata evidence) internal view returns (bytes32 target) {
        target = keccak256(abi.encode(INDEX_VERIFIER, model));
        require(IIndexVerifier(INDEX_VERIFIER).refutes(model, evidence), RefutationNotProved(target));
    }

    /// @dev Without a commitment the refutation counts as of its own block: any commitment before comes first.
    function _grant(bytes32 target, address verifier, bool kept) internal {
        require(_rewards[target].refuter == address(0), RefutationDone(target));
        uint256 takeableAt = block.number + REVEAL_BLOCKS;
        _rewards[target] = Reward(msg.sender, block.number.toUint40(), takeableAt.toUint40(), kept);
        emit Refuted(target, msg.sender, verifier, takeableAt);
    }

    function _precede(bytes32 target, address verifier, bytes calldata evidence, bytes32 salt) internal {
        Reward storage reward = _rewards[target];
        require(reward.refuter != address(0), RefutationNoReward(target));
        require(block.number < reward.takeableAt, RefutationRevealOver(reward.takeableAt));
        uint256 committed = committedAt[commitmentOf(msg.sender, target, verifier, keccak256(evidence), salt)];
        require(committed != 0 && committed < reward.committedAt, RefutationNotEarlier(committed, reward.committedAt));

        reward.refuter = msg.sender;
        reward.committedAt = committed.toUint40();
        emit PrecedenceTaken(target, msg.sender, committed);
    }
}
