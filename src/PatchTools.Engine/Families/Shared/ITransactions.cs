using PatchTools.Processes;

namespace PatchTools.Families.Shared;

/// <summary>
/// What <see cref="InstallWork"/> needs of one package manager: its resolver, its database and one transaction.
/// </summary>
internal interface ITransactions
{
    /// <summary>The command that installs, for people: <c>apt-get</c>, <c>dnf</c>.</summary>
    string Tool { get; }

    /// <summary>The resolver's answer for the request's targets.</summary>
    /// <exception cref="Errors.PatchToolsException">The tool cannot answer at all.</exception>
    Task<InstallPlan> PlanAsync(InstallRequest request);

    /// <summary>
    /// Those of the targets whose very version is installed completely, by the package database itself.
    /// </summary>
    /// <exception cref="Errors.PatchToolsException">The database is unreadable.</exception>
    Task<IReadOnlyList<PatchTarget>> InstalledAsync(IReadOnlyList<PatchTarget> targets);

    /// <summary>
    /// One transaction to its end, whatever that is; a failure is a result. Tells its progress between the two
    /// percentages.
    /// </summary>
    /// <exception cref="CommandFailedException">The tool cannot be started.</exception>
    Task<TransactionResult> RunAsync(InstallPlan plan, TimeSpan lockTimeout, int fromPercent, int toPercent);
}

/// <summary>How one transaction ended, in terms that all package managers share.</summary>
internal sealed record TransactionResult
{
    /// <summary>0: the tool says that all went well. What is installed says <see cref="Installed"/>.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Of the tool alone.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The package database differs from the one before.</summary>
    public required bool HasChanged { get; init; }

    /// <summary>The plan's accepted targets that are installed completely now.</summary>
    public required IReadOnlyList<PatchTarget> Installed { get; init; }

    /// <summary>
    /// Reason by bare package name, also of packages that nobody asked for: a script, unpacking, a signature.
    /// </summary>
    public required IReadOnlyDictionary<string, string> PackageFailures { get; init; }

    /// <summary>
    /// Reason by bare package name: its file could not be fetched or is not what the repository promised.
    /// </summary>
    public required IReadOnlyDictionary<string, string> DownloadFailures { get; init; }

    /// <summary>Targets at their wanted version that are not completely installed, and how they were left.</summary>
    public IReadOnlyDictionary<PatchTarget, string> LeftHalfDone { get; init; } = new Dictionary<PatchTarget, string>();

    /// <summary>
    /// Packages of <see cref="PackageFailures"/> that failed because they are not signed as the host demands.
    /// </summary>
    public IReadOnlySet<string> NotAuthenticated { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Somebody took a lock at the last moment: nothing was begun.</summary>
    public bool IsLocked { get; init; }

    /// <summary>
    /// The tool's words about a full file system: whatever else is tried makes it worse. Null when none is.
    /// </summary>
    public string? DiskFull { get; init; }

    /// <summary>There is no room for all downloads at once: fewer at a time may fit.</summary>
    public bool HasNoRoomForDownloads { get; init; }

    /// <summary>The transaction's own reason where no package is blamed.</summary>
    public required string Reason { get; init; }

    /// <summary>What went wrong beside the packages that failed, one sentence each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What the tool warned of without calling it a failure, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
