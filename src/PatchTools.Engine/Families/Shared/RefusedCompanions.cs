using PatchTools.Evaluation;

namespace PatchTools.Families.Shared;

/// <summary>
/// Packages that nobody asked for, that a resolver's answer would bring along, and that the policy refuses (reference
/// 10 §9).
/// </summary>
/// <param name="Changes">In the order of the answer.</param>
/// <param name="Reason">The first of them, for people; null when there are none.</param>
internal sealed record RefusedCompanions(IReadOnlyList<PlannedChange> Changes, string? Reason)
{
    public static RefusedCompanions Of(
        IEnumerable<PlannedChange> changes,
        IReadOnlyList<PatchTarget> targets,
        IDependencyPolicy policy
    )
    {
        var requested = targets.Select(t => (t.Name, t.Architecture)).ToHashSet();
        List<PlannedChange> refused = [];
        string? reason = null;
        foreach (
            var change in changes.Where(c =>
                c.Action is PlannedAction.Install or PlannedAction.Upgrade
                && !requested.Contains((c.Name, c.Architecture))
            )
        )
        {
            if (policy.RefusalOf(change.Name, change.Architecture, change.ToVersion) is not { } refusal)
                continue;
            reason ??= $"it needs {change.Name} {change.ToVersion}: {refusal}";
            refused.Add(change);
        }

        return new RefusedCompanions(refused, reason);
    }

    /// <summary>
    /// What the resolver must not be shown to find another way: every refused edition of a package, or it would only
    /// take the next one.
    /// </summary>
    /// <param name="refused">As <see cref="Changes"/>.</param>
    /// <param name="offered">Editions of a package by name and architecture.</param>
    /// <param name="policy">What refuses them.</param>
    public static IEnumerable<(PlannedChange Change, string Edition)> Editions(
        IEnumerable<PlannedChange> refused,
        Func<string, string, IEnumerable<string>> offered,
        IDependencyPolicy policy
    ) =>
        refused.SelectMany(change =>
            offered(change.Name, change.Architecture)
                .Where(edition => policy.RefusalOf(change.Name, change.Architecture, edition) is not null)
                .Append(change.ToVersion)
                .Distinct(StringComparer.Ordinal)
                .Select(edition => (change, edition))
        );
}
