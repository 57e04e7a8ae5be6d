// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pools} from "../../contracts/libraries/Pools.sol";
import {Test} from "../invariants/lib/Test.sol";

/// @notice Prices are LEAST to ONE, amounts up to ten times the supply.
contract PoolsFuzz is Test {
    uint256 internal constant MOST = 1e28;

    function test_sharesAreWorthAtMostWhatTheyCost(uint256 amount, uint256 price) external pure {
        (amount, price) = (within(amount, 0, MOST), _price(price));
        uint256 worth = Pools.valueOf(Pools.bought(amount, price), price);
        atMost(worth, amount, "nobody gains by joining");
        atMost(amount, worth + 1, "nor loses more than a wei");
    }

    function test_whatLeavesIsWorthTheAmount(uint256 amount, uint256 price) external pure {
        (amount, price) = (within(amount, 0, MOST), _price(price));
        equal(Pools.valueOf(Pools.sold(amount, price), price), amount, "the shares sold are worth the amount");
        atMost(Pools.bought(amount, price), Pools.sold(amount, price), "leaving takes what joining gave, or more");
    }

    function test_partsNeverExceedThePool(uint256 one, uint256 other, uint256 price) external pure {
        (one, other, price) = (within(one, 0, 2 ** 120), within(other, 0, 2 ** 120), _price(price));
        uint256 whole = Pools.valueOf(one + other, price);
        uint256 parts = Pools.valueOf(one, price) + Pools.valueOf(other, price);
        atMost(parts, whole, "parts are at most the pool");
        atMost(whole, parts + 1, "but for a wei");
    }

    function test_whatHasSharesCanSell(uint256 shares, uint256 price, uint256 amount) external pure {
        (shares, price) = (within(shares, 0, 2 ** 120), _price(price));
        amount = within(amount, 0, Pools.valueOf(shares, price));
        atMost(Pools.sold(amount, price), shares, "whoever is worth the amount has the shares for it");
    }

    function test_aSlashTakesItsFraction(uint256 price, uint256 fraction) external pure {
        (price, fraction) = (_price(price), within(fraction, 0, Pools.WHOLE));
        uint256 next = Pools.slashed(price, fraction);
        uint256 exact = price * (Pools.WHOLE - fraction);
        atMost(next * Pools.WHOLE, exact, "rounded against who is slashed");
        if (next != 0) {
            atMost(exact, next * Pools.WHOLE + Pools.WHOLE - 1, "by less than a unit of the price");
            atMost(Pools.LEAST, next, "a price is never below the least");
        } else {
            atMost(exact, Pools.LEAST * Pools.WHOLE - 1, "only next to nothing is wiped out");
        }
    }

    function test_slashesInTurnTakeAtLeastWhatTheyTakeTogether(uint256 price, uint256 first, uint256 second)
        external
        pure
    {
        price = _price(price);
        (first, second) = (within(first, 0, Pools.WHOLE), within(second, 0, Pools.WHOLE));
        uint256 exact = price * (Pools.WHOLE - first) / Pools.WHOLE * (Pools.WHOLE - second) / Pools.WHOLE;
        atMost(Pools.slashed(Pools.slashed(price, first), second), exact, "slashes multiply");
    }

    function _price(uint256 word) internal pure returns (uint256) {
        return within(word, Pools.LEAST, Pools.ONE);
    }
}
