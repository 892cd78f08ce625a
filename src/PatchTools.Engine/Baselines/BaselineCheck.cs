using PatchTools.Families;
using PatchTools.Families.Shared;

namespace PatchTools.Baselines;

/// <summary>A host that a baseline is checked against.</summary>
/// <param name="Inventory">Its packages.</param>
/// <param name="Now">The instant of the check, UTC.</param>
internal sealed record BaselineCheckHost(HostInventory Inventory, DateTimeOffset Now);

/// <summary>
/// Looks for what is wrong with a baseline before anybody relies on it: holes, rules and entries that can never match,
/// fields that the family ignores, what a run or the service would refuse; against a host also what matches nothing
/// there. Pure.
/// </summary>
internal static class BaselineCheck
{
    /// <summary>Every fault, gravest first, then in the order of the baseline's members.</summary>
    /// <param name="baseline">What to check.</param>
    /// <param name="host">The host to check it against; null to check the baseline by itself.</param>
    public static IReadOnlyList<BaselineIssue> Of(PatchBaseline baseline, BaselineCheckHost? host) =>
        Of(baseline, host, ShippedFamilies.All);

    /// <inheritdoc cref="Of(PatchBaseline, BaselineCheckHost?)"/>
    internal static IReadOnlyList<BaselineIssue> Of(
        PatchBaseline baseline,
        BaselineCheckHost? host,
        FamilyRegistry families
    )
    {
        var issues = new List<BaselineIssue>();
        var family = host?.Inventory.Family ?? BaselineVocabulary.FamilyOf(baseline.OperatingSystem);
        if (family is null)
        {
            issues.Add(
                new BaselineIssue
                {
                    Level = BaselineIssueLevel.Error,
                    Kind = BaselineIssueKind.Fails,
                    Where = "OperatingSystem",
                    Entry = baseline.OperatingSystem,
                    Message = $"{baseline.OperatingSystem} is not an operating system that PatchTools patches.",
                    Advice = $"Take one of {string.Join(", ", BaselineVocabulary.OperatingSystemNames)}.",
                }
            );
        }
        else
        {
            var known = families.Of(family.Value);
            issues.AddRange(RuleCheck.Of(baseline, known));
            issues.AddRange(ListCheck.Of(baseline, known));
        }

        issues.AddRange(ServiceLimits.Of(baseline));
        if (host is not null)
            issues.AddRange(
                HostCheck.Of(
                    baseline,
                    host,
                    families.Of(host.Inventory.Family),
                    issues.Any(issue => issue.Kind == BaselineIssueKind.Fails)
                )
            );
        return [.. issues.OrderByDescending(issue => issue.Level)];
    }

    internal static BaselineIssue Issue(
        BaselineIssueLevel level,
        BaselineIssueKind kind,
        string where,
        string message,
        string advice,
        string? entry = null
    ) =>
        new()
        {
            Level = level,
            Kind = kind,
            Where = where,
            Entry = entry,
            Message = message,
            Advice = advice,
        };

    /// <summary>In single quotes, as everywhere; long entries are cut.</summary>
    internal static string Quote(string entry) => PatchTools.Json.JsonPlace.Quote(entry);
}
