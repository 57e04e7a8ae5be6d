// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParameters} from "../../contracts/interfaces/IParameters.sol";
import {Parameters} from "../../contracts/libraries/Parameters.sol";
import {Test} from "../invariants/lib/Test.sol";

contract ParametersFuzz is Test {
    function checked(bytes32 name, uint256 value, uint256 lower, uint256 upper) external pure returns (uint256) {
        return Parameters.within(name, value, lower, upper);
    }

    function test_valuesWithinTheBoundsPass(bytes32 name, uint256 value, uint256 lower, uint256 upper) external view {
        lower = within(lower, 0, value);
        upper = within(upper, value, type(uint256).max);
        equal(this.checked(name, value, lower, upper), value, "the value itself");
    }

    function test_valuesOutsideAreNamed(bytes32 name, uint256 value, uint256 lower, uint256 upper) external {
        if (lower <= value && value <= upper) (lower, upper) = (upper, lower);
        vm.assume(value < lower || value > upper);
        vm.expectRevert(abi.encodeWithSelector(IParameters.ParameterOutOfBounds.selector, name, value, lower, upper));
        this.checked(name, value, lower, upper);
    }
}
