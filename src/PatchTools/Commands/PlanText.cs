namespace PatchTools.Commands;

/// <summary>What a confirmation of an install names.</summary>
internal static class PlanText
{
    private const int Shown = 10;

    /// <summary>The packages that change, the first ten by name, the rest counted.</summary>
    public static string Of(InstallPlan plan)
    {
        var names = string.Join(
            ", ",
            plan.Changes.Take(Shown)
                .Select(change =>
                    change.ToVersion.Length == 0 ? $"{change.Name} (remove)" : $"{change.Name} {change.ToVersion}"
                )
        );
        return plan.Changes.Count <= Shown ? names : $"{names} (plus {plan.Changes.Count - Shown} more)";
    }
}
