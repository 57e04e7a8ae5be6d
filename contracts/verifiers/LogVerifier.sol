// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {IChannels} from "../interfaces/IChannels.sol";
import {ITill} from "../interfaces/ITill.sol";
import {ILogVerifier} from "../interfaces/IVerifier.sol";
import {AnswerOpenings} from "../libraries/AnswerOpenings.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Openings} from "../libraries/Openings.sol";
import {ReceiptHashes} from "../libraries/ReceiptHashes.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Proofs that an operator's log is wrong
/// @notice Of two logs that contradict each other the one of the later epoch is wrong: nothing that is committed later can make
/// a log wrong that somebody has posted on.
contract LogVerifier is ILogVerifier {
    using AnswerOpenings for *;
    using Openings for *;

    /* TYPES */

    /// @dev What the evidence shows of the log, and with which of its fields.
    enum Rule {
        Count, // root, count and total cannot be those of one log: receipts, any one, unless the root tells
        Foreign, // a receipt of another model or epoch
        Charge, // a receipt that charges less than nothing
        Number, // two neighbours whose numbers do not rise by 1
        Running, // two neighbours whose running amounts do not rise by the charge
        Total, // not the sum of the charges: the first and the last receipt
        Channel, // a receipt on a channel of another receiver, token or payer: configs
        Covered, // a receipt whose voucher promises less than the channel's charge
        Voucher, // a receipt whose voucher the channel's signer has not signed: configs
        Request, // a bound receipt whose request the channel's signer has not signed, or a signature of one that is not bound: configs
        Overlap, // two receipts charge the same wei of a channel: the second in this log or an earlier one
        Order // a receipt that does not come after one of an earlier log
    }

    struct Evidence {
        Rule rule;
        AnswerOpenings.OpenedReceipt[] receipts;
        uint64 otherEpoch; // of Overlap and Order: the log in which the second receipt stands
        IChannels.ChannelConfig[] configs; // of the receipt's channel
    }

    /* IMMUTABLES */

    IAttribution public immutable ATTRIBUTION;
    IChannels public immutable CHANNELS;
    address public immutable OPEN;

    /* CONSTRUCTOR */

    constructor(IAttribution attribution, IChannels channels, address openToken) {
        ATTRIBUTION = attribution;
        CHANNELS = channels;
        OPEN = openToken;
    }

    /* PROOFS */

    /// @inheritdoc ILogVerifier
    function refutes(address till, uint256 epoch, bytes calldata evidence) external view returns (bool) {
        Evidence calldata decoded;
        assembly ("memory-safe") {
            decoded := add(evidence.offset, calldataload(evidence.offset))
        }
        return _proves(till, epoch, decoded);
    }

    /// @notice The same of evidence that is not encoded.
    function proves(address till, uint256 epoch, Evidence calldata evidence) external view returns (bool) {
        return _proves(till, epoch, evidence);
    }

    /* INTERNAL */

    function _proves(address till, uint256 epoch, Evidence calldata evidence) internal view returns (bool) {
        // Void or not: who had committed to this proof before it was shown can show it still.
        (bytes32 root, uint64 count, uint128 total) = ATTRIBUTION.committedLogOf(till, epoch);
        Rule rule = evidence.rule;
        AnswerOpenings.OpenedReceipt[] calldata receipts = evidence.receipts;
        if (receipts.length == 0) return rule == Rule.Count && _wrongEmptiness(root, count, total);
        AnswerOpenings.OpenedReceipt calldata opened = receipts[0];
        if (!opened.stands(root)) return false;
        if (rule == Rule.Count) return opened.opening.count != count;
        if (rule == Rule.Total) return _wrongTotal(receipts, root, total);
        if (rule == Rule.Number || rule == Rule.Running) return _wrongNeighbour(evidence, root);
        if (rule == Rule.Overlap) return _overlaps(till, epoch, evidence);
        if (rule == Rule.Order) return _wrongOrder(till, epoch, evidence);
        // What is left is about one receipt.
        Leaves.Receipt calldata receipt = opened.receipt;
        if (rule == Rule.Foreign) return receipt.epoch != epoch || receipt.model != ITill(till).model();
        if (rule == Rule.Charge) return receipt.chargeOf() < 0;
        if (rule == Rule.Covered) return opened.backing.voucherMax < receipt.chargeAfter;
        // And its channel.
        IChannels.ChannelConfig calldata config = evidence.configs[0];
        if (CHANNELS.getChannelId(config) != receipt.channelId) return false;
        if (rule == Rule.Channel) {
            return config.receiver != till || config.token != OPEN || config.payer != receipt.payer;
        }
        address signer = config.payerAuthorizer == address(0) ? config.payer : config.payerAuthorizer;
        if (rule == Rule.Voucher) return _wrongVoucher(opened, signer);
        return _wrongRequest(till, opened, signer);
    }

    /// @dev Whether count or total are not those of the list that `root` is known to be: empty, or any other. No log at all
    /// looks like the zero root of nothing.
    function _wrongEmptiness(bytes32 root, uint64 count, uint128 total) internal pure returns (bool) {
        if (root == 0 || root == Leaves.emptyRoot(Leaves.RECEIPTS)) return count != 0 || total != 0;
        return count == 0;
    }

    function _wrongTotal(AnswerOpenings.OpenedReceipt[] calldata receipts, bytes32 root, uint128 total)
        internal
        pure
        returns (bool)
    {
        AnswerOpenings.OpenedReceipt calldata last = receipts[1];
        if (!receipts[0].opening.isFirst() || !last.opening.isLast() || !last.stands(root)) return false;
        Leaves.Receipt calldata first = receipts[0].receipt;
        int256 start = int256(uint256(first.running)) - first.chargeOf();
        return int256(uint256(last.receipt.running)) - start != int256(uint256(total));
    }

    function _wrongNeighbour(Evidence calldata evidence, bytes32 root) internal pure returns (bool) {
        AnswerOpenings.OpenedReceipt calldata left = evidence.receipts[0];
        AnswerOpenings.OpenedReceipt calldata right = evidence.receipts[1];
        if (!left.opening.follow(right.opening) || !right.stands(root)) return false;
        if (evidence.rule == Rule.Number) return uint256(left.receipt.number) + 1 != right.receipt.number;
        int256 running = int256(uint256(left.receipt.running)) + right.receipt.chargeOf();
        return int256(uint256(right.receipt.running)) != running;
    }

    function _wrongVoucher(AnswerOpenings.OpenedReceipt calldata opened, address signer) internal view returns (bool) {
        bytes32 digest = CHANNELS.getVoucherDigest(opened.receipt.channelId, opened.backing.voucherMax);
        return !Signatures.isByKey(signer, digest, opened.backing.voucherSignature);
    }

    function _wrongRequest(address till, AnswerOpenings.OpenedReceipt calldata opened, address signer)
        internal
        view
        returns (bool)
    {
        Leaves.Receipt calldata receipt = opened.receipt;
        bytes calldata signature = opened.backing.boundSignature;
        if (!receipt.bound) return signature.length != 0;
        bytes32 digest = ReceiptHashes.requestDigest(till, block.chainid, receipt.channelId, receipt.requestHash);
        return !Signatures.isByKey(signer, digest, signature);
    }

    /// @dev Whether the second receipt, another one, charges wei of a channel that the first charges too.
    function _overlaps(address till, uint256 epoch, Evidence calldata evidence) internal view returns (bool) {
        AnswerOpenings.OpenedReceipt calldata opened = evidence.receipts[0];
        AnswerOpenings.OpenedReceipt calldata other = evidence.receipts[1];
        bool later = evidence.otherEpoch < epoch;
        if (!later && (evidence.otherEpoch != epoch || other.opening.position == opened.opening.position)) {
            return false;
        }
        if (!_standsIn(till, evidence.otherEpoch, later, other)) return false;
        Leaves.Receipt calldata a = opened.receipt;
        Leaves.Receipt calldata b = other.receipt;
        return a.channelId == b.channelId && a.chargeBefore < b.chargeAfter && b.chargeBefore < a.chargeAfter;
    }

    /// @dev Whether a receipt's number or its wei are not past those of a receipt of an earlier epoch.
    function _wrongOrder(address till, uint256 epoch, Evidence calldata evidence) internal view returns (bool) {
        AnswerOpenings.OpenedReceipt calldata earlier = evidence.receipts[1];
        if (evidence.otherEpoch >= epoch || !_standsIn(till, evidence.otherEpoch, true, earlier)) return false;
        Leaves.Receipt calldata receipt = evidence.receipts[0].receipt;
        int256 start = int256(uint256(receipt.running)) - receipt.chargeOf();
        return receipt.number <= earlier.receipt.number || start < int256(uint256(earlier.receipt.running));
    }

    /// @param other whether it is another log than the one that is wrong; then it must not be void itself
    function _standsIn(address till, uint256 epoch, bool other, AnswerOpenings.OpenedReceipt calldata opened)
        internal
        view
        returns (bool)
    {
        (bytes32 root,,) = other ? ATTRIBUTION.logOf(till, epoch) : ATTRIBUTION.committedLogOf(till, epoch);
        return opened.stands(root);
    }
}
