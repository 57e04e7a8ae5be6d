// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "../../../contracts/libraries/Leaves.sol";
import {ReceiptHashes} from "../../../contracts/libraries/ReceiptHashes.sol";

/// @title The digests of a Till, for comparison with those that wallets compute
contract ReceiptHashesHarness {
    function digest(address till, Leaves.Receipt calldata receipt) external view returns (bytes32) {
        return ReceiptHashes.digest(till, block.chainid, receipt);
    }

    function requestDigest(address till, bytes32 channelId, bytes32 requestHash) external view returns (bytes32) {
        return ReceiptHashes.requestDigest(till, block.chainid, channelId, requestHash);
    }
}
