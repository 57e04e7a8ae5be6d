// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Datanets: specialised datasets, and what is contributed to them
/// @notice A Datanet is an ERC-721; its holder set licence, committee and minimum bond at its creation. A contribution is
/// one batch of rows, committed by its Merkle root, by one contributor, under one bond: the unit of attribution.
/// Contributor ids are global, dense, begin at 0 and never change their account.
///
/// A contribution is committed and revealed, so that nobody who sees it can be earlier; its id is given at the commitment,
/// so ids stand in the order of priority. Then the committee scores it, in rounds: each member commits a score, and reveals
/// it once all have committed or the time for it is over. The median, weighted by stake, is the verdict. A verdict can be
/// challenged under a bond that doubles every time, which opens another round; the loser pays.
interface IDatanets {
    enum Status {
        None,
        Committed,
        Pending, // revealed, and scored for the first time
        Accepted,
        Rejected,
        Withdrawn,
        Duplicate,
        Expired
    }

    struct Datanet {
        string name;
        string licence;
        uint96 minimumBond;
        address[] committee;
    }

    struct Contribution {
        uint32 datanet;
        uint32 contributor; // the contributor id
        uint32 rows; // how many rows the tree has
        uint40 committedAt; // priority: the earlier of two equal rows is the original
        Status status;
        uint96 bond;
        bytes32 root; // list root of the rows, see docs/commitments.md; while Committed, the commitment
        string uri;
    }

    /// @notice How the committee has come to its verdict, and where it stands.
    struct Review {
        uint40 revealedAt; // when the contribution's rows became known
        uint40 startedAt; // of the round that is open; 0 where none is
        uint40 revealsAt; // when the round's scores begin to be revealed
        uint40 settlesAt; // until then the verdict can be challenged and the bond stays
        uint16 committed; // a bit per seat
        uint16 revealed; // a bit per seat
        uint8 round;
        uint8 challenges;
        bool accepted; // the last verdict
        address challenger; // of the open round; nobody in a first one
        uint96 stake; // the challenger's bond
        address heir; // who gets the contribution's bond where a challenge has it rejected
        uint128 scores; // a byte per seat
    }

    /// @notice That a row stands in a contribution.
    struct RowProof {
        uint256 contribution;
        uint256 position;
        bytes32[] siblings; // from the leaf up
    }

    event DatanetCreated(
        uint256 indexed datanet,
        address indexed owner,
        string name,
        string licence,
        uint256 minimumBond,
        address[] committee
    );
    event ContributorRegistered(uint32 indexed contributor, address indexed account);
    event Committed(
        uint256 indexed contribution,
        uint256 indexed datanet,
        uint32 indexed contributor,
        bytes32 commitment,
        uint256 bond
    );
    event Contributed(
        uint256 indexed contribution,
        uint256 indexed datanet,
        uint32 indexed contributor,
        bytes32 root,
        uint32 rows,
        uint256 bond,
        string uri
    );
    event RoundOpened(uint256 indexed contribution, uint8 round, uint256 revealsAt);
    event ScoreCommitted(uint256 indexed contribution, address indexed member, uint8 round);
    event Scored(uint256 indexed contribution, address indexed member, uint8 round, uint8 score);
    /// @notice `median` of a round in which a majority of the seats revealed.
    event Decided(uint256 indexed contribution, uint8 round, uint8 median, bool accepted);
    event StatusChanged(uint256 indexed contribution, Status status);
    event Challenged(uint256 indexed contribution, address indexed challenger, uint256 bond);
    /// @notice The challenger's bond went to `account`: to itself where it was right or nobody answered.
    event ChallengePaid(uint256 indexed contribution, address indexed account, uint256 amount);
    event DuplicateProved(
        uint256 indexed contribution, uint256 indexed original, address indexed prover, bytes32 row, uint256 bond
    );
    event BondReturned(uint256 indexed contribution, address indexed account, uint256 amount);
    event BondForfeited(uint256 indexed contribution, uint256 amount);

    error DatanetUnknown(uint256 datanet);
    error DatanetCommitteeSize(uint256 size);
    error DatanetInvalidMember(address member);
    error DatanetEmptyContribution();
    error DatanetBondTooLow(uint256 bond, uint256 minimum);
    error DatanetUnknownContribution(uint256 contribution);
    error DatanetWrongCommitment(bytes32 expected, bytes32 given);
    error DatanetTooEarly(uint256 contribution, uint256 opensAt);
    error DatanetTooLate(uint256 contribution, uint256 closedAt);
    error DatanetNotCommittee(address account);
    error DatanetNoRound(uint256 contribution);
    error DatanetAlreadyScored(address member);
    error DatanetInvalidScore(uint8 score);
    error DatanetWrongStatus(uint256 contribution, Status status);
    error DatanetUnderReview(uint256 contribution);
    error DatanetNotContributor(address account);
    error DatanetNoBond(uint256 contribution);
    error DatanetNotOriginal(uint256 original, uint256 contribution);
    error DatanetInvalidProof(uint256 contribution);

