// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Models: versions, their frozen terms, and their way to being live
/// @notice A version is an ERC-721 of its developer. Proposed → Approved → Trained → Evaluated → (window) → Live →
/// Suspended or Retired. A small state machine: a vote can approve and suspend, and nothing else.
///
/// Two tracks lead to Approved. A version that follows a live one of the same developer, on the same base and Datanet, for
/// the same operator, at prices and a target that do not rise and with no lower share for contributors, stakers,
/// validators and treasury, is approved once its objection window has passed; enough objections, by stake, take it to a
/// full vote. All others need the full vote.
interface IModels {
    enum State {
        None,
        Proposed,
        Approved,
        Trained,
        Evaluated,
        Live,
        Suspended,
        Retired
    }

    /// @notice Shares of income in basis points; they add up to 10,000.
    struct Split {
        uint16 developer;
        uint16 operator;
        uint16 stakers;
        uint16 validators;
        uint16 treasury;
        uint16 contributors;
    }

    /// @notice Frozen when the version is proposed.
    struct Terms {
        address operator; // who hosts inference
        uint96 priceIn; // wei of OPEN per 1,000 prompt tokens
        uint96 priceOut; // wei of OPEN per 1,000 completion tokens
        Split split;
        bytes32 manifestHash; // hash of the factory's manifest
        bytes32 baseHash;
        bytes32 adapterHash;
        bytes32 indexRoot; // list root of the index: contributions, features, standing shares
        uint32 datanet;
        uint32 snapshotBlock; // contributions are those accepted up to this block
        uint32 targetMilliPerplexity; // held-out perplexity x 1,000 that the version must not exceed
        uint32 parentAfter; // lineage: id + 1 of the version that it follows; 0 where it follows none
    }

    event Proposed(uint256 indexed model, address indexed developer, Terms terms, uint256 bond, string uri);
    /// @notice The version is approved at `closesAt` unless past votes of `quorum` object.
    event ObjectionsOpened(uint256 indexed model, uint256 closesAt, uint256 quorum);
    event Objected(uint256 indexed model, address indexed account, uint256 votes, string reason);
    /// @notice Objections have reached the quorum: only a vote approves it now.
    event VoteRequired(uint256 indexed model);
    event Approved(uint256 indexed model);
    event Trained(uint256 indexed model, string uri);
    event Evaluated(
        uint256 indexed model, address indexed evaluator, uint32 milliPerplexity, bytes32 reportHash, uint256 liveFrom
    );
    event Live(uint256 indexed model);
    event Suspended(uint256 indexed model);
    event Retired(uint256 indexed model);
    event BondReturned(uint256 indexed model, address indexed developer, uint256 amount);
    event BondForfeited(uint256 indexed model, uint256 amount);

    error ModelUnknown(uint256 model);
    error ModelWrongState(uint256 model, State state);
    error ModelSplitSum(uint256 sum);
    error ModelNoOperator();
    error ModelMissingHash();
    error ModelFutureSnapshot(uint256 snapshotBlock);
    error ModelBondTooLow(uint256 bond, uint256 minimum);
    error ModelNotDeveloper(address account);
    error ModelNotGovernance(address account);
    error ModelNotValidator(address account, uint256 votes, uint256 minimum);
    error ModelHashMismatch(bytes32 expected, bytes32 given);
    error ModelTargetMissed(uint32 target, uint32 milliPerplexity);
    error ModelWindowOpen(uint256 model, uint256 liveFrom);
    error ModelNeedsVote(uint256 model);
    error ModelObjectionsClosed(uint256 model, uint256 closesAt);
    error ModelNoVotes(address account);
    error ModelAlreadyObjected(address account);
    error ModelNotJudge(address account);
    error ModelSealed();

