// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {IDepositCollector} from "../../../contracts/interfaces/IDepositCollector.sol";

/// @title A collector that brings a wei less than it was asked for
contract ShortCollector is IDepositCollector {
    /// @inheritdoc IDepositCollector
    function collect(address payer, address token, uint256 amount, bytes32, bytes calldata) external {
        require(IERC20(token).transferFrom(payer, msg.sender, amount - 1), "transfer failed");
    }
}

/// @title A collector that passes one transfer off as two deposits
contract ReentrantCollector is IDepositCollector {
    bool internal entered;

    /// @inheritdoc IDepositCollector
    /// @param data the channel's config
    function collect(address payer, address token, uint256 amount, bytes32, bytes calldata data) external {
        if (entered) {
            require(IERC20(token).transferFrom(payer, msg.sender, amount), "transfer failed");
            return;
        }
        entered = true;
        IChannels.ChannelConfig memory config = abi.decode(data, (IChannels.ChannelConfig));
        IChannels(msg.sender).deposit(config, uint128(amount), address(this), data);
    }
}

/// @title A collector that first calls back with the bytes that it is given
contract CallingCollector is IDepositCollector {
    /// @inheritdoc IDepositCollector
    /// @param data the call
    function collect(address payer, address token, uint256 amount, bytes32, bytes calldata data) external {
        (bool success, bytes memory answer) = msg.sender.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        require(IERC20(token).transferFrom(payer, msg.sender, amount), "transfer failed");
    }
}
