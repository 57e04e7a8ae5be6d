// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract account (ERC-1271) with one key
contract Wallet is IERC1271 {
    address internal immutable KEY;

    constructor(address key) {
        KEY = key;
    }

    /// @notice Calls `target` as this account.
    function execute(address target, bytes calldata data) external {
        require(msg.sender == KEY, "not the key");
        (bool done,) = target.call(data);
        require(done, "call failed");
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(hash, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == KEY;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