    /// @notice Names the judge of wrong indexes. Once, by the deployer.
    function wire(address judge) external;
    /// @notice Proposes a version under a bond of at least `requiredBond()` taken from the caller, its developer.
    function propose(Terms calldata terms, uint96 bond, string calldata uri) external returns (uint256 model);
    /// @notice Proposed → Approved, on either track. Only the timelock, after a vote.
    function approve(uint256 model) external;
    /// @notice Objects to a version in its objection window with the votes that the caller had before the proposal.
    function object(uint256 model, string calldata reason) external;
    /// @notice Proposed → Approved once the objection window has passed without a quorum of objections, and the version
    /// that it follows is live still. Anyone may call.
    function approveUnopposed(uint256 model) external;
    /// @notice Approved → Trained: the developer publishes the artifacts; the hashes must be those of the proposal.
    function recordTrained(uint256 model, bytes32 manifestHash, bytes32 adapterHash, string calldata uri) external;
    /// @notice Trained → Evaluated: a validator (past votes of at least `VALIDATOR_STAKE`, not the developer) reports the
    /// held-out perplexity; reverts where the declared target is missed. Opens the window.
    function recordEvaluation(uint256 model, uint32 milliPerplexity, bytes32 reportHash) external;
    /// @notice Evaluated → Live once the window has passed. Anyone may call. Returns the proposal bond.
    function goLive(uint256 model) external;
    /// @notice Approved to Live → Suspended, and back never: a new version takes its place. A bond that is still held goes
    /// to the treasury. Only the timelock, after a vote.
    function suspend(uint256 model) external;
    /// @notice Proposed to Live → Retired by its developer. Returns a bond that is still held.
    function retire(uint256 model) external;
    /// @notice Proposed → Retired where nothing has been decided for PROPOSAL_TERM, so that no terms of long ago can be
    /// approved. Anyone may call. Returns the bond to the developer.
    function expire(uint256 model) external;

    /// @notice Ends a version whose index is proved wrong: Proposed to Evaluated → Retired, Live → Suspended. A bond that is
    /// still held goes to the judge. Only the judge.
    function strike(uint256 model) external returns (uint256 bond);

    function stateOf(uint256 model) external view returns (State);
    /// @notice Whether a version with these terms, proposed by `developer` now, needs the full vote.
    function needsVote(Terms calldata terms, address developer) external view returns (bool);
    /// @notice The objections to a version: until when they are taken (0: it needs the full vote), how many votes have
    /// objected, and how many take it to a vote.
    function objectionsOf(uint256 model) external view returns (uint256 closesAt, uint256 votes, uint256 quorum);
    /// @notice The least bond of a proposal now, in wei: MINIMUM_BOND at rest; each proposal raises it by a quarter, and it
    /// falls back linearly within BOND_DECAY.
    function requiredBond() external view returns (uint256);
    function termsOf(uint256 model) external view returns (Terms memory);
    /// @notice The holder of the version's ERC-721, who earns the developer's part.
    function developerOf(uint256 model) external view returns (address);
    /// @notice The validator whose evaluation took it on; earns the validators' part.
    function evaluatorOf(uint256 model) external view returns (address);
    /// @notice Who may `strike`; nobody until it is wired.
    function judge() external view returns (address);
    /// @notice How many versions there are; their ids are 0 .. count - 1.
    function modelCount() external view returns (uint256);
    function MINIMUM_BOND() external view returns (uint96);
    function VALIDATOR_STAKE() external view returns (uint256);
    /// @notice Seconds in which a raised `requiredBond` falls back to MINIMUM_BOND.
    function BOND_DECAY() external view returns (uint256);
    /// @notice Seconds in which a proposal that needs no full vote can be objected to.
    function OBJECTION_WINDOW() external view returns (uint256);
    /// @notice Basis points of all votes whose objection takes a version to the full vote.
    function OBJECTION_QUORUM() external view returns (uint256);
    /// @notice Seconds after which a proposal that was not decided can be ended by anyone.
    function PROPOSAL_TERM() external view returns (uint256);
    /// @notice Seconds between evaluation and the earliest go-live.
    function EVALUATION_WINDOW() external view returns (uint256);
}
