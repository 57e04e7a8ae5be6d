// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOperators} from "./IOperators.sol";
import {IRevenue} from "./IRevenue.sol";
import {IRewards} from "./IRewards.sol";
import {ISeeds} from "./ISeeds.sol";

/// @title Operators' log commits, the line of postings, bonds and windows
/// @notice Postings form one line: each names its parent and the epochs that follow its parent's. Within the window a
/// posting can be voided, with all its descendants; its poster's bond is slashed, the others' can be reclaimed. A judge voids
/// what is proved wrong or withheld; the arbiter what a vote decides. After the
/// window anyone makes it final: then, and only then, its root can be claimed by and its pool moves to Rewards.
/// Of a posting the chain stores its id alone, so whoever acts on one brings its `Entry`, which `Posted` tells.
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

    /// @dev What an id is the hash of.
    struct Entry {
        Posting posting;
        address poster;
        uint256 activatesAt; // when its window is over
    }

    event BondDeposited(address indexed poster, uint256 amount);
    event BondWithdrawn(address indexed poster, uint256 amount);
    event LogCommitted(
        address indexed till, uint256 indexed epoch, address indexed operator, bytes32 root, uint64 count, uint256 total
    );
    /// @notice From now on the log counts as empty.
    event LogVoided(address indexed till, uint256 indexed epoch);
    event Posted(bytes32 indexed id, address indexed poster, Posting posting, uint256 activatesAt, string bundleUri);
    /// @notice `slashed`: by its own fault; else for an ancestor's, and its bond can be reclaimed.
    event Voided(bytes32 indexed id, bool slashed);
    /// @notice Half of a slashed bond was burned; `amount`, the other half, went to `to`.
    event SlashPaid(address indexed to, uint256 amount);
    event BondReclaimed(bytes32 indexed id, address indexed poster);
    event Finalized(bytes32 indexed id, uint256 unattributed);
    event Paused(uint256 until);

    error AttributionNotOperator(address till, address account);
    error AttributionLogCommitted(address till, uint256 epoch);
    error AttributionNoLog(address till, uint256 epoch);
    error AttributionOverIncome(uint256 income, uint256 total);
    error AttributionEpochOpen(uint256 epoch);
    error AttributionLogDeadline(uint256 epoch, uint256 deadline);
    error AttributionWrongParent(bytes32 expected, bytes32 given);
    error AttributionWrongEpochs(uint256 expectedFrom, uint256 from, uint256 to);
    error AttributionOverPool(uint256 pool, uint256 distributed);
    error AttributionBondTooLow(uint256 free, uint256 needed);
    error AttributionTooManyPending(uint256 pending);
    error AttributionNotArbiter(address account);
    error AttributionNotJudge(address account);
    error AttributionNoSlash(address judge);
    error AttributionSealed();
    error AttributionNotPending(bytes32 id);
    error AttributionNotNext(bytes32 expected, bytes32 given);
    error AttributionNotReclaimable(bytes32 id);
    error AttributionUnknownPlace(uint256 place);
    error AttributionPaused(uint256 until);
    error AttributionPauseTooSoon(uint256 availableAt);
    error AttributionWindowClosed(bytes32 id);
    error AttributionWindowOpen(bytes32 id, uint256 activatesAt);

    /// @notice Names the operators' bonds, the seeds and the judges, for good. Once, by the deployer: they need one another.
    function wire(IOperators operators, ISeeds seeds, address[] calldata judges) external;
    /// @notice The operator's one, irrevocable commit of the receipts of an ended epoch, before `logDeadline(epoch)`. The
    /// operator is bonded, and the receipts charge no more than the Till's income of the epoch.
    /// @param count receipts @param total sum of their charges in wei
    function commitLog(address till, uint256 epoch, bytes32 root, uint64 count, uint128 total) external;
    /// @notice Adds to the caller's free bond, taken by allowance.
    function depositBond(uint256 amount) external;
    /// @notice Returns free bond.
    function withdrawBond(uint256 amount) external;
    /// @notice Posts a batch of epoch results, of at most 64 epochs whose log deadlines are over, under `BOND` of the
    /// caller's free bond. `pool` must be what these epochs hold. Anyone with a bond may post, always, so there is nobody
    /// whose silence could strand revenue.
    function post(Posting calldata posting, string calldata bundleUri) external returns (bytes32 id);
    /// @notice After the window, in order of the line: sets the root for claims, moves what it distributes to Rewards and
    /// the rest of the pool to the treasury, frees the bond. Anyone may call, paused or not.
    function finalize(Entry calldata entry) external;
    /// @notice Voids a pending posting within its window, and its descendants. Half its bond is burned, half goes to the
    /// treasury. Only the arbiter (the timelock).
    function voidPosting(Entry calldata entry) external;
    /// @notice Voids a pending posting within its window, and its descendants. Its bond is the judge's to settle by
    /// `paySlash`. Only a judge.
    function voidRefuted(Entry calldata entry) external;
    /// @notice Settles one bond that the calling judge has slashed: burns half of it and pays the rest, the odd wei with
    /// it, to `to`. Only a judge, as often as it has voided.
    function paySlash(address to) external;
    /// @notice Voids a log: `logOf` says nothing of it from now on. Only a judge.
    function voidLog(address till, uint256 epoch) external;
    /// @notice Returns the bond of a posting that was void for an ancestor's fault to its poster. Anyone may call.
    function reclaimBond(Entry calldata entry) external;
    /// @notice Stops new postings and bonds for `PAUSE` seconds, and nothing else. It ends by itself, and as long again no
    /// other can begin. Only the arbiter.
    function pause() external;

    /// @notice The last posting of the line that is not void.
    function head() external view returns (bytes32);
    /// @return places postings that are not void
    /// @return finals how many of them are final, from the first
    /// @return nextEpoch first epoch of the next posting
    /// @return pausedUntil a time; no postings before
    function lineOf() external view returns (uint256 places, uint256 finals, uint256 nextEpoch, uint256 pausedUntil);
    /// @notice The id at a place of the line, which has slot place % RING; for the last RING − MAX_PENDING places.
    function idAt(uint256 place) external view returns (bytes32);
    /// @notice keccak256(abi.encode(entry))
    function idOf(Entry calldata entry) external pure returns (bytes32);
    /// @notice Whether a posting stands in the line, not final, its window open.
    function isPending(Entry calldata entry) external view returns (bool);
    /// @notice Whether an account is one of the contracts that may void postings and logs.
    function isJudge(address account) external view returns (bool);
    function operators() external view returns (IOperators);
    /// @notice Where the seed of an epoch stands that has more receipts than are all taken.
    function seeds() external view returns (ISeeds);
    /// @notice The log as it counts: nothing where none was committed, or it is void.
    function logOf(address till, uint256 epoch) external view returns (bytes32 root, uint64 count, uint128 total);
    /// @notice The log as it was committed, void or not.
    function committedLogOf(address till, uint256 epoch)
        external
        view
        returns (bytes32 root, uint64 count, uint128 total);
    function freeBond(address poster) external view returns (uint256);
    /// @notice The first epoch of the line: that of the deployment.
    function FIRST_EPOCH() external view returns (uint256);
    /// @notice The last second in which the log of `epoch` can be committed.
    function logDeadline(uint256 epoch) external view returns (uint256);
    function REWARDS() external view returns (IRewards);
    function BOND() external view returns (uint256);
    /// @notice Seconds after an epoch in which its logs can be committed.
    function LOG_DELAY() external view returns (uint256);
    function REVENUE() external view returns (IRevenue);
    function WINDOW() external view returns (uint256);
    function MAX_PENDING() external view returns (uint256);
    /// @notice Seconds that a pause lasts.
    function PAUSE() external view returns (uint256);
}
