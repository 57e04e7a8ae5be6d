// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaves} from "../libraries/Leaves.sol";
import {IAttribution} from "./IAttribution.sol";

/// @title Demands for data that is withheld
/// @notice Whoever cannot get what a posting or a log commits demands one leaf of it, under a deposit. Whoever opens the
/// leaf, in the open, earns the deposit. What nobody opens in time voids the posting or the log, and slashes; half of that is
/// burned, the rest is the demander's, with the deposit.
interface IDemands {
    enum List {
        Steps,
        Receipts,
        Samples,
        Parts,
        Results,
        Payouts,
        Index,
        Features,
        Gradients
    }

    /// @notice One leaf. Where a list has no such position an answer shows that.
    struct Place {
        List list;
        uint64 step; // its position in the posting
        uint64 position; // in the list; of a feature the contribution's place in the index, of a gradient the sample's
        uint64 chunk; // of a feature, a gradient, or a part's partials: those that hold this chunk's; 0 else
    }

    /// @notice What opens a leaf. A leaf of another position serves where the list's count, which every opening shows, is
    /// not above the one asked; a list without leaves needs none.
    struct Answer {
        Leaves.Step step;
        Leaves.Opening stepOpening;
        /// abi.encode of what the list holds: (Receipt, Backing, ChannelConfig), Sample, Part, Result, Payout, IndexEntry; the
        /// index entry for a feature, the sample for a gradient; nothing for steps.
        bytes content;
        Leaves.Opening opening;
        bytes inner; // 1,020 int8 of a feature or a gradient, 16 int64 partials of a part
        Leaves.Opening innerOpening;
    }

    event Demanded(
        bytes32 indexed key, bytes32 indexed target, address indexed demander, Place place, uint256 deadline
    );
    event LogDemanded(
        bytes32 indexed key,
        address indexed till,
        uint256 indexed epoch,
        address demander,
        uint64 position,
        uint256 deadline
    );
    event Answered(bytes32 indexed key, address indexed answerer);
    /// @notice The deposit is back. `voided`: what was demanded from is void, and the demander has its part of the slash.
    event Expired(bytes32 indexed key, bool voided);

    error DemandNotPending(bytes32 target);
    error DemandNoLog(address till, uint256 epoch);
    error DemandTooLate(uint256 last);
    error DemandKnown(bytes32 key);
    error DemandNotOpen(bytes32 key);
    error DemandOver(bytes32 key, uint256 deadline);
    error DemandRunning(bytes32 key, uint256 deadline);
    error DemandNotAnswered(bytes32 key);

    /// @notice Demands a leaf of a pending posting in the first half of its window. Takes the deposit by allowance.
    function demand(IAttribution.Entry calldata entry, Place calldata place) external returns (bytes32 key);
    /// @notice Opens a demanded leaf, up to the deadline: a quarter of the window after the demand. Earns the deposit.
    function answer(IAttribution.Entry calldata entry, Place calldata place, Answer calldata answered) external;
    /// @notice Ends a demand that nobody answered. While the posting is pending it is voided and its poster slashed. Anyone
    /// may call.
    function expire(IAttribution.Entry calldata entry, Place calldata place) external;

    /// @notice Demands a receipt of a committed log, up to half a window after the log deadline.
    function demandLog(address till, uint256 epoch, uint64 position) external returns (bytes32 key);
    /// @notice Opens a demanded receipt. @param content abi.encode(Receipt, Backing, ChannelConfig)
    function answerLog(
        address till,
        uint256 epoch,
        uint64 position,
        bytes calldata content,
        Leaves.Opening calldata opening
    ) external;
    /// @notice Ends a demand that nobody answered; the log, unless it is void by now, is voided, its operator slashed.
    function expireLog(address till, uint256 epoch, uint64 position) external;

    /// @notice keccak256(abi.encode(id of the posting, place))
    function keyOf(bytes32 id, Place calldata place) external pure returns (bytes32);
    /// @notice keccak256(abi.encode(till, epoch, position))
    function logKeyOf(address till, uint256 epoch, uint64 position) external pure returns (bytes32);
    /// @return demander zero: never demanded @return deadline of its answer @return closed answered or expired
    function demandOf(bytes32 key) external view returns (address demander, uint256 deadline, bool closed);
    /// @notice Wei.
    function DEPOSIT() external view returns (uint256);
}
