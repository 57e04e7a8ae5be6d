// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IDatanets} from "./interfaces/IDatanets.sol";

/// @title Datanets, their contributions and their contributors
/// @notice See IDatanets.
contract Datanets is ERC721, IDatanets {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /* TYPES */

    struct Tally {
        uint16 voted; // bit per seat
        uint8 accepts;
        uint8 rejects;
    }

    /* CONSTANTS */

    /// @dev As many as `Tally.voted` has bits.
    uint256 internal constant MAX_COMMITTEE = 16;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;

    /* STORAGE */

    Datanet[] internal _datanets;
    Contribution[] internal _contributions;
    /// @dev The account of each contributor id.
    address[] internal _accounts;

    /// @dev Contributor id + 1; zero where the account has none.
    mapping(address account => uint32) internal _contributorAfter;
    /// @dev Seat + 1 of a committee's member; zero where the account has none.
    mapping(uint256 datanet => mapping(address account => uint8)) internal _seatAfter;
    mapping(uint256 contribution => Tally) internal _tallies;
    /// @dev Contribution + 1 that has taken a root; zero where it is free.
    mapping(uint256 datanet => mapping(bytes32 root => uint256)) internal _contributionAfter;

    /* CONSTRUCTOR */

    constructor(IERC20 openToken) ERC721("Tributary Datanets", "DATANET") {
        OPEN = openToken;
    }

    /* DATANETS */

    /// @inheritdoc IDatanets
    function create(string calldata name, string calldata licence, uint96 minimumBond, address[] calldata committee)
        external
        returns (uint256 datanet)
    {
        uint256 size = committee.length;
        require(size != 0 && size <= MAX_COMMITTEE, DatanetCommitteeSize(size));

        datanet = _datanets.length;
        _datanets.push(Datanet(name, licence, minimumBond, committee));
        for (uint256 seat; seat < size; ++seat) {
            address member = committee[seat];
            require(member != address(0) && _seatAfter[datanet][member] == 0, DatanetInvalidMember(member));
            _seatAfter[datanet][member] = uint8(seat + 1); // at most MAX_COMMITTEE
        }
        _mint(msg.sender, datanet);
        emit DatanetCreated(datanet, msg.sender, name, licence, minimumBond, committee);
    }

    /* CONTRIBUTIONS */

    /// @inheritdoc IDatanets
    function register() public returns (uint32 contributor) {
        uint32 following = _contributorAfter[msg.sender];
        if (following != 0) return following - 1;

        contributor = _accounts.length.toUint32();
        _accounts.push(msg.sender);
        _contributorAfter[msg.sender] = contributor + 1;
        emit ContributorRegistered(contributor, msg.sender);
    }

    /// @inheritdoc IDatanets
    function contribute(uint256 datanet, bytes32 root, uint32 rows, uint96 bond, string calldata uri)
        external
        returns (uint256 contribution)
    {
        require(datanet < _datanets.length, DatanetUnknown(datanet));
        require(root != 0 && rows != 0, DatanetEmptyContribution());
        uint256 minimum = _datanets[datanet].minimumBond;
        require(bond >= minimum, DatanetBondTooLow(bond, minimum));
        uint256 taken = _contributionAfter[datanet][root];
        if (taken != 0) revert DatanetRootTaken(taken - 1);

        uint32 contributor = register();
        contribution = _contributions.length;
        _contributionAfter[datanet][root] = contribution + 1;
        _contributions.push(
            Contribution({
                datanet: datanet.toUint32(),
                contributor: contributor,
                rows: rows,
                committedAt: uint40(block.timestamp),
                status: Status.Pending,
                bond: bond,
                root: root,
                uri: uri
            })
        );
        emit Contributed(contribution, datanet, contributor, root, rows, bond, uri);
        OPEN.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IDatanets
    function score(uint256 contribution, bool accept) external {
        Contribution storage scored = _known(contribution);
        uint256 datanet = scored.datanet;
        uint256 seatAfter = _seatAfter[datanet][msg.sender];
        require(seatAfter != 0, DatanetNotCommittee(msg.sender));
        require(scored.status == Status.Pending, DatanetWrongStatus(contribution, scored.status));

        Tally memory tally = _tallies[contribution];
        uint16 bit = uint16(1 << (seatAfter - 1)); // seats are below 16
        require(tally.voted & bit == 0, DatanetAlreadyScored(msg.sender));
        tally.voted |= bit;
        if (accept) ++tally.accepts;
        else ++tally.rejects;
        _tallies[contribution] = tally;
        emit Scored(contribution, msg.sender, accept);

        // A strict majority of all seats, so silence never decides.
        uint256 size = _datanets[datanet].committee.length;
        if (uint256(tally.accepts) * 2 > size) {
            _setStatus(contribution, Status.Accepted);
        } else if (uint256(tally.rejects) * 2 > size) {
            delete _contributionAfter[datanet][scored.root];
            _setStatus(contribution, Status.Rejected);
        }
    }

    /// @inheritdoc IDatanets
    function withdrawConsent(uint256 contribution) external {
        Contribution storage withdrawn = _known(contribution);
        require(_accounts[withdrawn.contributor] == msg.sender, DatanetNotContributor(msg.sender));
        Status status = withdrawn.status;
        require(status == Status.Pending || status == Status.Accepted, DatanetWrongStatus(contribution, status));

        // What no committee has accepted must not keep the root from others: its bond comes back at once.
        if (status == Status.Pending) delete _contributionAfter[withdrawn.datanet][withdrawn.root];
        _setStatus(contribution, Status.Withdrawn);
    }

    /// @inheritdoc IDatanets
    function returnBond(uint256 contribution) external {
        Contribution storage returned = _known(contribution);
        Status status = returned.status;
        require(status == Status.Rejected || status == Status.Withdrawn, DatanetWrongStatus(contribution, status));
        uint256 bond = returned.bond;
        require(bond != 0, DatanetNoBond(contribution));

        returned.bond = 0;
        address account = _accounts[returned.contributor];
        emit BondReturned(contribution, account, bond);
        OPEN.safeTransfer(account, bond);
    }

    /* VIEWS */

    /// @inheritdoc IDatanets
    function datanetCount() external view returns (uint256) {
        return _datanets.length;
    }

    /// @inheritdoc IDatanets
    function datanetOf(uint256 datanet) external view returns (Datanet memory) {
        require(datanet < _datanets.length, DatanetUnknown(datanet));
        return _datanets[datanet];
    }

    /// @inheritdoc IDatanets
    function contributionOf(uint256 contribution) external view returns (Contribution memory) {
        return _known(contribution);
    }

    /// @inheritdoc IDatanets
    function contributionCount() external view returns (uint256) {
        return _contributions.length;
    }

    /// @inheritdoc IDatanets
    function contributorCount() external view returns (uint32) {
        return uint32(_accounts.length); // ids are given as uint32
    }

    /// @inheritdoc IDatanets
    function accountOf(uint32 contributor) external view returns (address) {
        return contributor < _accounts.length ? _accounts[contributor] : address(0);
    }

    /// @inheritdoc IDatanets
    function contributorOf(address account) external view returns (uint32) {
        uint32 following = _contributorAfter[account];
        require(following != 0, DatanetNotContributor(account));
        return following - 1;
    }

    /* INTERNAL */

    function _known(uint256 contribution) internal view returns (Contribution storage) {
        require(contribution < _contributions.length, DatanetUnknownContribution(contribution));
        return _contributions[contribution];
    }

    function _setStatus(uint256 contribution, Status status) internal {
        _contributions[contribution].status = status;
        emit StatusChanged(contribution, status);
    }
}
