// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IChannels} from "../interfaces/IChannels.sol";
import {IDepositCollector} from "../interfaces/IDepositCollector.sol";

/// @title Deposits from an allowance that the payer has given to this contract
/// @notice Only the payer itself can use its allowance: it asks here, not at Channels.
contract ApprovalCollector is IDepositCollector {
    using SafeERC20 for IERC20;

    IChannels public immutable CHANNELS;

    /// @dev Who deposits now; zero but between `deposit` and the `collect` that it leads to.
    address internal transient depositor;

    constructor(IChannels channels) {
        CHANNELS = channels;
    }

    /// @notice Puts `amount` of the caller's allowance into its channel.
    function deposit(IChannels.ChannelConfig calldata config, uint128 amount) external {
        require(msg.sender == config.payer, CollectorNotPayer(msg.sender, config.payer));
        depositor = msg.sender;
        CHANNELS.deposit(config, amount, address(this), "");
    }

    /// @inheritdoc IDepositCollector
    function collect(address payer, address token, uint256 amount, bytes32, bytes calldata) external {
        require(msg.sender == address(CHANNELS), CollectorNotChannels(msg.sender));
        require(payer == depositor, CollectorNotPayer(depositor, payer));
        delete depositor;
        IERC20(token).safeTransferFrom(payer, msg.sender, amount);
    }
}
