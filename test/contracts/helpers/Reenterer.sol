// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// @title A contract account that calls back twice into whoever sends it an ERC-721
contract Reenterer is IERC721Receiver {
    bytes internal _call;
    uint256 public received;
    uint256 public succeeded;

    /// @notice What to call the sender with.
    function arm(bytes calldata call) external {
        _call = call;
    }

    /// @notice Calls `target` as this account.
    function execute(address target, bytes calldata data) external {
        (bool done,) = target.call(data);
        require(done, "call failed");
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        ++received;
        for (uint256 i; i < 2; ++i) {
            (bool done,) = msg.sender.call(_call);
            if (done) ++succeeded;
        }
        return IERC721Receiver.onERC721Received.selector;
    }
}
