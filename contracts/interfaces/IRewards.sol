// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The contributors' pools of final postings, the ring of payout roots, and claims
/// @notice Holds nothing else, so its balance is the cap of any wrong root. A payout leaf is one word,
/// `account (160 bits) ‖ cumulative wei (96 bits)`, at the position given by the contributor id in a positional keccak
/// tree; cumulative over all epochs and versions, so one claim pays whatever was missed. The committed root is
/// keccak256(abi.encode(PAYOUTS, count, depth, top)).
interface IRewards {
    event RootSet(uint256 indexed slot, bytes27 root, uint256 activatesAt);
    /// @notice The token's `Transfer` right after pays `recipient` what is `account`'s. Every other `Transfer` from here pays
    /// the account of one contributor id what that id has claimed, so such claims have no event of their own.
    event Redirected(uint32 indexed contributor, address indexed account, address indexed recipient, uint256 amount);

    error RewardsNotAttribution(address account);
    error RewardsNotActive(uint256 slot, uint256 activatesAt);
    error RewardsInvalidProof();
    error RewardsNothingToClaim(uint32 contributor);
    error RewardsInvalidSignature(address account);

    /// @notice Pays the cumulative amount of the leaf, less what was paid before, to its account. Anyone may call.
    /// @param place slot ‖ count ‖ contributor, 32 bits each: ring slot of the root, active (older active roots stay valid);
    /// leaves in the tree; contributor id, the leaf's position
    /// @param leaf account (160 bits) ‖ cumulative wei (96 bits)
    /// @param proof siblings from the leaf up; its length is the depth
    function claim(uint96 place, bytes32 leaf, bytes32[] calldata proof) external returns (uint256 amount);

    /// @notice Pays every payout of the contiguous block `leaves`, each to the account in its leaf: a keeper pushes to
    /// hundreds. Payouts that are paid already are passed over, so that a claim in between does not stop the block;
    /// reverts where nothing is left to pay. Anyone may call.
    /// @param place as for `claim`, of the first leaf
    /// @param leaves payout leaves of the ids from the first on
    /// @param proof level by level from the leaves up, the sibling left of the block where the block begins at an odd
    /// position, then the one right of it where it ends at an even one
    /// @return amount wei paid in all
    function claimRange(uint96 place, bytes32[] calldata leaves, bytes32[] calldata proof)
        external
        returns (uint256 amount);

    /// @notice As `claim`, to another `recipient` that the account signed for:
    /// EIP-712 Claim(uint32 contributor,address recipient,uint256 cumulative), domain "Tributary Rewards", "1". It holds
    /// for exactly this cumulative amount, hence once. Anyone may call.
    /// @param signature of the account: ECDSA, else ERC-1271
    function claimWithSig(
        uint96 place,
        bytes32 leaf,
        bytes32[] calldata proof,
        address recipient,
        bytes calldata signature
    ) external returns (uint256 amount);

    /// @notice As `claim`, of the leaf caller ‖ cumulative, into the caller's stake: nobody can lock up what is another's.
    function claimAndStake(uint96 place, uint96 cumulative, bytes32[] calldata proof) external returns (uint256 amount);

    /// @notice Stores the root of a final posting; older ones stay valid until their slot is used again. Only Attribution.
    function setRoot(uint256 slot, bytes32 root, uint40 activatesAt) external;

    /// @return root the first 27 bytes of the root @return activatesAt its time; type(uint40).max where there is none
    function rootAt(uint256 slot) external view returns (bytes27 root, uint40 activatesAt);
    function claimedOf(uint32 contributor) external view returns (uint256);
    function RING() external view returns (uint256);
}
