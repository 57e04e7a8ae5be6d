// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../../contracts/libraries/Escrow.sol";

/// @title What is proved of Escrow: over all sequences of calls, a channel never pays more than came in
contract EscrowProof {
    uint128 internal _balance;
    uint128 internal _claimed;

    function deposit(uint128 amount) external {
        require(amount <= type(uint128).max - _balance);
        _balance += amount;
    }

    function claim(uint128 wanted) external {
        uint128 before = _claimed;
        _claimed = Escrow.claimedAfter(_balance, before, wanted);
        assert(_claimed >= before);
    }

    function giveBack(uint128 wanted) external {
        _balance -= Escrow.returned(_balance, _claimed, wanted);
    }

    /// @dev What is claimed is there, and what is not claimed can be told.
    function solvent() external view {
        assert(_claimed <= _balance);
        assert(Escrow.unclaimed(_balance, _claimed) + _claimed == _balance);
    }
}
