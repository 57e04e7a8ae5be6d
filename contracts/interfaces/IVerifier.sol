// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "./IAttribution.sol";

/// @title A proof that a posting breaks a rule
/// @notice Stateless: what it reads beside the evidence is the chain's own record. Evidence is abi.encode of one struct,
/// which each verifier defines. What is malformed reverts or proves nothing.
interface IVerifier {
    /// @notice Whether `evidence` shows that `posting` breaks a rule. Never true of a right posting. Presumes that the
    /// posting stands in the line and is not final.
    function refutes(IAttribution.Posting calldata posting, bytes calldata evidence) external view returns (bool);
}

/// @title A proof that the log of a Till's epoch breaks a rule
interface ILogVerifier {
    /// @notice Whether `evidence` shows that the log which stands committed for `till` and `epoch` breaks a rule.
    function refutes(address till, uint256 epoch, bytes calldata evidence) external view returns (bool);
}

/// @title A proof that the index of a version breaks a rule
interface IIndexVerifier {
    /// @notice Whether `evidence` shows that the index to which the terms of version `model` commit breaks a rule.
    function refutes(uint256 model, bytes calldata evidence) external view returns (bool);
}
