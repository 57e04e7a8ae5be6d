// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";

/// @title A wallet (ERC-1271) that uses the question about its signature to call Channels
contract ReentrantWallet is IERC1271 {
    IChannels internal immutable CHANNELS;
    bytes internal attack;

    constructor(IChannels channels) {
        CHANNELS = channels;
    }

    /// @notice Sets what the wallet calls when it is asked.
    function arm(bytes calldata data) external {
        attack = data;
    }

    /// @notice Calls `target` as this account.
    function execute(address target, bytes calldata data) external {
        (bool done,) = target.call(data);
        require(done, "call failed");
    }

    /// @inheritdoc IERC1271
    /// @dev The question is a view: its gas is all that the answer can take. Half of it is left to the asker.
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        (bool done,) = address(CHANNELS).staticcall{gas: gasleft() / 2}(attack);
        return done ? bytes4(0xffffffff) : IERC1271.isValidSignature.selector;
    }
}
