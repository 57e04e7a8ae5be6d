// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IAttribution} from "./interfaces/IAttribution.sol";
import {IChannels} from "./interfaces/IChannels.sol";
import {IDemands} from "./interfaces/IDemands.sol";
import {IModels} from "./interfaces/IModels.sol";
import {IOperators} from "./interfaces/IOperators.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {ITill} from "./interfaces/ITill.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {Lists} from "./libraries/Lists.sol";
import {Parameters} from "./libraries/Parameters.sol";

/// @title The judge of what is withheld
/// @notice See IDemands.
contract Demands is IDemands, IParameters {
    using SafeERC20 for IERC20;

    /* TYPES */

    struct Demand {
        address demander;
        uint40 deadline;
        bool closed;
    }

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IAttribution public immutable ATTRIBUTION;
    IOperators public immutable OPERATORS;
    IModels public immutable MODELS;
    IChannels public immutable CHANNELS;
    /// @inheritdoc IDemands
    uint256 public immutable DEPOSIT;
    uint256 internal immutable WINDOW;

    /* STORAGE */

    mapping(bytes32 key => Demand) internal _demands;

    /* CONSTRUCTOR */

    /// @param deposit wei
    constructor(
        IERC20 openToken,
        IAttribution attribution,
        IOperators operators,
        IModels models,
        IChannels channels,
        uint256 deposit
    ) {
        OPEN = openToken;
        ATTRIBUTION = attribution;
        OPERATORS = operators;
        MODELS = models;
        CHANNELS = channels;
        DEPOSIT = Parameters.within("DEPOSIT", deposit, 0.01 ether, 1_000_000 ether);
        WINDOW = attribution.WINDOW();
    }

    /* POSTINGS */

    /// @inheritdoc IDemands
    function demand(IAttribution.Entry calldata entry, Place calldata place) external returns (bytes32 key) {
        bytes32 id = ATTRIBUTION.idOf(entry);
        require(ATTRIBUTION.isPending(entry), DemandNotPending(id));
        // Rounded down the time that is left: an answer's quarter and a quarter to end the demand always fit.
        uint256 last = entry.activatesAt - WINDOW / 2;
        require(block.timestamp <= last, DemandTooLate(last));
        key = keyOf(id, place);
        emit Demanded(key, id, msg.sender, place, _open(key));
    }

    /// @inheritdoc IDemands
    function answer(IAttribution.Entry calldata entry, Place calldata place, Answer calldata answered) external {
        bytes32 key = keyOf(ATTRIBUTION.idOf(entry), place);
        _checkRunning(key);
        require(_opens(entry.posting, place, answered), DemandNotAnswered(key));
        _pay(key);
    }

    /// @inheritdoc IDemands
    function expire(IAttribution.Entry calldata entry, Place calldata place) external {
        bytes32 key = keyOf(ATTRIBUTION.idOf(entry), place);
        address demander = _close(key);
        bool voided = ATTRIBUTION.isPending(entry);
        emit Expired(key, voided);
        OPEN.safeTransfer(demander, DEPOSIT);
        if (!voided) return;
        ATTRIBUTION.voidRefuted(entry);
        ATTRIBUTION.paySlash(demander);
    }

    /* LOGS */

    /// @inheritdoc IDemands
    function demandLog(address till, uint256 epoch, uint64 position) external returns (bytes32 key) {
        (bytes32 root,,) = ATTRIBUTION.logOf(till, epoch);
        require(root != 0, DemandNoLog(till, epoch));
        uint256 last = ATTRIBUTION.logDeadline(epoch) + WINDOW / 2;
        require(block.timestamp <= last, DemandTooLate(last));
        key = logKeyOf(till, epoch, position);
        emit LogDemanded(key, till, epoch, msg.sender, position, _open(key));
    }

    /// @inheritdoc IDemands
    function answerLog(
        address till,
        uint256 epoch,
        uint64 position,
        bytes calldata content,
        Leaves.Opening calldata opening
    ) external {
        bytes32 key = logKeyOf(till, epoch, position);
        _checkRunning(key);
        (bytes32 root,,) = ATTRIBUTION.committedLogOf(till, epoch);
        require(_opensReceipt(root, position, content, opening), DemandNotAnswered(key));
        _pay(key);
    }

    /// @inheritdoc IDemands
    function expireLog(address till, uint256 epoch, uint64 position) external {
        bytes32 key = logKeyOf(till, epoch, position);
        address demander = _close(key);
        (bytes32 root,,) = ATTRIBUTION.logOf(till, epoch);
        emit Expired(key, root != 0);
        uint256 paid = DEPOSIT;
        if (root != 0) {
            ATTRIBUTION.voidLog(till, epoch);
            paid += OPERATORS.slash(ITill(till).operator());
        }
        OPEN.safeTransfer(demander, paid);
    }

    /* VIEWS */

    /// @inheritdoc IDemands
    function keyOf(bytes32 id, Place calldata place) public pure returns (bytes32) {
        return keccak256(abi.encode(id, place));
    }

    /// @inheritdoc IDemands
    function logKeyOf(address till, uint256 epoch, uint64 position) public pure returns (bytes32) {
        return keccak256(abi.encode(till, epoch, position));
    }

    /// @inheritdoc IDemands
    function demandOf(bytes32 key) external view returns (address demander, uint256 deadline, bool closed) {
        Demand memory found = _demands[key];
        return (found.demander, found.deadline, found.closed);
    }

    /* INTERNAL: STATES */

    function _open(bytes32 key) internal returns (uint256 deadline) {
        require(_demands[key].demander == address(0), DemandKnown(key));
        deadline = block.timestamp + WINDOW / 4; // rounded down
        _demands[key] = Demand(msg.sender, uint40(deadline), false);
        OPEN.safeTransferFrom(msg.sender, address(this), DEPOSIT);
    }

    function _checkRunning(bytes32 key) internal view {
        Demand memory found = _demands[key];
        require(found.demander != address(0) && !found.closed, DemandNotOpen(key));
        require(block.timestamp <= found.deadline, DemandOver(key, found.deadline));
    }

    function _pay(bytes32 key) internal {
        _demands[key].closed = true;
        emit Answered(key, msg.sender);
        OPEN.safeTransfer(msg.sender, DEPOSIT);
    }

    function _close(bytes32 key) internal returns (address demander) {
        Demand storage found = _demands[key];
        demander = found.demander;
        require(demander != address(0) && !found.closed, DemandNotOpen(key));
        require(block.timestamp > found.deadline, DemandRunning(key, found.deadline));
        found.closed = true;
    }

    /* INTERNAL: ANSWERS */

    /// @dev Whether the answer opens the place, or shows that there is none.
    function _opens(IAttribution.Posting calldata posting, Place calldata place, Answer calldata answered)
        internal
        view
        returns (bool)
    {
        Leaves.Step calldata step = answered.step;
        bytes32 leaf = Leaves.leaf(step);
        (bool shown, bool there) = _find(Leaves.STEPS, posting.stepRoot, leaf, answered.stepOpening, place.step);
        if (!shown || !there || place.list == List.Steps) return shown;
        if (place.list == List.Receipts) {
            return _opensReceipt(step.receiptsRoot, place.position, answered.content, answered.opening);
        }
        if (place.list == List.Samples || place.list == List.Gradients) return _opensSample(step, place, answered);
        if (place.list == List.Parts) return _opensPart(step, place, answered);
        if (place.list == List.Index || place.list == List.Features) return _opensIndex(step, place, answered);
        if (place.list == List.Results) {
            if (step.resultsRoot == Leaves.emptyRoot(Leaves.RESULTS)) return true;
            leaf = Leaves.leaf(abi.decode(answered.content, (Leaves.Result)));
            (shown,) = _find(Leaves.RESULTS, step.resultsRoot, leaf, answered.opening, place.position);
        } else {
            if (step.rootAfter == Leaves.emptyRoot(Lists.PAYOUTS)) return true;
            leaf = Leaves.leaf(abi.decode(answered.content, (Leaves.Payout)));
            (shown,) = _find(Lists.PAYOUTS, step.rootAfter, leaf, answered.opening, place.position);
        }
        return shown;
    }

    function _opensReceipt(bytes32 root, uint64 position, bytes calldata content, Leaves.Opening calldata opening)
        internal
        view
        returns (bool)
    {
        if (root == Leaves.emptyRoot(Leaves.RECEIPTS)) return true;
        (Leaves.Receipt memory receipt, Leaves.Backing memory backing, IChannels.ChannelConfig memory config) =
            abi.decode(content, (Leaves.Receipt, Leaves.Backing, IChannels.ChannelConfig));
        bytes32 leaf = Leaves.leaf(receipt, backing);
        (bool shown, bool there) = _find(Leaves.RECEIPTS, root, leaf, opening, position);
        return shown && (!there || CHANNELS.getChannelId(config) == receipt.channelId);
    }

    function _opensSample(Leaves.Step calldata step, Place calldata place, Answer calldata answered)
        internal
        pure
        returns (bool)
    {
        if (step.samplesRoot == Leaves.emptyRoot(Leaves.SAMPLES)) return true;
        Leaves.Sample memory sample = abi.decode(answered.content, (Leaves.Sample));
        (bool shown, bool there) =
            _find(Leaves.SAMPLES, step.samplesRoot, Leaves.leaf(sample), answered.opening, place.position);
        if (!shown || !there || place.list == List.Samples) return shown;
        // Standing shares decide: there is no gradient.
        if (sample.gradientRoot == 0) return true;
        return _opensInner(Leaves.GRADIENTS, sample.gradientRoot, Leaves.CHUNK, place.chunk, answered);
    }

    function _opensPart(Leaves.Step calldata step, Place calldata place, Answer calldata answered)
        internal
        pure
        returns (bool)
    {
        if (step.partsRoot == Leaves.emptyRoot(Leaves.PARTS)) return true;
        Leaves.Part memory part = abi.decode(answered.content, (Leaves.Part));
        (bool shown, bool there) =
            _find(Leaves.PARTS, step.partsRoot, Leaves.leaf(part), answered.opening, place.position);
        if (!shown || !there) return shown;
        // Eight bytes each; the leaf that holds the chunk's is its number rounded down.
        uint64 leaf = uint64(place.chunk / Leaves.PARTIALS_PER_LEAF);
        return _opensInner(Leaves.PARTIALS, part.partialsRoot, 8 * Leaves.PARTIALS_PER_LEAF, leaf, answered);
    }

    function _opensIndex(Leaves.Step calldata step, Place calldata place, Answer calldata answered)
        internal
        view
        returns (bool)
    {
        bytes32 root = MODELS.termsOf(ITill(step.till).model()).indexRoot;
        if (root == Leaves.emptyRoot(Leaves.INDEX)) return true;
        Leaves.IndexEntry memory entry = abi.decode(answered.content, (Leaves.IndexEntry));
        (bool shown, bool there) = _find(Leaves.INDEX, root, Leaves.leaf(entry), answered.opening, place.position);
        if (!shown || !there || place.list == List.Index) return shown;
        return _opensInner(Leaves.FEATURES, entry.featureRoot, Leaves.CHUNK, place.chunk, answered);
    }

    function _opensInner(bytes32 domain, bytes32 root, uint256 length, uint64 position, Answer calldata answered)
        internal
        pure
        returns (bool shown)
    {
        if (root != Leaves.emptyRoot(domain) && answered.inner.length != length) return false;
        (shown,) = _find(domain, root, keccak256(answered.inner), answered.innerOpening, position);
    }

    /// @return shown whether the opening tells what stands at `position` @return there whether anything does
    function _find(bytes32 domain, bytes32 root, bytes32 leaf, Leaves.Opening calldata opening, uint64 position)
        internal
        pure
        returns (bool shown, bool there)
    {
        if (root == Leaves.emptyRoot(domain)) return (true, false);
        if (!Leaves.holds(domain, root, leaf, opening)) return (false, false);
        if (opening.position == position) return (true, true);
        return (opening.count <= position, false);
    }
}
