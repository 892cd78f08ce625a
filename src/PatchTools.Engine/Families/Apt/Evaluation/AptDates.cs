using PatchTools.Evaluation;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// The dates that approval delays count from, where they are asked for (<see cref="ApprovalDateSource"/>).
/// </summary>
internal sealed class AptDates(EvaluationRequest request)
{
    public bool AreAsked => request.ApprovalDateSource != ApprovalDateSource.None;

    public DateTimeOffset Now => request.Now;

    /// <summary>What the date is, for people.</summary>
    public string Name => request.ApprovalDateSource == ApprovalDateSource.Release ? "archive date" : "first seen";

    /// <summary>Null: none is known, which is approved.</summary>
    /// <param name="version">The version.</param>
    /// <param name="isSecurity">As a security update: a version may lie in the updates archive first.</param>
    public DateTimeOffset? Of(PackageVersion version, bool isSecurity)
    {
        var date = request.ApprovalDateSource switch
        {
            ApprovalDateSource.FirstSeen => FirstSeenDate(version, isSecurity),
            ApprovalDateSource.Release => ArchiveDate(version),
            _ => null,
        };

        // What is installed was there to be installed by then.
        var installed = version.IsInstalled ? version.Package.Installed?.InstalledTime?.ToDateTimeOffset() : null;
        return new[] { date, installed }.Min();
    }

    private DateTimeOffset? FirstSeenDate(PackageVersion version, bool isSecurity) =>
        request.FirstSeen.Of(
            new SeenVersion(version.Package.Name, version.Package.Architecture, version.Edition, isSecurity)
        );

    private DateTimeOffset? ArchiveDate(PackageVersion version)
    {
        DateTimeOffset? earliest = null;
        foreach (var origin in version.Origins)
        {
            if (
                !origin.IsLocalDatabase
                && request.Inventory.Repositories[origin.Repository].PublishedAt is { } published
                && (earliest is null || published < earliest)
            )
                earliest = published;
        }

        return earliest;
    }
}
