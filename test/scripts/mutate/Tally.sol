// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Counts up to a limit. What mutation testing is tried on: see mutate.test.ts.
contract Tally {
    uint256 public count;

    function add(uint256 more) external {
        require(count + more <= 10, "full");
        count += more;
    }
}
