// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Streams} from "../../contracts/libraries/Streams.sol";

/// @title What is proved of what streams in some seconds
contract StreamedProof {
    /// @dev No more than is left.
    function streamed(uint96 left, uint40 elapsed, uint40 rest) external pure {
        require(elapsed < rest);
        assert(Streams.streamed(left, elapsed, rest) <= left);
    }
}
