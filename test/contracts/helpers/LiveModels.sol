// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IModels} from "../../../contracts/interfaces/IModels.sol";

/// @title Stands in for Models where gas is measured: every version is live, and all income is the contributors'
contract LiveModels {
    address internal immutable OPERATOR;

    constructor(address operator) {
        OPERATOR = operator;
    }

    function stateOf(uint256) external pure returns (IModels.State) {
        return IModels.State.Live;
    }

    function termsOf(uint256) external view returns (IModels.Terms memory terms) {
        terms.operator = OPERATOR;
        terms.split.contributors = 10_000;
    }
}
