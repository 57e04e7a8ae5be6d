// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../../../contracts/interfaces/IAttribution.sol";
import {IIndexVerifier, ILogVerifier, IVerifier} from "../../../contracts/interfaces/IVerifier.sol";

/// @title Stands in for every verifier: evidence that begins with 0x01 proves, no other does
contract Verifiers is IVerifier, ILogVerifier, IIndexVerifier {
    function refutes(IAttribution.Posting calldata, bytes calldata evidence) external pure returns (bool) {
        return _proves(evidence);
    }

    function refutes(address, uint256, bytes calldata evidence) external pure returns (bool) {
        return _proves(evidence);
    }

    function refutes(uint256, bytes calldata evidence) external pure returns (bool) {
        return _proves(evidence);
    }

    function _proves(bytes calldata evidence) internal pure returns (bool) {
        return evidence.length != 0 && evidence[0] == 0x01;
    }
}
