// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewards} from "./IRewards.sol";

/// @title Operators' log commits, the line of postings, bonds and windows
/// @notice Postings form one line: each names its parent and the epochs that follow its parent's. Within the window a
/// posting can be voided, with all its descendants; its poster's bond is slashed, the others' are returned.
interface IAttribution {
    struct Posting {
        bytes32 parent; // id of the posting before; zero for the first
        uint64 fromEpoch;
        uint64 toEpoch;
        bytes32 stepRoot; // list root of the steps, one per Till and epoch
        bytes32 payoutRoot;
        uint128 pool; // sum of the pools of these epochs, in wei
        uint128 distributed; // what the payout root adds over its parent's, at most `pool`
        bytes32 bundleHash;
    }

    event BondDeposited(address indexed poster, uint256 amount);
    event BondWithdrawn(address indexed poster, uint256 amount);
    event LogCommitted(
        address indexed till, uint256 indexed epoch, address indexed operator, bytes32 root, uint64 count, uint256 total
    );
    event Posted(
        bytes32 indexed id, address indexed poster, uint256 slot, Posting posting, uint256 activatesAt, string bundleUri
    );
    event Voided(bytes32 indexed id, address indexed poster, bool slashed);
    event Finalized(bytes32 indexed id, uint256 unattributed);

    error AttributionNotOperator(address till, address account);
    error AttributionLogCommitted(address till, uint256 epoch);
    error AttributionEpochOpen(uint256 epoch);
    error AttributionLogDeadline(uint256 epoch, uint256 deadline);
    error AttributionWrongParent(bytes32 expected, bytes32 given);
    error AttributionWrongEpochs(uint256 expectedFrom, uint256 from, uint256 to);
    error AttributionOverPool(uint256 pool, uint256 distributed);
    error AttributionBondTooLow(uint256 free, uint256 needed);
    error AttributionTooManyPending(uint256 pending);
    error AttributionNotArbiter(address account);
    error AttributionUnknownPosting(bytes32 id);
    error AttributionDuplicate(bytes32 id);
    error AttributionVoid(bytes32 id);
    error AttributionFinal(bytes32 id);
    error AttributionWindowClosed(bytes32 id);
    error AttributionWindowOpen(bytes32 id, uint256 activatesAt);

    /// @notice The operator's one, irrevocable commit of the receipts of an ended epoch, before `logDeadline(epoch)`.
    /// @param count receipts @param total sum of their charges in wei
    function commitLog(address till, uint256 epoch, bytes32 root, uint64 count, uint128 total) external;
    /// @notice Adds to the caller's free bond, taken by allowance.
    function depositBond(uint256 amount) external;
    /// @notice Returns free bond.
    function withdrawBond(uint256 amount) external;
    /// @notice Posts a batch of epoch results, of at most 64 epochs whose log deadlines are over, under `BOND` of the
    /// caller's free bond. Their pools move to Rewards.
    function post(Posting calldata posting, string calldata bundleUri) external returns (bytes32 id);
    /// @notice Voids a posting within its window, and its descendants. Only the arbiter (the timelock) in this version.
    function voidPosting(bytes32 id) external;
    /// @notice After the window: frees the bond and sends what was not attributed to the treasury. In order of the line: the
    /// parent must be final. Anyone may call.
    function finalize(bytes32 id) external;

    /// @notice The last posting of the line that is not void.
    function head() external view returns (bytes32);
    function postingOf(bytes32 id) external view returns (Posting memory);
    function statusOf(bytes32 id)
        external
        view
        returns (address poster, uint256 slot, uint256 activatesAt, bool voided, bool finalized);
    function idOf(Posting calldata posting, address poster) external pure returns (bytes32);
    function logOf(address till, uint256 epoch) external view returns (bytes32 root, uint64 count, uint128 total);
    function freeBond(address poster) external view returns (uint256);
    /// @notice The first epoch of the line: that of the deployment.
    function FIRST_EPOCH() external view returns (uint256);
    /// @notice The last second in which the log of `epoch` can be committed.
    function logDeadline(uint256 epoch) external view returns (uint256);
    function REWARDS() external view returns (IRewards);
    function BOND() external view returns (uint256);
    function WINDOW() external view returns (uint256);
    function MAX_PENDING() external view returns (uint256);
}
