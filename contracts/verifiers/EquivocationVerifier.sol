// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../interfaces/IAttribution.sol";
import {ITill} from "../interfaces/ITill.sol";
import {ILogVerifier} from "../interfaces/IVerifier.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title A signed receipt that does not stand at its number in the log of its epoch
/// @notice By omission or because another one stands there. Signatures count by ECDSA alone.
contract EquivocationVerifier is ILogVerifier {
    /// @notice abi.encode of this is the evidence. Of a log without receipts `standing`, `backing` and `opening` mean nothing.
    struct Evidence {
        Leaves.Receipt receipt;
        bytes signature; // the operator's, of the receipt
        /// One of the log: with the same number, or the first with a higher, or the last with a lower one.
        Leaves.Receipt standing;
        Leaves.Backing backing; // of the standing one
        Leaves.Opening opening;
    }

    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    IAttribution public immutable ATTRIBUTION;

    constructor(IAttribution attribution) {
        ATTRIBUTION = attribution;
    }

    /// @inheritdoc ILogVerifier
    function refutes(address till, uint256 epoch, bytes calldata evidence) external view returns (bool) {
        (bytes32 root, uint64 count,) = ATTRIBUTION.logOf(till, epoch);
        // Only a Till has a log, so its operator can be asked.
        if (root == 0) return false;
        return _refutes(till, epoch, root, count, _decode(evidence));
    }

    function _refutes(address till, uint256 epoch, bytes32 root, uint64 count, Evidence calldata evidence)
        internal
        view
        returns (bool)
    {
        Leaves.Receipt calldata receipt = evidence.receipt;
        if (receipt.epoch != epoch) return false;
        bytes32 content = Leaves.structHash(receipt);
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", _domainOf(till), content));
        if (!Signatures.isByKey(ITill(till).operator(), digest, evidence.signature)) return false;
        if (count == 0) return true;

        Leaves.Receipt calldata standing = evidence.standing;
        Leaves.Opening calldata opening = evidence.opening;
        if (!Leaves.holds(Leaves.RECEIPTS, root, Leaves.leaf(standing, evidence.backing), opening)) return false;
        if (standing.number == receipt.number) return Leaves.structHash(standing) != content;
        if (standing.number > receipt.number) return opening.position == 0;
        return opening.position == opening.count - 1;
    }

    function _domainOf(address till) internal view returns (bytes32) {
        return
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Tributary Receipt"), keccak256("1"), block.chainid, till));
    }

    /// @dev The evidence where it lies; what points past its end reverts when it is read.
    function _decode(bytes calldata evidence) internal pure returns (Evidence calldata decoded) {
        assembly ("memory-safe") {
            // The encoding of one dynamic struct: a word with its offset, then the struct.
            decoded := add(evidence.offset, calldataload(evidence.offset))
        }
    }
}
