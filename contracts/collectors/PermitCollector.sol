// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IDepositCollector} from "../interfaces/IDepositCollector.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Deposits by signature from an allowance that an ERC-2612 permit gives
/// @notice A permit names no channel, so by itself it would pay for anybody's. The payer therefore signs a second message,
/// `Deposit(bytes32 channelId,address token,uint256 amount,bytes32 nonce,uint256 deadline)` under this contract's
/// domain: the money can go to that channel only, once, and anyone may submit it. Where the payer has approved this
/// contract before (a contract account has to, for it cannot sign permits), the permit is left out.
contract PermitCollector is EIP712, IDepositCollector {
    using SafeERC20 for IERC20;

    /// @notice The head of `collect`'s data; the payer's signature of the Deposit follows it.
    struct Authorization {
        bytes32 nonce; // any 32 bytes that the payer has not used
        uint256 deadline; // of deposit and permit, in seconds
        uint256 value; // of the permit
        uint8 v; // of the permit; zero: there is none
        bytes32 r;
        bytes32 s;
    }

    uint256 internal constant HEAD = 6 * 32;
    bytes32 internal constant DEPOSIT_TYPEHASH =
        keccak256("Deposit(bytes32 channelId,address token,uint256 amount,bytes32 nonce,uint256 deadline)");

    address public immutable CHANNELS;

    /// @notice Whether a payer's nonce has been used.
    mapping(address payer => mapping(bytes32 nonce => bool)) public used;

    constructor(address channels) EIP712("Tributary Permit Collector", "1") {
        CHANNELS = channels;
    }

    /// @inheritdoc IDepositCollector
    /// @param data abi.encode(Authorization) ‖ signature
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata data) external {
        require(msg.sender == CHANNELS, CollectorNotChannels(msg.sender));
        Authorization memory authorization = abi.decode(data[:HEAD], (Authorization));
        require(block.timestamp <= authorization.deadline, CollectorExpired(authorization.deadline));
        require(!used[payer][authorization.nonce], CollectorUsed(payer, authorization.nonce));
        bytes32 digest = getDepositDigest(channelId, token, amount, authorization.nonce, authorization.deadline);
        require(Signatures.isBy(payer, digest, data[HEAD:]), CollectorInvalidSignature(payer));

        used[payer][authorization.nonce] = true;
        if (authorization.v != 0) _permit(payer, token, amount, authorization);
        IERC20(token).safeTransferFrom(payer, CHANNELS, amount);
    }

    /// @notice What the payer signs (EIP-712).
    function getDepositDigest(bytes32 channelId, address token, uint256 amount, bytes32 nonce, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(DEPOSIT_TYPEHASH, channelId, token, amount, nonce, deadline)));
    }

    /// @dev Anybody can submit a permit before this call does. The allowance is what counts, so where it is enough the
    /// permit is left alone.
    function _permit(address payer, address token, uint256 amount, Authorization memory a) internal {
        if (IERC20(token).allowance(payer, address(this)) >= amount) return;
        IERC20Permit(token).permit(payer, address(this), a.value, a.deadline, a.v, a.r, a.s);
    }
}
