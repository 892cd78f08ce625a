using System.Globalization;
using PatchTools.Model;

namespace PatchTools;

/// <summary>
/// Time as the host's files give it: seconds since 1970 UTC. The reference prints apt's as floats and rpm's as integers
/// (reference 06 §6).
/// </summary>
/// <param name="Seconds">Epoch seconds.</param>
/// <param name="IsFractional">Whether it is written as a float (file time) even when whole.</param>
public readonly record struct EpochTime(double Seconds, bool IsFractional)
{
    public DateTimeOffset ToDateTimeOffset() =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(Seconds * TimeSpan.TicksPerSecond));

    /// <summary>To the second, in UTC: what tables and CSV files show.</summary>
    public override string ToString() =>
        ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>One installed package, with what the administrator and apt's policy say of it.</summary>
public sealed record InstalledPackage : ShownRecord
{
    public required string Name { get; init; }

    /// <summary>
    /// Architecture in the multi-arch sense: the native one for <c>all</c> (reference 09 §2); as is for rpm.
    /// </summary>
    public required string Architecture { get; init; }

    /// <summary>Full version text: epoch and revision on dpkg, <c>[epoch:]version-release</c> on rpm.</summary>
    public required string Edition { get; init; }

    /// <summary>
    /// Who made it, on zypper, which stays with one vendor; empty elsewhere and where the package says nothing.
    /// </summary>
    public string Vendor { get; init; } = "";

    /// <summary>dpkg's status words (<c>install ok installed</c>); empty on rpm.</summary>
    public string Status { get; init; } = "";

    /// <summary>Held by the administrator (dpkg selection <c>hold</c>, versionlock, zypper lock).</summary>
    public bool IsHeld { get; init; }

    /// <summary>Installed only as a dependency.</summary>
    public bool IsAutoInstalled { get; init; }

    /// <summary>Unpacked, half-configured or half-installed.</summary>
    public bool IsBroken { get; init; }

    /// <summary>
    /// The oldest edition that is installed beside it where only one is meant to be, as an interrupted transaction
    /// leaves it; null when there is none, or the tool does not mind (only zypper does).
    /// </summary>
    public string? LeftoverEdition { get; init; }

    /// <summary>Time of the last install or upgrade; null when the host does not know it.</summary>
    public EpochTime? InstalledTime { get; init; }

    /// <summary>
    /// What the native tool would take by its own policy (apt: pins); equals <see cref="Edition"/> when it would stay,
    /// null when unknown.
    /// </summary>
    public string? CandidateEdition { get; init; }

    /// <summary>
    /// Why the native policy differs from the newest version: the pin that decides, for people; null when nothing does.
    /// </summary>
    public string? PolicyNote { get; init; }

    /// <summary>Phased-Update-Percentage of the candidate, null when it is not phased.</summary>
    public int? PhasedPercentage { get; init; }

    /// <summary>
    /// Newer editions that the administrator keeps away for good (apt: a negative pin; design §4 "holds and negative
    /// pins").
    /// </summary>
    public IReadOnlyList<RefusedEdition> RefusedEditions
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Newer editions that the native tool would not choose by itself (apt: archives that are not automatic, pins);
    /// an approval chooses them all the same.
    /// </summary>
    public IReadOnlyList<RefusedEdition> UnchosenEditions
    {
        get;
        init => field = Indexable.Of(value);
    } = [];
}

/// <summary>An edition that the host's own policy refuses or passes over, and what says so, for people.</summary>
public sealed record RefusedEdition(string Edition, string Reason) : ShownRecord;
