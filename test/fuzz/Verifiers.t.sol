// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttribution} from "../../contracts/interfaces/IAttribution.sol";
import {IDatanets} from "../../contracts/interfaces/IDatanets.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {IRevenue} from "../../contracts/interfaces/IRevenue.sol";
import {Leaves} from "../../contracts/libraries/Leaves.sol";
import {Lists} from "../../contracts/libraries/Lists.sol";
import {Openings} from "../../contracts/libraries/Openings.sol";
import {Split} from "../../contracts/libraries/Split.sol";
import {IndexVerifier} from "../../contracts/verifiers/IndexVerifier.sol";
import {PayoutVerifier} from "../../contracts/verifiers/PayoutVerifier.sol";
import {ResultVerifier} from "../../contracts/verifiers/ResultVerifier.sol";
import {StepVerifier} from "../../contracts/verifiers/StepVerifier.sol";
import {Test} from "../invariants/lib/Test.sol";
import {ChainRecord} from "./ChainRecord.sol";

/// @notice A random right posting of up to three steps, held against every rule by evidence whose leaves and openings are
/// drawn from its own lists, one field of which may be changed.
contract VerifiersFuzz is Test {
    uint256 internal constant CONTRIBUTORS = 4;
    uint16 internal constant SHARE = 3_333;

    ChainRecord internal chain;
    StepVerifier internal stepVerifier;
    ResultVerifier internal resultVerifier;
    PayoutVerifier internal payoutVerifier;
    IndexVerifier internal indexVerifier;

    // The posting and its lists, by step.
    IAttribution.Posting internal posting;
    Leaves.Step[] internal steps;
    bytes32[] internal stepLeaves;
    Leaves.IndexEntry[] internal index;
    bytes32[] internal indexLeaves;
    mapping(uint256 step => Leaves.Result[]) internal results;
    mapping(uint256 step => bytes32[]) internal resultLeaves;
    mapping(uint256 step => Leaves.Part[]) internal parts;
    mapping(uint256 step => bytes32[]) internal partLeaves;
    mapping(uint256 step => bytes32[]) internal sampleLeaves;
    /// @dev By number of steps that are done.
    mapping(uint256 step => uint96[CONTRIBUTORS]) internal cumulatives;

    uint256 internal _seed;

    function setUp() external {
        chain = new ChainRecord();
        stepVerifier = new StepVerifier(IAttribution(address(chain)), IRevenue(address(chain)), IModels(address(chain)));
        resultVerifier = new ResultVerifier(IRevenue(address(chain)), IModels(address(chain)));
        payoutVerifier =
            new PayoutVerifier(IRevenue(address(chain)), IModels(address(chain)), IDatanets(address(chain)));
        indexVerifier = new IndexVerifier(IModels(address(chain)), IDatanets(address(chain)));
    }

    function test_aRightPostingIsNeverRefuted(uint256 seed) external {
        _seed = seed;
        _settle();
        for (uint256 i; i < 12; ++i) {
            holds(!_tryStep(), "a right step");
            holds(!_tryResult(), "a right result");
            holds(!_tryPayout(), "right payouts");
            holds(!_tryIndex(), "a right index");
        }
    }

    function test_aStepInCalldataHasTheSameLeaf(Leaves.Step calldata step) external pure {
        holds(Openings.leafOf(step) == Leaves.leaf(step), "the leaf of a step");
    }

    /* A RIGHT POSTING */

    function _draw(uint256 below) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % below;
    }

    function _settle() internal {
        _makeIndex();
        uint256 count = _draw(4);
        bytes32 root = Leaves.emptyRoot(Lists.PAYOUTS);
        for (uint256 i; i < count; ++i) {
            root = _makeStep(i, root);
        }
        posting.fromEpoch = chain.FIRST_EPOCH();
        posting.toEpoch = posting.fromEpoch + 9;
        posting.stepRoot = _root(Leaves.STEPS, stepLeaves);
        posting.payoutRoot = root;
        if (count == 0) return;
        posting.pool = steps[count - 1].runningPool;
        posting.distributed = steps[count - 1].runningPaid;
    }

    /// @dev Contribution c is of contributor c / 2; each may be in or out.
    function _makeIndex() internal {
        for (uint64 c; c < 2 * CONTRIBUTORS; ++c) {
            bool accepted = _draw(2) == 0;
            chain.setContribution(c, accepted, uint32(c / 2));
            if (!accepted) continue;
            index.push(Leaves.IndexEntry(uint32(c / 2), c, keccak256(abi.encode(c)), uint64(_draw(1e9 / 8))));
            indexLeaves.push(Leaves.leaf(index[index.length - 1]));
        }
        chain.setTerms(_root(Leaves.INDEX, indexLeaves), SHARE);
    }

    function _makeStep(uint256 i, bytes32 rootBefore) internal returns (bytes32 rootAfter) {
        Leaves.Step memory step;
        step.epoch = uint64(chain.FIRST_EPOCH() + 3 * i);
        step.till = address(chain);
        step.contributions = uint64(index.length);
        step.receipts = uint64(_draw(4));
        step.samples = step.receipts;
        step.receiptsRoot = step.receipts == 0 ? Leaves.emptyRoot(Leaves.RECEIPTS) : keccak256(abi.encode(i));
        step.pool = uint128(_draw(1e24));
        chain.setEpoch(step.epoch, step.receipts == 0 ? bytes32(0) : step.receiptsRoot, step.receipts, step.pool);
        uint128 paid = _makeResults(i, step.samples);
        step.samplesRoot = _root(Leaves.SAMPLES, sampleLeaves[i]);
        step.partsRoot = _root(Leaves.PARTS, partLeaves[i]);
        step.resultsRoot = _root(Leaves.RESULTS, resultLeaves[i]);
        step.runningPool = (i == 0 ? 0 : steps[i - 1].runningPool) + step.pool;
        step.runningPaid = (i == 0 ? 0 : steps[i - 1].runningPaid) + paid;
        step.rootBefore = rootBefore;
        rootAfter = _root(Lists.PAYOUTS, _payoutLeaves(i + 1));
        step.rootAfter = rootAfter;
        steps.push(step);
        stepLeaves.push(Leaves.leaf(step));
    }

    function _makeResults(uint256 i, uint256 samples) internal returns (uint128 paid) {
        cumulatives[i + 1] = cumulatives[i];
        int128[] memory totals = new int128[](index.length);
        for (uint256 j; j < samples; ++j) {
            sampleLeaves[i].push(keccak256(abi.encode(i, j)));
            for (uint256 c; c < index.length; ++c) {
                int128 part = int128(int256(_draw(2e21))) - 1e21;
                totals[c] += part;
                parts[i].push(Leaves.Part(int64(int256(_draw(1e6))), bytes32(0), uint64(_draw(1e9)), part, totals[c]));
                partLeaves[i].push(Leaves.leaf(parts[i][parts[i].length - 1]));
            }
        }
        for (uint256 c; c < index.length; ++c) {
            uint256 share = totals[c] > 0 ? Split.part(uint128(totals[c]), SHARE) : 0;
            paid += uint128(share);
            cumulatives[i + 1][index[c].contributor] += uint96(share);
            results[i].push(Leaves.Result(totals[c], paid));
            resultLeaves[i].push(Leaves.leaf(results[i][c]));
        }
    }

    /* EVIDENCE */

    /// @dev One of eight is not where it says.
    function _opening(bytes32[] memory leaves, uint256 position) internal returns (Leaves.Opening memory opening) {
        opening.count = uint64(leaves.length);
        opening.position = uint64(position);
        opening.siblings = _siblings(leaves, position);
        uint256 change = _draw(32);
        if (change == 0) opening.position = uint64(_draw(9));
        if (change == 1) opening.count = uint64(_draw(9));
        if (change == 2) opening.siblings = new bytes32[](_draw(5));
        if (change == 3 && opening.siblings.length != 0) opening.siblings[0] = bytes32(_draw(type(uint256).max));
    }

    function _openStep(uint256 i) internal returns (Openings.OpenedStep memory opened) {
        opened = Openings.OpenedStep(steps[i], _opening(stepLeaves, i));
        uint256 change = _draw(64);
        if (change == 0) opened.step.pool += 1;
        if (change == 1) opened.step.rootBefore = bytes32(_draw(type(uint256).max));
        if (change == 2) opened.step.resultsRoot = Leaves.emptyRoot(Leaves.RESULTS);
        if (change == 3) opened.step.epoch += 1;
        if (change == 4) opened.step.samples += 1;
    }

    /// @dev None, one, two neighbours, or any two.
    function _somePlaces(uint256 count) internal returns (uint256[] memory places) {
        places = new uint256[](count == 0 ? 0 : _draw(3));
        for (uint256 i; i < places.length; ++i) {
            places[i] = _draw(count);
        }
        if (places.length == 2 && places[0] + 1 < count && _draw(3) != 0) places[1] = places[0] + 1;
    }

    function _someSteps() internal returns (Openings.OpenedStep[] memory opened) {
        uint256[] memory places = _somePlaces(steps.length);
        opened = new Openings.OpenedStep[](places.length);
        for (uint256 i; i < places.length; ++i) {
            opened[i] = _openStep(places[i]);
        }
    }

    function _someEntries() internal returns (Openings.OpenedIndexEntry[] memory opened) {
        uint256[] memory places = _somePlaces(index.length);
        opened = new Openings.OpenedIndexEntry[](places.length);
        for (uint256 i; i < places.length; ++i) {
            opened[i] = Openings.OpenedIndexEntry(index[places[i]], _opening(indexLeaves, places[i]));
            if (_draw(16) == 0) opened[i].entry.contributor = uint32(_draw(CONTRIBUTORS));
        }
    }

    function _someResults(uint256 step) internal returns (Openings.OpenedResult[] memory opened) {
        uint256[] memory places = _somePlaces(results[step].length);
        opened = new Openings.OpenedResult[](places.length);
        for (uint256 i; i < places.length; ++i) {
            opened[i] = Openings.OpenedResult(results[step][places[i]], _opening(resultLeaves[step], places[i]));
            if (_draw(16) == 0) opened[i].result.runningPaid += 1;
        }
    }

    /// @dev The whole of what shows how a contributor's payout has grown.
    function _openBlock(uint256 step, PayoutVerifier.Evidence memory evidence) internal {
        uint256 id = evidence.contributor % CONTRIBUTORS;
        evidence.contributor = uint32(id);
        evidence.before = _openPayout(step, id);
        evidence.afterwards = _openPayout(step + 1, id);
        uint256 from;
        uint256 to;
        (evidence.lower, from) = _openBorder(id);
        (evidence.upper, to) = _openBorder(id + 1);
        if (from == to) return;
        evidence.results = new Openings.OpenedResult[](from == 0 ? 1 : 2);
        evidence.results[0] = Openings.OpenedResult(results[step][to - 1], _opening(resultLeaves[step], to - 1));
        if (from == 0) return;
        evidence.results[1] = evidence.results[0];
        evidence.results[0] = Openings.OpenedResult(results[step][from - 1], _opening(resultLeaves[step], from - 1));
    }

    /// @dev The neighbours between which the entries of contributors from `id` on begin.
    function _openBorder(uint256 id) internal returns (Openings.OpenedIndexEntry[] memory opened, uint256 border) {
        while (border < index.length && index[border].contributor < id) {
            ++border;
        }
        uint256 from = border == 0 ? 0 : border - 1;
        uint256 to = border == index.length ? border : border + 1;
        opened = new Openings.OpenedIndexEntry[](to - from);
        for (uint256 i; i < opened.length; ++i) {
            opened[i] = Openings.OpenedIndexEntry(index[from + i], _opening(indexLeaves, from + i));
        }
    }

    function _openPayout(uint256 done, uint256 id) internal returns (Openings.OpenedPayout[] memory opened) {
        if (done == 0) return opened;
        opened = new Openings.OpenedPayout[](1);
        Leaves.Payout memory payout = Leaves.Payout(chain.accountOf(uint32(id)), cumulatives[done][id]);
        opened[0] = Openings.OpenedPayout(payout, _opening(_payoutLeaves(done), id));
    }

    function _somePayouts(uint256 done) internal returns (Openings.OpenedPayout[] memory opened) {
        if (_draw(8) == 0) return opened;
        opened = _openPayout(done, _draw(CONTRIBUTORS));
        if (opened.length != 0 && _draw(16) == 0) opened[0].payout.cumulative /= 2;
    }

    function _tryStep() internal returns (bool refuted) {
        StepVerifier.Evidence memory evidence;
        evidence.rule = StepVerifier.Rule(_draw(uint256(type(StepVerifier.Rule).max) + 1));
        evidence.steps = _someSteps();
        evidence.till = _draw(4) == 0 ? address(this) : address(chain);
        evidence.epoch = uint64(chain.FIRST_EPOCH() + _draw(12));
        evidence.list = StepVerifier.List(_draw(3));
        uint256 which = steps.length == 0 ? 0 : _draw(steps.length);
        bytes32[] memory leaves = resultLeaves[which];
        if (evidence.rule == StepVerifier.Rule.Contributions) leaves = indexLeaves;
        else if (evidence.list == StepVerifier.List.Samples) leaves = sampleLeaves[which];
        else if (evidence.list == StepVerifier.List.Parts) leaves = partLeaves[which];
        if (leaves.length != 0) {
            uint256 place = _draw(leaves.length);
            (evidence.leaf, evidence.opening) = (leaves[place], _opening(leaves, place));
        }
        try stepVerifier.proves(posting, evidence) returns (bool proved) {
            refuted = proved;
            equal(proved ? 1 : 0, stepVerifier.refutes(posting, abi.encode(evidence)) ? 1 : 0, "both ways");
        } catch {}
    }

    function _tryResult() internal returns (bool refuted) {
        ResultVerifier.Evidence memory evidence;
        evidence.rule = ResultVerifier.Rule(_draw(uint256(type(ResultVerifier.Rule).max) + 1));
        evidence.steps = _someSteps();
        uint256 which = steps.length == 0 ? 0 : _draw(steps.length);
        evidence.results = _someResults(which);
        uint256[] memory places = _somePlaces(parts[which].length);
        evidence.parts = new Openings.OpenedPart[](places.length);
        for (uint256 i; i < places.length; ++i) {
            evidence.parts[i] = Openings.OpenedPart(parts[which][places[i]], _opening(partLeaves[which], places[i]));
        }
        try resultVerifier.proves(posting, evidence) returns (bool proved) {
            refuted = proved;
            equal(proved ? 1 : 0, resultVerifier.refutes(posting, abi.encode(evidence)) ? 1 : 0, "both ways");
        } catch {}
    }

    function _tryPayout() internal returns (bool refuted) {
        if (steps.length == 0) return false;
        PayoutVerifier.Evidence memory evidence;
        evidence.rule = PayoutVerifier.Rule(_draw(uint256(type(PayoutVerifier.Rule).max) + 1));
        uint256 which = _draw(steps.length);
        evidence.contributor = uint32(_draw(CONTRIBUTORS + 1));
        evidence.step = _openStep(which);
        evidence.before = _somePayouts(_draw(8) == 0 ? which + 1 : which);
        evidence.afterwards = _somePayouts(_draw(8) == 0 ? which : which + 1);
        if (_draw(2) == 0) {
            evidence.rule = PayoutVerifier.Rule.Amount;
            _openBlock(which, evidence);
        } else {
            evidence.lower = _someEntries();
            evidence.upper = _someEntries();
            evidence.results = _someResults(which);
        }
        try payoutVerifier.proves(posting, evidence) returns (bool proved) {
            refuted = proved;
            equal(proved ? 1 : 0, payoutVerifier.refutes(posting, abi.encode(evidence)) ? 1 : 0, "both ways");
        } catch {}
    }

    function _tryIndex() internal returns (bool refuted) {
        IndexVerifier.Evidence memory evidence;
        evidence.rule = IndexVerifier.Rule(_draw(uint256(type(IndexVerifier.Rule).max) + 1));
        evidence.entries = _someEntries();
        evidence.contribution = uint64(_draw(2 * CONTRIBUTORS + 1));
        try indexVerifier.proves(0, evidence) returns (bool proved) {
            refuted = proved;
            equal(proved ? 1 : 0, indexVerifier.refutes(0, abi.encode(evidence)) ? 1 : 0, "both ways");
        } catch {}
    }

    /* NAIVE LISTS */

    function _payoutLeaves(uint256 done) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](CONTRIBUTORS);
        for (uint256 id; id < CONTRIBUTORS; ++id) {
            leaves[id] = Leaves.leaf(Leaves.Payout(chain.accountOf(uint32(id)), cumulatives[done][id]));
        }
    }

    function _above(bytes32[] memory nodes) internal pure returns (bytes32[] memory parents) {
        parents = new bytes32[]((nodes.length + 1) / 2);
        for (uint256 i; i < parents.length; ++i) {
            parents[i] = keccak256(abi.encode(nodes[2 * i], 2 * i + 1 < nodes.length ? nodes[2 * i + 1] : bytes32(0)));
        }
    }

    /// @dev Filled up with zero words to a power of two.
    function _filled(bytes32[] memory leaves) internal pure returns (bytes32[] memory filled) {
        filled = new bytes32[](leaves.length == 0 ? 1 : 2 ** Lists.depthOf(leaves.length));
        for (uint256 i; i < leaves.length; ++i) {
            filled[i] = leaves[i];
        }
    }

    function _root(bytes32 domain, bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory nodes = _filled(leaves);
        while (nodes.length > 1) {
            nodes = _above(nodes);
        }
        return keccak256(abi.encode(domain, leaves.length, Lists.depthOf(leaves.length), nodes[0]));
    }

    function _siblings(bytes32[] memory leaves, uint256 position) internal pure returns (bytes32[] memory siblings) {
        bytes32[] memory nodes = _filled(leaves);
        siblings = new bytes32[](Lists.depthOf(leaves.length));
        for (uint256 level; level < siblings.length; ++level) {
            siblings[level] = nodes[(position >> level) ^ 1];
            nodes = _above(nodes);
        }
    }
}
