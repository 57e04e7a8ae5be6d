// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {ITill} from "../interfaces/ITill.sol";
import {ILogVerifier} from "../interfaces/IVerifier.sol";
import {AnswerOpenings} from "../libraries/AnswerOpenings.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Openings} from "../libraries/Openings.sol";
import {ReceiptHashes} from "../libraries/ReceiptHashes.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Proofs that a signed receipt does not stand at its number in the log of its epoch
/// @notice It was left out, or another one stands there. Signatures count by ECDSA alone.
contract EquivocationVerifier is ILogVerifier {
    using AnswerOpenings for *;
    using Openings for *;

    /* TYPES */

    struct Evidence {
        Leaves.Receipt receipt;
        bytes signature; // the operator's, of the receipt
        /// One of the log: with the same number, or the first with a higher, or the last with a lower one. Of a log without
        /// receipts it means nothing.
        AnswerOpenings.OpenedReceipt standing;
    }

    /* IMMUTABLES */

    IAttribution public immutable ATTRIBUTION;

    /* CONSTRUCTOR */

    constructor(IAttribution attribution) {
        ATTRIBUTION = attribution;
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
        (bytes32 root, uint64 count,) = ATTRIBUTION.logOf(till, epoch);
        Leaves.Receipt calldata receipt = evidence.receipt;
        // Only a Till has a log, so its operator can be asked.
        if (root == 0 || receipt.epoch != epoch) return false;
        bytes32 digest = ReceiptHashes.digest(till, block.chainid, receipt);
        if (!Signatures.isByKey(ITill(till).operator(), digest, evidence.signature)) return false;
        if (count == 0) return true;

        AnswerOpenings.OpenedReceipt calldata opened = evidence.standing;
        if (!opened.stands(root)) return false;
        Leaves.Receipt calldata standing = opened.receipt;
        if (standing.number == receipt.number) return Leaves.structHash(standing) != Leaves.structHash(receipt);
        return standing.number > receipt.number ? opened.opening.isFirst() : opened.opening.isLast();
    }
}