    /// @notice Creates a Datanet owned by the caller. Committee: 1 to 16 distinct accounts, fixed.
    function create(string calldata name, string calldata licence, uint96 minimumBond, address[] calldata committee)
        external
        returns (uint256 datanet);
    /// @notice The caller's contributor id, given at the first call.
    function register() external returns (uint32 contributor);

    /// @notice Commits a batch of rows under `bond` wei taken from the caller (registered on the way), and takes its place
    /// in the order of priority.
    /// @param commitment `commitmentOf` the batch: bound to the caller, so nobody else can reveal it
    function commit(uint256 datanet, bytes32 commitment, uint96 bond) external returns (uint256 contribution);
    /// @notice Reveals a committed batch, after the second of its commitment and within REVEAL_WINDOW of it, and opens its
    /// first round. Only its contributor.
    function reveal(uint256 contribution, bytes32 root, uint32 rows, bytes32 salt, string calldata uri) external;
    /// @notice Ends a commitment that was not revealed in time; its bond goes to the treasury, so that rows cannot be kept
    /// in reserve for free. Anyone may call.
    function expire(uint256 contribution) external;
    /// @notice Withdraws the contributor's consent from the next version on; past earnings stay. Also takes back a pending
    /// contribution. The bond stays until `settlesAt`, so that a copy cannot flee its proof.
    function withdrawConsent(uint256 contribution) external;
    /// @notice Returns the bond of a rejected or withdrawn contribution to its contributor, or to the challenger that had it
    /// rejected, once its verdict can no longer be challenged. Anyone may call.
    function returnBond(uint256 contribution) external;

    /// @notice A committee member's sealed score in the open round.
    /// @param commitment `scoreCommitmentOf` the score: bound to member and round
    function commitScore(uint256 contribution, bytes32 commitment) external;
    /// @notice Opens a committed score: 0 to 100; a median of at least PASS accepts. The last reveal of those committed
    /// decides the round.
    function revealScore(uint256 contribution, uint8 score, bytes32 salt) external;
    /// @notice Decides a round whose time is over. Where no strict majority of the seats has revealed, nothing is decided: a
    /// first round is opened again, a challenge is returned. Anyone may call.
    function decide(uint256 contribution) external;
    /// @notice Challenges the verdict under `challengeBondOf` wei taken from the caller. Upheld, half of that goes to the
    /// contributor of an accepted contribution and the rest to the treasury; overturned, it comes back, and with it, where
    /// the contribution is now rejected, the contribution's bond.
    function challenge(uint256 contribution) external;
    /// @notice Proves by two Merkle proofs that `row` stands in two contributions to one Datanet: in an accepted `original`,
    /// and in another contributor's `copy` that was committed after the original's rows were known. The copy's bond goes to
    /// the caller; no judge.
    function proveDuplicate(bytes32 row, RowProof calldata original, RowProof calldata copy) external;

    /// @notice How many Datanets there are; their ids are 0 .. count - 1.
    function datanetCount() external view returns (uint256);
    function datanetOf(uint256 datanet) external view returns (Datanet memory);
    function contributionOf(uint256 contribution) external view returns (Contribution memory);
    function reviewOf(uint256 contribution) external view returns (Review memory);
    /// @notice Whether a contribution was accepted, its consent not withdrawn, at the end of a block; and of which Datanet and
    /// contributor it is, whatever became of it. All zero where there is no such contribution.
    function acceptedAt(uint256 contribution, uint48 blockNumber)
        external
        view
        returns (bool accepted, uint32 datanet, uint32 contributor);
    /// @notice How many contributions there are; their ids are 0 .. count - 1 in order of commitment.
    function contributionCount() external view returns (uint256);
    function contributorCount() external view returns (uint32);
    /// @notice The account of a contributor id; the zero address where there is none.
    function accountOf(uint32 contributor) external view returns (address);
    /// @notice The id of an account; reverts where it has none.
    function contributorOf(address account) external view returns (uint32);
    /// @notice Wei that the next challenge costs: the contribution's bond or CHALLENGE_BOND, the larger, doubled for every
    /// challenge there was.
    function challengeBondOf(uint256 contribution) external view returns (uint256);
    /// @notice keccak256(abi.encode(datanet, account, root, rows, salt)).
    function commitmentOf(uint256 datanet, address account, bytes32 root, uint32 rows, bytes32 salt)
        external
        pure
        returns (bytes32);
    /// @notice keccak256(abi.encode(contribution, round, member, score, salt)).
    function scoreCommitmentOf(uint256 contribution, uint8 round, address member, uint8 score, bytes32 salt)
        external
        pure
        returns (bytes32);
    /// @notice Seconds in which a commitment must be revealed.
    function REVEAL_WINDOW() external view returns (uint256);
    /// @notice Seconds of a round for commitments, and again for reveals; each ends early when all have done it.
    function SCORE_PERIOD() external view returns (uint256);
    /// @notice Seconds after a verdict in which it can be challenged.
    function CHALLENGE_WINDOW() external view returns (uint256);
    function CHALLENGE_BOND() external view returns (uint96);
    /// @notice The least median that accepts.
    function PASS() external view returns (uint8);
}
