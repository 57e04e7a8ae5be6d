// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Handler} from "./lib/Handler.sol";
import {Suite} from "./lib/Suite.sol";

/// @title Governance that tries every setting it has, with every value
/// @notice Settings by whole votes, with every value; what is refused is refused whole. Slashers as the timelock.
contract GovernanceHandler is Suite {
    address[2] internal slashers = [address(0x51A1), address(0x51A2)];
    address internal constant VALIDATOR = address(0x7A11);
    address internal constant VOTER = address(0x707E);
    address internal constant STAKER = address(0x57A);

    /* GHOSTS */

    mapping(address slasher => uint256) internal _appointedAt;

    constructor() {
        vm.prank(VALIDATOR);
        vault.register(0);
        open.transfer(STAKER, 1_000_000 ether);
        vm.prank(STAKER);
        open.approve(address(vault), type(uint256).max);
        vm.prank(STAKER);
        vault.delegate(VALIDATOR);
        vault.stakeFor(VOTER, 2_000_000 ether);
        vm.warp(block.timestamp + 1);
    }

    function actions() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](9);
        list[0] = this.setVotingDelay.selector;
        list[1] = this.setVotingPeriod.selector;
        list[2] = this.setExtension.selector;
        list[3] = this.setThreshold.selector;
        list[4] = this.setQuorum.selector;
        list[5] = this.appointSlasher.selector;
        list[6] = this.dismissSlasher.selector;
        list[7] = this.comeAndGo.selector;
        list[8] = this.wait.selector;
    }

    function kinds() external pure override returns (string[] memory list) {
        list = new string[](2);
        list[0] = "refused";
        list[1] = "left before a slasher came";
    }

    /* ACTIONS */

    function setVotingDelay(uint256 value) external {
        _set(abi.encodeCall(governor.setVotingDelay, (uint48(_value(value, 300)))));
    }

    function setVotingPeriod(uint256 value) external {
        _set(abi.encodeCall(governor.setVotingPeriod, (uint32(_value(value, 3_600)))));
    }

    function setExtension(uint256 value) external {
        _set(abi.encodeCall(governor.setLateQuorumVoteExtension, (uint48(_value(value, 900)))));
    }

    function setThreshold(uint256 value) external {
        _set(abi.encodeCall(governor.setProposalThreshold, (_value(value, 1_000 ether))));
    }

    function setQuorum(uint256 value) external {
        _set(abi.encodeCall(governor.updateQuorumNumerator, (_value(value, 10))));
    }

    function appointSlasher(uint256 who) external {
        address slasher = slashers[who % 2];
        vm.prank(timelock);
        vault.appointSlasher(slasher);
        _appointedAt[slasher] = block.timestamp;
        _done();
    }

    function dismissSlasher(uint256 who) external {
        vm.prank(timelock);
        vault.dismissSlasher(slashers[who % 2]);
        _appointedAt[slashers[who % 2]] = 0;
        _done();
    }

    /// @dev A delegator that leaves at once when a slasher is appointed has all it had, whatever the slasher tries.
    function comeAndGo(uint256 who, uint256 amount) external {
        address slasher = slashers[who % 2];
        if (_appointedAt[slasher] != block.timestamp) return;
        address other = slashers[1 - who % 2];
        if (_appointedAt[other] != 0) return;
        amount = within(amount, 1, 1_000 ether);
        (,, uint256 price,,,) = vault.validators(VALIDATOR);
        if (price == 0) return;
        vm.prank(STAKER);
        vault.stake(amount);
        vm.prank(STAKER);
        uint256 ticket = vault.unstake(amount);
        vm.warp(block.timestamp + UNBONDING);
        vm.prank(slasher);
        try vault.slash(VALIDATOR, 1e18) {
            revert Broken("nobody slashes before the notice is over", 0, 0);
        } catch {}
        vm.prank(STAKER);
        equal(vault.withdraw(ticket), amount, "who leaves within the notice loses nothing");
        ++reached["left before a slasher came"];
        _done();
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, UNBONDING));
        _done();
    }

    /* INVARIANTS */

    function check() external view override {
        uint256 vote = governor.votingDelay() + governor.votingPeriod() + governor.lateQuorumVoteExtension();
        uint256 delay = _timelockDelay();
        atMost(vote, governor.RESOLUTION(), "no vote takes longer than the resolution");
        atMost(WINDOW + vote + delay, vault.UNBONDING(), "unbonding is at least challenge, resolution and timelock");
        atMost(vote + delay + 1, attribution.WINDOW(), "a vote can void a posting within its window");
        holds(governor.votingDelay() != 0 && governor.votingPeriod() != 0, "nothing is governed to zero");
        atMost(500 ether, governor.proposalThreshold(), "the threshold is at least half of what it was");
        atMost(governor.proposalThreshold(), 2_000 ether, "and at most double");
        equal(delay, 1_800, "the timelock's delay stays");
        holds(governor.timelock() == timelock, "the timelock stays");
        uint256 quorum = governor.quorum(block.timestamp - 1);
        holds(quorum >= governor.QUORUM_FLOOR() && quorum <= governor.QUORUM_CAP(), "the quorum has a floor and a cap");
        for (uint256 i; i < 2; ++i) {
            uint256 from = vault.slasherFrom(slashers[i]);
            uint256 appointedAt = _appointedAt[slashers[i]];
            holds(from == (appointedAt == 0 ? 0 : appointedAt + 2 * UNBONDING), "a slasher comes after its notice");
        }
    }

    /// @inheritdoc Handler
    function everybodyLeaves() external override {}

    /* INTERNAL */

    /// @dev From the proposal through vote, queue and timelock to the execution.
    function _set(bytes memory setting) internal {
        address[] memory targets = new address[](1);
        targets[0] = address(governor);
        uint256[] memory values = new uint256[](1);
        bytes[] memory calls = new bytes[](1);
        calls[0] = setting;
        string memory description = string(abi.encodePacked("setting at ", bytes32(block.timestamp)));
        uint256 proposedAt = block.timestamp;
        vm.prank(VOTER);
        uint256 id = governor.propose(targets, values, calls, description);
        vm.warp(governor.proposalSnapshot(id) + 1);
        vm.prank(VOTER);
        governor.castVote(id, 1);
        uint256 decidedAt = governor.proposalDeadline(id);
        atMost(decidedAt - proposedAt, governor.RESOLUTION(), "a vote takes at most the resolution");
        vm.warp(decidedAt + 1);
        governor.queue(targets, values, calls, keccak256(bytes(description)));
        vm.warp(block.timestamp + _timelockDelay());
        try governor.execute(targets, values, calls, keccak256(bytes(description))) {
            ++successes[msg.sig];
        } catch {
            ++reached["refused"];
        }
    }

    /// @dev Mostly around what was deployed, now and then anything.
    function _value(uint256 word, uint256 initial) internal pure returns (uint256) {
        return word % 4 == 0 ? word : within(word, initial / 2, 2 * initial);
    }

    function _timelockDelay() internal view returns (uint256 delay) {
        (bool done, bytes memory answer) = timelock.staticcall(abi.encodeWithSignature("getMinDelay()"));
        holds(done, "the timelock tells its delay");
        return abi.decode(answer, (uint256));
    }
}
