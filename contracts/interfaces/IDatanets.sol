// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Datanets: specialised datasets, and what is contributed to them
/// @notice A Datanet is an ERC-721; its holder set licence, committee and minimum bond at its creation. A contribution is
/// one batch of rows, committed by its Merkle root, by one contributor, under one bond: the unit of attribution.
/// Contributor ids are global, dense, begin at 0 and never change their account.
interface IDatanets {
    enum Status {
        None,
        Pending,
        Accepted,
        Rejected,
        Withdrawn
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
        bytes32 root; // list root of the rows, see docs/commitments.md
        string uri;
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
    event Contributed(
        uint256 indexed contribution,
        uint256 indexed datanet,
        uint32 indexed contributor,
        bytes32 root,
        uint32 rows,
        uint256 bond,
        string uri
    );
    event Scored(uint256 indexed contribution, address indexed member, bool accept);
    event StatusChanged(uint256 indexed contribution, Status status);
    event BondReturned(uint256 indexed contribution, address indexed account, uint256 amount);

    error DatanetUnknown(uint256 datanet);
    error DatanetCommitteeSize(uint256 size);
    error DatanetInvalidMember(address member);
    error DatanetEmptyContribution();
    error DatanetBondTooLow(uint256 bond, uint256 minimum);
    error DatanetUnknownContribution(uint256 contribution);
    error DatanetNotCommittee(address account);
    error DatanetAlreadyScored(address member);
    error DatanetWrongStatus(uint256 contribution, Status status);
    error DatanetNotContributor(address account);
    error DatanetRootTaken(uint256 contribution);
    error DatanetNoBond(uint256 contribution);

    /// @notice Creates a Datanet owned by the caller. Committee: 1 to 16 distinct accounts, fixed.
    function create(string calldata name, string calldata licence, uint96 minimumBond, address[] calldata committee)
        external
        returns (uint256 datanet);
    /// @notice The caller's contributor id, given at the first call.
    function register() external returns (uint32 contributor);
    /// @notice Commits a batch of `rows` rows under `bond` wei taken from the caller (registered on the way). The same root
    /// counts once in a Datanet, unless the committee never accepted the earlier contribution.
    function contribute(uint256 datanet, bytes32 root, uint32 rows, uint96 bond, string calldata uri)
        external
        returns (uint256 contribution);
    /// @notice A committee member's verdict; the contribution is accepted or rejected when a strict majority of the
    /// whole committee says so.
    function score(uint256 contribution, bool accept) external;
    /// @notice Withdraws the contributor's consent from the next version on; past earnings stay. Also takes back a pending
    /// contribution.
    function withdrawConsent(uint256 contribution) external;
    /// @notice Returns the bond of a rejected or withdrawn contribution to its contributor. Anyone may call.
    function returnBond(uint256 contribution) external;

    /// @notice How many Datanets there are; their ids are 0 .. count - 1.
    function datanetCount() external view returns (uint256);
    function datanetOf(uint256 datanet) external view returns (Datanet memory);
    function contributionOf(uint256 contribution) external view returns (Contribution memory);
    /// @notice How many contributions there are; their ids are 0 .. count - 1 in order of commitment.
    function contributionCount() external view returns (uint256);
    function contributorCount() external view returns (uint32);
    /// @notice The account of a contributor id; the zero address where there is none.
    function accountOf(uint32 contributor) external view returns (address);
    /// @notice The id of an account; reverts where it has none.
    function contributorOf(address account) external view returns (uint32);
}
