// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IDepositCollector} from "../interfaces/IChannels.sol";

/// @title Deposits from an allowance that the payer has given to this contract
/// @notice Only the payer itself can use its allowance: Channels vouches for who asked.
contract ApprovalCollector is IDepositCollector {
    using SafeERC20 for IERC20;

    address public immutable CHANNELS;

    constructor(address channels) {
        CHANNELS = channels;
    }

    /// @inheritdoc IDepositCollector
    function collect(address payer, address token, uint256 amount, bytes32, address caller, bytes calldata) external {
        require(msg.sender == CHANNELS, CollectorNotChannels(msg.sender));
        require(caller == payer, CollectorNotPayer(caller, payer));
        IERC20(token).safeTransferFrom(payer, CHANNELS, amount);
    }
}
