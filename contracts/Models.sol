// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IDatanets} from "./interfaces/IDatanets.sol";
import {IModels} from "./interfaces/IModels.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {Parameters} from "./libraries/Parameters.sol";

/// @title Versions, their frozen terms, and their states
/// @notice See IModels.
contract Models is ERC721, IModels, IParameters {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /* TYPES */

    struct Version {
        State state;
        uint40 liveFrom;
        address evaluator;
        uint96 bond;
        uint40 closesAt; // of the objections; 0 where the version needs the full vote
        uint96 objections; // votes
        uint96 quorum; // of objections; fixed by the votes of the proposal's time
        uint40 proposedAt;
    }

    /// @dev The least bond after the last proposal, from which it falls.
    struct Level {
        uint96 bond;
        uint40 since;
    }

    /* CONSTANTS */

    uint256 internal constant BASIS_POINTS = 10_000;
    /// @inheritdoc IModels
    uint256 public constant PROPOSAL_TERM = 180 days;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IDatanets public immutable DATANETS;
    /// @dev The StakeVault, by whose past votes validators are told.
    IERC5805 public immutable VOTES;
    /// @dev The timelock: the governance that approves and suspends, and the treasury.
    address public immutable GOVERNANCE;
    address internal immutable DEPLOYER;
    /// @inheritdoc IModels
    uint96 public immutable MINIMUM_BOND;
    /// @inheritdoc IModels
    uint256 public immutable VALIDATOR_STAKE;
    /// @inheritdoc IModels
    uint256 public immutable EVALUATION_WINDOW;
    /// @inheritdoc IModels
    uint256 public immutable BOND_DECAY;
    /// @inheritdoc IModels
    uint256 public immutable OBJECTION_WINDOW;
    /// @inheritdoc IModels
    uint256 public immutable OBJECTION_QUORUM;

    /* STORAGE */

    /// @inheritdoc IModels
    address public judge;
    Terms[] internal _terms;
    mapping(uint256 model => Version) internal _versions;
    mapping(uint256 model => mapping(address account => bool)) internal _objected;
    Level internal _level;

    /* CONSTRUCTOR */

    constructor(
        IERC20 openToken,
        IDatanets datanets,
        IERC5805 votes,
        address governance,
        uint96 minimumBond,
        uint256 validatorStake,
        uint256 evaluationWindow,
        uint256 bondDecay,
        uint256 objectionWindow,
        uint256 objectionQuorum
    ) ERC721("Tributary Models", "MODEL") {
        OPEN = openToken;
        DATANETS = datanets;
        VOTES = votes;
        GOVERNANCE = governance;
        DEPLOYER = msg.sender;
        MINIMUM_BOND = uint96(Parameters.within("MINIMUM_BOND", minimumBond, 1 ether, 10_000_000 ether));
        VALIDATOR_STAKE = Parameters.within("VALIDATOR_STAKE", validatorStake, 1 ether, 100_000_000 ether);
        EVALUATION_WINDOW = Parameters.within("EVALUATION_WINDOW", evaluationWindow, 1 minutes, 30 days);
        BOND_DECAY = Parameters.within("BOND_DECAY", bondDecay, 1 minutes, 90 days);
        OBJECTION_WINDOW = Parameters.within("OBJECTION_WINDOW", objectionWindow, 1 minutes, 30 days);
        OBJECTION_QUORUM = Parameters.within("OBJECTION_QUORUM", objectionQuorum, 10, BASIS_POINTS / 2);
    }

    /// @inheritdoc IModels
    function wire(address judge_) external {
        require(msg.sender == DEPLOYER && judge == address(0) && judge_ != address(0), ModelSealed());
        judge = judge_;
    }

    /* DEVELOPER */

    /// @inheritdoc IModels
    function propose(Terms calldata terms, uint96 bond, string calldata uri) external returns (uint256 model) {
        _checkTerms(terms);
        uint256 required = requiredBond();
        require(bond >= required, ModelBondTooLow(bond, required));
        // Rounded up: the bond never rises by less than a quarter.
        _level = Level((required + Math.ceilDiv(required, 4)).toUint96(), uint40(block.timestamp));

        model = _terms.length;
        bool vote = needsVote(terms, msg.sender);
        _terms.push(terms);
        Version storage version = _versions[model];
        version.state = State.Proposed;
        version.bond = bond;
        version.proposedAt = uint40(block.timestamp);
        _mint(msg.sender, model);
        emit Proposed(model, msg.sender, terms, bond, uri);
        if (!vote) _openObjections(model, version);
        OPEN.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IModels
    function recordTrained(uint256 model, bytes32 manifestHash, bytes32 adapterHash, string calldata uri) external {
        Version storage version = _inState(model, State.Approved);
        require(msg.sender == ownerOf(model), ModelNotDeveloper(msg.sender));
        Terms storage terms = _terms[model];
        require(manifestHash == terms.manifestHash, ModelHashMismatch(terms.manifestHash, manifestHash));
        require(adapterHash == terms.adapterHash, ModelHashMismatch(terms.adapterHash, adapterHash));

        version.state = State.Trained;
        emit Trained(model, uri);
    }

    /// @inheritdoc IModels
    function retire(uint256 model) external {
        Version storage version = _known(model);
        State state = version.state;
        require(state <= State.Live, ModelWrongState(model, state));
        require(msg.sender == ownerOf(model), ModelNotDeveloper(msg.sender));
        _retire(model, version);
    }

    /* VALIDATOR */

    /// @inheritdoc IModels
    function recordEvaluation(uint256 model, uint32 milliPerplexity, bytes32 reportHash) external {
        Version storage version = _inState(model, State.Trained);
        require(msg.sender != ownerOf(model), ModelNotValidator(msg.sender, 0, VALIDATOR_STAKE));
        // Votes of a moment ago: what was borrowed for this transaction does not count.
        uint256 votes = VOTES.getPastVotes(msg.sender, VOTES.clock() - 1);
        require(votes >= VALIDATOR_STAKE, ModelNotValidator(msg.sender, votes, VALIDATOR_STAKE));
        require(reportHash != 0, ModelMissingHash());
        uint32 target = _terms[model].targetMilliPerplexity;
        require(milliPerplexity <= target, ModelTargetMissed(target, milliPerplexity));

        uint256 liveFrom = block.timestamp + EVALUATION_WINDOW;
        version.state = State.Evaluated;
        version.liveFrom = uint40(liveFrom);
        version.evaluator = msg.sender;
        emit Evaluated(model, msg.sender, milliPerplexity, reportHash, liveFrom);
    }

    /* STAKER */

    /// @inheritdoc IModels
    function object(uint256 model, string calldata reason) external {
        Version storage version = _inState(model, State.Proposed);
        uint256 closesAt = version.closesAt;
        require(closesAt != 0, ModelNeedsVote(model));
        require(block.timestamp < closesAt, ModelObjectionsClosed(model, closesAt));
        require(!_objected[model][msg.sender], ModelAlreadyObjected(msg.sender));
        uint256 votes = VOTES.getPastVotes(msg.sender, closesAt - OBJECTION_WINDOW - 1);
        require(votes != 0, ModelNoVotes(msg.sender));

        _objected[model][msg.sender] = true;
        uint256 objections = version.objections + votes;
        version.objections = objections.toUint96();
        emit Objected(model, msg.sender, votes, reason);
        if (objections < version.quorum) return;
        version.closesAt = 0;
        emit VoteRequired(model);
    }

    /* ANYONE */

    /// @inheritdoc IModels
    function approveUnopposed(uint256 model) external {
        Version storage version = _inState(model, State.Proposed);
        uint256 closesAt = version.closesAt;
        // What it follows may have been suspended or retired meanwhile, or the version sold.
        require(closesAt != 0 && !_needsVote(_terms[model], ownerOf(model)), ModelNeedsVote(model));
        require(block.timestamp >= closesAt, ModelWindowOpen(model, closesAt));
        _approve(model, version);
    }

    /// @inheritdoc IModels
    function expire(uint256 model) external {
        Version storage version = _inState(model, State.Proposed);
        uint256 opensAt = version.proposedAt + PROPOSAL_TERM;
        require(block.timestamp >= opensAt, ModelWindowOpen(model, opensAt));
        _retire(model, version);
    }

    /// @inheritdoc IModels
    function goLive(uint256 model) external {
        Version storage version = _inState(model, State.Evaluated);
        require(block.timestamp >= version.liveFrom, ModelWindowOpen(model, version.liveFrom));

        version.state = State.Live;
        emit Live(model);
        _returnBond(model, version);
    }

    /* GOVERNANCE */

    /// @inheritdoc IModels
    function approve(uint256 model) external {
        require(msg.sender == GOVERNANCE, ModelNotGovernance(msg.sender));
        _approve(model, _inState(model, State.Proposed));
    }

    /// @inheritdoc IModels
    function suspend(uint256 model) external {
        require(msg.sender == GOVERNANCE, ModelNotGovernance(msg.sender));
        Version storage version = _known(model);
        State state = version.state;
        require(state >= State.Approved && state <= State.Live, ModelWrongState(model, state));

        version.state = State.Suspended;
        emit Suspended(model);
        _forfeitBond(model, version, GOVERNANCE);
    }

    /* JUDGE */

    /// @inheritdoc IModels
    function strike(uint256 model) external returns (uint256 bond) {
        require(msg.sender == judge, ModelNotJudge(msg.sender));
        Version storage version = _known(model);
        State state = version.state;
        require(state <= State.Live, ModelWrongState(model, state));

        if (state == State.Live) {
            version.state = State.Suspended;
            emit Suspended(model);
        } else {
            version.state = State.Retired;
            emit Retired(model);
        }
        return _forfeitBond(model, version, msg.sender);
    }

    /* VIEWS */

    /// @inheritdoc IModels
    function stateOf(uint256 model) external view returns (State) {
        return _versions[model].state;
    }

    /// @inheritdoc IModels
    function needsVote(Terms calldata terms, address developer) public view returns (bool) {
        return _needsVote(terms, developer);
    }

    /// @inheritdoc IModels
    function objectionsOf(uint256 model) external view returns (uint256 closesAt, uint256 votes, uint256 quorum) {
        Version storage version = _known(model);
        return (version.closesAt, version.objections, version.quorum);
    }

    /// @inheritdoc IModels
    function requiredBond() public view returns (uint256) {
        Level memory level = _level;
        uint256 elapsed = block.timestamp - level.since;
        if (elapsed >= BOND_DECAY) return MINIMUM_BOND;
        // Rounded down what it has fallen by: never below the line.
        return level.bond - (level.bond - MINIMUM_BOND) * elapsed / BOND_DECAY;
    }

    /// @inheritdoc IModels
    function termsOf(uint256 model) external view returns (Terms memory) {
        require(model < _terms.length, ModelUnknown(model));
        return _terms[model];
    }

    /// @inheritdoc IModels
    function developerOf(uint256 model) external view returns (address) {
        require(model < _terms.length, ModelUnknown(model));
        return ownerOf(model);
    }

    /// @inheritdoc IModels
    function evaluatorOf(uint256 model) external view returns (address) {
        return _known(model).evaluator;
    }

    /// @inheritdoc IModels
    function modelCount() external view returns (uint256) {
        return _terms.length;
    }

    /* INTERNAL */

    function _checkTerms(Terms calldata terms) internal view {
        Split calldata split = terms.split;
        uint256 sum = uint256(split.developer) + split.operator + split.stakers + split.validators + split.treasury
            + split.contributors;
        require(sum == BASIS_POINTS, ModelSplitSum(sum));
        require(terms.operator != address(0), ModelNoOperator());
        require(
            terms.manifestHash != 0 && terms.baseHash != 0 && terms.adapterHash != 0 && terms.indexRoot != 0,
            ModelMissingHash()
        );
        require(terms.snapshotBlock <= block.number, ModelFutureSnapshot(terms.snapshotBlock));
        require(terms.datanet < DATANETS.datanetCount(), IDatanets.DatanetUnknown(terms.datanet));
        if (terms.parentAfter > _terms.length) revert ModelUnknown(terms.parentAfter - 1);
    }

    /// @dev Whether a version is more than the next one of a live version: see IModels.
    function _needsVote(Terms memory terms, address developer) internal view returns (bool) {
        if (terms.parentAfter == 0 || terms.parentAfter > _terms.length) return true;
        uint256 parent = terms.parentAfter - 1;
        if (_versions[parent].state != State.Live || ownerOf(parent) != developer) return true;
        Terms memory before = _terms[parent];
        (Split memory split, Split memory splitBefore) = (terms.split, before.split);
        return terms.baseHash != before.baseHash || terms.datanet != before.datanet || terms.operator != before.operator
            || terms.priceIn > before.priceIn || terms.priceOut > before.priceOut
            || terms.targetMilliPerplexity > before.targetMilliPerplexity
            || split.contributors < splitBefore.contributors || split.stakers < splitBefore.stakers
            || split.validators < splitBefore.validators || split.treasury < splitBefore.treasury;
    }

    /// @dev Votes are those of the moment before the proposal, so that none can be borrowed or bought to object.
    function _openObjections(uint256 model, Version storage version) internal {
        uint256 closesAt = block.timestamp + OBJECTION_WINDOW;
        uint256 supply = VOTES.getPastTotalSupply(block.timestamp - 1);
        // Rounded up, and at least a wei: nothing is opposed by nobody.
        uint256 quorum = Math.max(Math.ceilDiv(supply * OBJECTION_QUORUM, BASIS_POINTS), 1);
        version.closesAt = uint40(closesAt);
        version.quorum = quorum.toUint96();
        emit ObjectionsOpened(model, closesAt, quorum);
    }

    function _approve(uint256 model, Version storage version) internal {
        version.state = State.Approved;
        emit Approved(model);
    }

    function _retire(uint256 model, Version storage version) internal {
        version.state = State.Retired;
        emit Retired(model);
        _returnBond(model, version);
    }

    function _known(uint256 model) internal view returns (Version storage version) {
        require(model < _terms.length, ModelUnknown(model));
        return _versions[model];
    }

    function _inState(uint256 model, State state) internal view returns (Version storage version) {
        version = _known(model);
        require(version.state == state, ModelWrongState(model, version.state));
    }

    function _forfeitBond(uint256 model, Version storage version, address recipient) internal returns (uint256 bond) {
        bond = version.bond;
        if (bond == 0) return 0;
        version.bond = 0;
        emit BondForfeited(model, bond);
        OPEN.safeTransfer(recipient, bond);
    }

    /// @dev To the developer; OPEN has no hooks, so it can neither fail nor re-enter.
    function _returnBond(uint256 model, Version storage version) internal {
        uint256 bond = version.bond;
        if (bond == 0) return;
        version.bond = 0;
        address developer = ownerOf(model);
        emit BondReturned(model, developer, bond);
        OPEN.safeTransfer(developer, bond);
    }
}
