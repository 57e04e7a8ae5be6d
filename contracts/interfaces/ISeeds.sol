// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The seeds by which the samples of large epochs are drawn
/// @notice The seed of an epoch is the prevrandao of a block that nobody can still choose when it is named: once the log
/// deadline is over anyone arms the block that comes `NOTICE` blocks later, and once that block is there anyone records the
/// prevrandao in its header, which the chain's own block hash proves.
interface ISeeds {
    event SeedArmed(uint256 indexed epoch, uint256 armedBlock);
    event SeedRecorded(uint256 indexed epoch, bytes32 seed);

    /// @dev The logs of the epoch can be committed still, up to `deadline`.
    error SeedTooEarly(uint256 epoch, uint256 deadline);
    /// @dev A block is armed, and comes or can be recorded still.
    error SeedIsArmed(uint256 epoch, uint256 armedBlock);
    error SeedNotArmed(uint256 epoch);
    error SeedIsRecorded(uint256 epoch);
    /// @dev The chain does not know the hash of the armed block: it is not there yet, or too long ago.
    error SeedUnknownBlock(uint256 armedBlock);
    error SeedWrongHeader(bytes32 expected, bytes32 given);

    /// @notice Fixes the block of an epoch's seed. Once, unless nobody recorded it while the chain knew its hash.
    function arm(uint256 epoch) external;
    /// @notice Records the seed of an epoch.
    /// @param header RLP of the armed block's header
    function recordSeed(uint256 epoch, bytes calldata header) external;

    /// @notice The seed of an epoch; zero: not recorded.
    function seedOf(uint256 epoch) external view returns (bytes32);
    /// @notice The block whose prevrandao is the seed; zero: none is armed.
    function armedBlock(uint256 epoch) external view returns (uint256);
    /// @notice Blocks between arming and the armed block.
    function NOTICE() external view returns (uint256);
}
