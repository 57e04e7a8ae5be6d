// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {IDatanets} from "./interfaces/IDatanets.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {Lists} from "./libraries/Lists.sol";
import {Medians} from "./libraries/Medians.sol";
import {Parameters} from "./libraries/Parameters.sol";

/// @title Datanets, their contributions and their contributors
/// @notice See IDatanets.
contract Datanets is ERC721, IDatanets, IParameters {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using Checkpoints for Checkpoints.Trace208;

    /* CONSTANTS */

    /// @dev As many as `Review.committed` has bits.
    uint256 internal constant MAX_COMMITTEE = 16;
    uint8 internal constant MAX_SCORE = 100;
    /// @inheritdoc IDatanets
    uint8 public constant PASS = 50;

    /* IMMUTABLES */

    IERC20 public immutable OPEN;
    /// @dev The StakeVault, by whose past votes scores are weighted.
    IERC5805 public immutable VOTES;
    /// @dev The timelock, as the treasury: it decides nothing here.
    address public immutable TREASURY;
    /// @inheritdoc IDatanets
    uint256 public immutable REVEAL_WINDOW;
    /// @inheritdoc IDatanets
    uint256 public immutable SCORE_PERIOD;
    /// @inheritdoc IDatanets
    uint256 public immutable CHALLENGE_WINDOW;
    /// @inheritdoc IDatanets
    uint96 public immutable CHALLENGE_BOND;

    /* STORAGE */

    Datanet[] internal _datanets;
    Contribution[] internal _contributions;
    /// @dev The account of each contributor id.
    address[] internal _accounts;

    /// @dev Contributor id + 1; zero where the account has none.
    mapping(address account => uint32) internal _contributorAfter;
    /// @dev Seat + 1 of a committee's member; zero where the account has none.
    mapping(uint256 datanet => mapping(address account => uint8)) internal _seatAfter;
    mapping(uint256 contribution => Review) internal _reviews;
    /// @dev By block: 1 from where it is accepted, 0 from where it no longer is.
    mapping(uint256 contribution => Checkpoints.Trace208) internal _acceptances;
    mapping(uint256 contribution => mapping(uint256 round => mapping(uint256 seat => bytes32))) internal _sealed;

    /* CONSTRUCTOR */

    constructor(
        IERC20 openToken,
        IERC5805 votes,
        address treasury,
        uint256 revealWindow,
        uint256 scorePeriod,
        uint256 challengeWindow,
        uint96 challengeBond
    ) ERC721("Tributary Datanets", "DATANET") {
        OPEN = openToken;
        VOTES = votes;
        TREASURY = treasury;
        REVEAL_WINDOW = Parameters.within("REVEAL_WINDOW", revealWindow, 1 minutes, 7 days);
        SCORE_PERIOD = Parameters.within("SCORE_PERIOD", scorePeriod, 1 minutes, 14 days);
        CHALLENGE_WINDOW = Parameters.within("CHALLENGE_WINDOW", challengeWindow, 1 minutes, 30 days);
        CHALLENGE_BOND = uint96(Parameters.within("CHALLENGE_BOND", challengeBond, 1 ether, 1_000_000 ether));
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

    /* CONTRIBUTOR */

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
    function commit(uint256 datanet, bytes32 commitment, uint96 bond) external returns (uint256 contribution) {
        require(datanet < _datanets.length, DatanetUnknown(datanet));
        require(commitment != 0, DatanetEmptyContribution());
        uint256 minimum = _datanets[datanet].minimumBond;
        require(bond >= minimum, DatanetBondTooLow(bond, minimum));

        uint32 contributor = register();
        contribution = _contributions.length;
        _contributions.push(
            Contribution({
                datanet: datanet.toUint32(),
                contributor: contributor,
                rows: 0,
                committedAt: uint40(block.timestamp),
                status: Status.Committed,
                bond: bond,
                root: commitment,
                uri: ""
            })
        );
        emit Committed(contribution, datanet, contributor, commitment, bond);
        OPEN.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IDatanets
    function reveal(uint256 contribution, bytes32 root, uint32 rows, bytes32 salt, string calldata uri) external {
        Contribution storage revealed = _inStatus(contribution, Status.Committed);
        require(root != 0 && rows != 0, DatanetEmptyContribution());
        // In the second of its commitment others could still be ordered before it.
        uint256 committedAt = revealed.committedAt;
        require(block.timestamp > committedAt, DatanetTooEarly(contribution, committedAt + 1));
        uint256 closedAt = committedAt + REVEAL_WINDOW;
        require(block.timestamp <= closedAt, DatanetTooLate(contribution, closedAt));
        bytes32 given = commitmentOf(revealed.datanet, msg.sender, root, rows, salt);
        require(given == revealed.root, DatanetWrongCommitment(revealed.root, given));

        revealed.root = root;
        revealed.rows = rows;
        revealed.uri = uri;
        _reviews[contribution].revealedAt = uint40(block.timestamp);
        emit Contributed(contribution, revealed.datanet, revealed.contributor, root, rows, revealed.bond, uri);
        _setStatus(contribution, Status.Pending);
        _openRound(contribution);
    }

    /// @inheritdoc IDatanets
    function expire(uint256 contribution) external {
        Contribution storage expired = _inStatus(contribution, Status.Committed);
        uint256 opensAt = expired.committedAt + REVEAL_WINDOW + 1;
        require(block.timestamp >= opensAt, DatanetTooEarly(contribution, opensAt));

        uint256 bond = expired.bond;
        expired.bond = 0;
        _setStatus(contribution, Status.Expired);
        emit BondForfeited(contribution, bond);
        OPEN.safeTransfer(TREASURY, bond);
    }

    /// @inheritdoc IDatanets
    function withdrawConsent(uint256 contribution) external {
        Contribution storage withdrawn = _known(contribution);
        require(_accounts[withdrawn.contributor] == msg.sender, DatanetNotContributor(msg.sender));
        Status status = withdrawn.status;
        require(status == Status.Pending || status == Status.Accepted, DatanetWrongStatus(contribution, status));

        Review storage review = _reviews[contribution];
        // A first review has nothing left to decide; a challenge still decides who gets the bonds.
        if (status == Status.Pending) review.startedAt = 0;
        review.settlesAt = uint40(block.timestamp + CHALLENGE_WINDOW);
        _setStatus(contribution, Status.Withdrawn);
    }

    /// @inheritdoc IDatanets
    function returnBond(uint256 contribution) external {
        Contribution storage returned = _known(contribution);
        Status status = returned.status;
        require(status == Status.Rejected || status == Status.Withdrawn, DatanetWrongStatus(contribution, status));
        uint256 bond = returned.bond;
        require(bond != 0, DatanetNoBond(contribution));
        Review storage review = _reviews[contribution];
        require(review.startedAt == 0, DatanetUnderReview(contribution));
        require(block.timestamp >= review.settlesAt, DatanetTooEarly(contribution, review.settlesAt));

        returned.bond = 0;
        address heir = review.heir;
        address account = heir == address(0) ? _accounts[returned.contributor] : heir;
        emit BondReturned(contribution, account, bond);
        OPEN.safeTransfer(account, bond);
    }

    /* COMMITTEE */

    /// @inheritdoc IDatanets
    function commitScore(uint256 contribution, bytes32 commitment) external {
        (Review storage review, uint256 seat) = _seated(contribution);
        require(block.timestamp < review.revealsAt, DatanetTooLate(contribution, review.revealsAt));
        uint16 bit = uint16(1 << seat); // seats are below 16
        require(review.committed & bit == 0, DatanetAlreadyScored(msg.sender));

        uint8 round = review.round;
        uint16 committed = review.committed | bit;
        review.committed = committed;
        _sealed[contribution][round][seat] = commitment;
        emit ScoreCommitted(contribution, msg.sender, round);
        // Nobody is left to wait for.
        uint256 size = _datanets[_contributions[contribution].datanet].committee.length;
        if (committed == (1 << size) - 1) review.revealsAt = uint40(block.timestamp);
    }

    /// @inheritdoc IDatanets
    function revealScore(uint256 contribution, uint8 score, bytes32 salt) external {
        (Review storage review, uint256 seat) = _seated(contribution);
        uint256 revealsAt = review.revealsAt;
        require(block.timestamp >= revealsAt, DatanetTooEarly(contribution, revealsAt));
        require(block.timestamp < revealsAt + SCORE_PERIOD, DatanetTooLate(contribution, revealsAt + SCORE_PERIOD));
        require(score <= MAX_SCORE, DatanetInvalidScore(score));
        uint16 bit = uint16(1 << seat);
        require(review.revealed & bit == 0, DatanetAlreadyScored(msg.sender));
        uint8 round = review.round;
        bytes32 given = scoreCommitmentOf(contribution, round, msg.sender, score, salt);
        bytes32 expected = _sealed[contribution][round][seat];
        require(given == expected, DatanetWrongCommitment(expected, given));

        uint16 revealed = review.revealed | bit;
        review.revealed = revealed;
        review.scores |= uint128(score) << uint128(8 * seat);
        emit Scored(contribution, msg.sender, round, score);
        if (revealed == review.committed) _decide(contribution, review);
    }

    /// @inheritdoc IDatanets
    function decide(uint256 contribution) external {
        Review storage review = _openReview(contribution);
        uint256 opensAt = review.revealsAt + SCORE_PERIOD;
        require(block.timestamp >= opensAt, DatanetTooEarly(contribution, opensAt));
        _decide(contribution, review);
    }

    /* ANYONE */

    /// @inheritdoc IDatanets
    function challenge(uint256 contribution) external {
        Status status = _known(contribution).status;
        require(status == Status.Accepted || status == Status.Rejected, DatanetWrongStatus(contribution, status));
        Review storage review = _reviews[contribution];
        require(review.startedAt == 0, DatanetUnderReview(contribution));
        require(block.timestamp < review.settlesAt, DatanetTooLate(contribution, review.settlesAt));

        uint96 bond = challengeBondOf(contribution).toUint96();
        ++review.challenges;
        review.challenger = msg.sender;
        review.stake = bond;
        emit Challenged(contribution, msg.sender, bond);
        _openRound(contribution);
        OPEN.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IDatanets
    function proveDuplicate(bytes32 row, RowProof calldata original, RowProof calldata copy) external {
        Contribution storage earlier = _known(original.contribution);
        Contribution storage later = _known(copy.contribution);
        require(
            _isOriginal(original.contribution, earlier, copy.contribution, later),
            DatanetNotOriginal(original.contribution, copy.contribution)
        );
        uint256 bond = later.bond;
        require(bond != 0, DatanetNoBond(copy.contribution));
        _checkRow(row, earlier, original);
        _checkRow(row, later, copy);

        later.bond = 0;
        Review storage review = _reviews[copy.contribution];
        review.startedAt = 0;
        _setStatus(copy.contribution, Status.Duplicate);
        emit DuplicateProved(copy.contribution, original.contribution, msg.sender, row, bond);
        // A challenge that is open was about the same: it comes back.
        _payStake(copy.contribution, review, review.challenger);
        OPEN.safeTransfer(msg.sender, bond);
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
    function reviewOf(uint256 contribution) external view returns (Review memory) {
        return _reviews[contribution];
    }

    /// @inheritdoc IDatanets
    function acceptedAt(uint256 contribution, uint48 blockNumber)
        external
        view
        returns (bool accepted, uint32 datanet, uint32 contributor)
    {
        if (contribution >= _contributions.length) return (false, 0, 0);
        accepted = _acceptances[contribution].upperLookupRecent(blockNumber) == 1;
        Contribution storage known = _contributions[contribution];
        return (accepted, known.datanet, known.contributor);
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

    /// @inheritdoc IDatanets
    function challengeBondOf(uint256 contribution) public view returns (uint256) {
        return Math.max(_known(contribution).bond, CHALLENGE_BOND) << _reviews[contribution].challenges;
    }

    /// @inheritdoc IDatanets
    function commitmentOf(uint256 datanet, address account, bytes32 root, uint32 rows, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(datanet, account, root, rows, salt));
    }

    /// @inheritdoc IDatanets
    function scoreCommitmentOf(uint256 contribution, uint8 round, address member, uint8 score, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(contribution, round, member, score, salt));
    }

    /* INTERNAL */

    function _known(uint256 contribution) internal view returns (Contribution storage) {
        require(contribution < _contributions.length, DatanetUnknownContribution(contribution));
        return _contributions[contribution];
    }

    function _inStatus(uint256 contribution, Status status) internal view returns (Contribution storage known) {
        known = _known(contribution);
        require(known.status == status, DatanetWrongStatus(contribution, known.status));
    }

    function _setStatus(uint256 contribution, Status status) internal {
        Status before = _contributions[contribution].status;
        _contributions[contribution].status = status;
        // What stands at the end of a block is the block's.
        if (status == Status.Accepted) _acceptances[contribution].push(uint48(block.number), 1);
        else if (before == Status.Accepted) _acceptances[contribution].push(uint48(block.number), 0);
        emit StatusChanged(contribution, status);
    }

    function _openReview(uint256 contribution) internal view returns (Review storage review) {
        _known(contribution);
        review = _reviews[contribution];
        require(review.startedAt != 0, DatanetNoRound(contribution));
    }

    /// @dev The open review of a contribution, and the caller's seat in the committee.
    function _seated(uint256 contribution) internal view returns (Review storage review, uint256 seat) {
        review = _openReview(contribution);
        uint256 seatAfter = _seatAfter[_contributions[contribution].datanet][msg.sender];
        require(seatAfter != 0, DatanetNotCommittee(msg.sender));
        seat = seatAfter - 1;
    }

    function _openRound(uint256 contribution) internal {
        Review storage review = _reviews[contribution];
        uint256 revealsAt = block.timestamp + SCORE_PERIOD;
        review.startedAt = uint40(block.timestamp);
        review.revealsAt = uint40(revealsAt);
        review.committed = 0;
        review.revealed = 0;
        review.scores = 0;
        emit RoundOpened(contribution, ++review.round, revealsAt);
    }

    /// @dev Ends the open round, by the median where a strict majority of all seats has revealed.
    function _decide(uint256 contribution, Review storage review) internal {
        address[] storage committee = _datanets[_contributions[contribution].datanet].committee;
        (bool answered, uint8 median) = _median(review, committee);
        address challenger = review.challenger;
        if (!answered) {
            // Silence never decides.
            if (challenger == address(0)) return _openRound(contribution);
            _settle(review);
            return _payStake(contribution, review, challenger);
        }
        bool accepted = median >= PASS;
        bool upheld = accepted == review.accepted;
        emit Decided(contribution, review.round, median, accepted);
        _settle(review);
        review.accepted = accepted;
        if (challenger == address(0) || !upheld) {
            review.heir = accepted ? address(0) : challenger;
            // Consent that was withdrawn during a challenge stays withdrawn.
            if (_contributions[contribution].status != Status.Withdrawn) {
                _setStatus(contribution, accepted ? Status.Accepted : Status.Rejected);
            }
        }
        if (challenger == address(0)) return;
        if (!upheld) return _payStake(contribution, review, challenger);

        uint256 stake = review.stake;
        // Rounded down: the odd wei goes to the treasury. Half of it is lost to everybody here, so challenging oneself to
        // double the price for others is not free.
        uint256 reward = accepted ? stake / 2 : 0;
        review.stake = uint96(stake - reward);
        _payStake(contribution, review, TREASURY);
        if (reward != 0) _pay(contribution, _accounts[_contributions[contribution].contributor], reward);
    }

    function _settle(Review storage review) internal {
        review.startedAt = 0;
        review.settlesAt = uint40(block.timestamp + CHALLENGE_WINDOW);
    }

    /// @dev The median of the revealed scores, and whether a strict majority of all seats stands behind it.
    function _median(Review storage review, address[] storage committee) internal view returns (bool, uint8) {
        uint256 size = committee.length;
        (uint16 revealed, uint128 scores) = (review.revealed, review.scores);
        // The moment before the round: stake that came to sway it does not count.
        uint256 before = review.startedAt - 1;
        uint8[] memory values = new uint8[](size);
        uint256[] memory weights = new uint256[](size);
        uint256 count;
        for (uint256 seat; seat < size; ++seat) {
            if (revealed & (1 << seat) == 0) continue;
            values[seat] = uint8(scores >> (8 * seat));
            // A wei for the seat, so that a committee without any stake decides by heads.
            weights[seat] = VOTES.getPastVotes(committee[seat], before) + 1;
            ++count;
        }
        if (count * 2 <= size) return (false, 0);
        return (true, Medians.weighted(values, weights)); // seats that were silent weigh nothing
    }

    /// @dev Pays the challenger's bond to `account` and ends the challenge.
    function _payStake(uint256 contribution, Review storage review, address account) internal {
        uint256 stake = review.stake;
        if (stake == 0) return;
        review.challenger = address(0);
        review.stake = 0;
        _pay(contribution, account, stake);
    }

    /// @dev OPEN has no hooks: a transfer can neither fail for its recipient nor re-enter.
    function _pay(uint256 contribution, address account, uint256 amount) internal {
        emit ChallengePaid(contribution, account, amount);
        OPEN.safeTransfer(account, amount);
    }

    /// @dev Whether repeating `earlier` can be held against `later`: somebody else's, in the same Datanet, accepted (whatever
    /// became of its consent), and known before the later one was committed. So neither a Datanet with a committee of
    /// one's own nor a sealed commitment can frame anybody.
    function _isOriginal(uint256 original, Contribution storage earlier, uint256 copy, Contribution storage later)
        internal
        view
        returns (bool)
    {
        Status status = earlier.status;
        Review storage review = _reviews[original];
        bool accepted = status == Status.Accepted || (status == Status.Withdrawn && review.accepted);
        return accepted && earlier.datanet == later.datanet && earlier.contributor != later.contributor
            && review.revealedAt < later.committedAt && _reviews[copy].revealedAt != 0;
    }

    function _checkRow(bytes32 row, Contribution storage contribution, RowProof calldata proof) internal view {
        (bool shaped, bytes32 root) = Lists.rootOf(Lists.ROWS, contribution.rows, proof.position, row, proof.siblings);
        require(shaped && root == contribution.root, DatanetInvalidProof(proof.contribution));
    }
}
