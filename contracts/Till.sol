// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IChannels} from "./interfaces/IChannels.sol";
import {IRevenue} from "./interfaces/IRevenue.sol";
import {ITill} from "./interfaces/ITill.sol";

/// @title The purse of one model version at one operator
/// @notice See ITill. Revenue clones it with the version and the operator as immutable arguments.
contract Till is ITill {
    using SafeERC20 for IERC20;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    IChannels public immutable CHANNELS;
    IRevenue public immutable REVENUE;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken, IChannels channels, IRevenue revenue) {
        OPEN = openToken;
        CHANNELS = channels;
        REVENUE = revenue;
    }

    /* ANYONE */

    /// @inheritdoc ITill
    function sweep() external returns (uint256 amount) {
        (uint128 claimed, uint128 settled) = CHANNELS.receivers(address(this), address(OPEN));
        if (claimed > settled) CHANNELS.settle(address(this), address(OPEN));
        amount = OPEN.balanceOf(address(this));
        require(amount != 0, TillNothingToSweep());

        OPEN.safeTransfer(address(REVENUE), amount);
        REVENUE.credit(amount);
    }

    /* VIEWS */

    /// @inheritdoc ITill
    function model() external view returns (uint256 version) {
        (version,) = _arguments();
    }

    /// @inheritdoc ITill
    function operator() external view returns (address account) {
        (, account) = _arguments();
    }

    /* INTERNAL */

    function _arguments() internal view returns (uint256, address) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (uint256, address));
    }
}
