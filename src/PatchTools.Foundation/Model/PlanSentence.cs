namespace PatchTools.Model;

/// <summary>The one plain sentence of a plan, and a second one for what is left out.</summary>
internal static class PlanSentence
{
    public static string Of(InstallPlan plan)
    {
        var left = plan.Setbacks.Count switch
        {
            0 => "",
            1 => " 1 wanted patch is left out.",
            var many => $" {many} wanted patches are left out.",
        };
        if (plan.IsEmpty)
            return (plan.Targets.Count == 0 ? "Nothing to install." : "Nothing would be installed.") + left;
        List<string> parts = [];
        foreach (var group in plan.Changes.GroupBy(change => change.Action).OrderBy(group => group.Key))
            parts.Add($"{group.Count()} {Participle(group.Key)}");
        var subject =
            plan.Changes.Count == 1 ? "1 package would change" : $"{plan.Changes.Count} packages would change";
        return $"{subject}: {string.Join(", ", parts)}.{left}";
    }

    private static string Participle(PlannedAction action) =>
        action switch
        {
            PlannedAction.Upgrade => "upgraded",
            PlannedAction.Install => "new",
            PlannedAction.Downgrade => "downgraded",
            PlannedAction.Remove => "removed",
            _ => "configured",
        };
}
