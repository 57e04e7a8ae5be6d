// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IDepositCollector} from "../interfaces/IDepositCollector.sol";
import {IOpenToken} from "../interfaces/IOpenToken.sol";

/// @title Deposits by a signed ERC-3009 authorization
/// @notice The payer signs ReceiveWithAuthorization to this contract under the nonce keccak256(abi.encode(channelId, salt)),
/// so the money can go to that channel only and anyone may submit it. Data and nonce are those of x402.
contract ERC3009Collector is IDepositCollector {
    using SafeERC20 for IERC20;

    address public immutable CHANNELS;

    constructor(address channels) {
        CHANNELS = channels;
    }

    /// @inheritdoc IDepositCollector
    /// @param data abi.encode(uint256 validAfter, uint256 validBefore, uint256 salt, bytes signature)
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata data) external {
        require(msg.sender == CHANNELS, CollectorNotChannels(msg.sender));
        (uint256 validAfter, uint256 validBefore, uint256 salt, bytes memory signature) =
            abi.decode(data, (uint256, uint256, uint256, bytes));
        bytes32 nonce = keccak256(abi.encode(channelId, salt));
        IOpenToken(token)
            .receiveWithAuthorization(payer, address(this), amount, validAfter, validBefore, nonce, signature);
        IERC20(token).safeTransfer(CHANNELS, amount);
    }
}
