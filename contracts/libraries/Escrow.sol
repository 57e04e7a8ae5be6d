// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The accounting of escrow channels
/// @notice No storage, no calls, no assembly: small enough to be proved. Amounts are wei.
/// The rule: 0 ≤ claimed ≤ balance, where `balance` is what came in less what went back to the payer.
library Escrow {
    /// @notice What the receiver has not claimed: all that can go back to the payer.
    function unclaimed(uint128 balance, uint128 claimed) internal pure returns (uint128) {
        return balance - claimed;
    }

    /// @notice The total claimed after a voucher for `wanted`: never less than before, never more than there is, so the
    /// rest of an underfunded voucher stays claimable.
    function claimedAfter(uint128 balance, uint128 claimed, uint128 wanted) internal pure returns (uint128) {
        uint128 covered = min(wanted, balance);
        return covered > claimed ? covered : claimed;
    }

    /// @notice What a return of up to `wanted` to the payer takes off the balance.
    function returned(uint128 balance, uint128 claimed, uint128 wanted) internal pure returns (uint128) {
        return min(wanted, unclaimed(balance, claimed));
    }

    function min(uint128 a, uint128 b) internal pure returns (uint128) {
        return a < b ? a : b;
    }
}
